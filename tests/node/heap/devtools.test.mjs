// Every node of real snapshots, every class and every row of a comparison: the same as in Chrome
// DevTools. LEAKCHECK_DUMP_HEAP is the program that says what ours are.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compareClasses, compareComparisons, compareNodes } from './compare.mjs';
import { bundleDevtools, loadInDevtools } from './devtools.mjs';

const packages = path.join(process.env.LEAKCHECK_NPM, 'node_modules');
const program = process.env.LEAKCHECK_DUMP_HEAP;
const maker = fileURLToPath(new URL('make_snapshots.cjs', import.meta.url));
let folder;
let devtools;

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'leakcheck-heap-'));
  devtools = await bundleDevtools(packages, folder);
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const nodes = [
  ['this Node.js', process.execPath],
  ...['node18', 'node22', 'node24', 'node26'].map((name) => [name, path.join(packages, name, 'bin/node')]),
].filter(([, file]) => fs.existsSync(file));

test('there are several releases of Node.js', () => assert.ok(nodes.length > 1));

for (const [name, node] of nodes)
  test(`${name}: nodes, classes and comparison are equal to DevTools'`, async () => {
    const own = path.join(folder, name.replace(/\W/g, '-'));
    fs.mkdirSync(own);
    execFileSync(node, ['--expose-gc', maker, own], { env: { ...process.env, NODE_OPTIONS: '' } });
    const loaded = [];
    for (const which of ['first', 'second']) {
      const file = path.join(own, `${which}.heapsnapshot`);
      const snapshot = await loadInDevtools(devtools, file);
      assert.ok(snapshot.nodeCount > 10_000, 'the snapshot is whole');
      execFileSync(program, ['nodes', file, `${file}.nodes`]);
      assert.deepEqual(compareNodes(snapshot, `${file}.nodes`), []);
      assert.deepEqual(compareClasses(snapshot, program, file), []);
      loaded.push([snapshot, file]);
    }
    assert.deepEqual(compareComparisons(...loaded, program), []);
  });

test('a difference of one byte, edge or row is seen', async () => {
  const file = path.join(folder, 'this-Node-js/first.heapsnapshot');
  const snapshot = await loadInDevtools(devtools, file);
  snapshot.aggregatesWithFilter({})[',(string)'].maxRet += 8;
  assert.equal(compareClasses(snapshot, program, file).length, 1);
  snapshot.retainedSizes[77] += 1;
  snapshot.dominatorsTree[78] += 1;
  snapshot.nodeDistances[79] += 1;
  const differences = compareNodes(snapshot, `${file}.nodes`);
  assert.match(differences.join('\n'), /node 77,.* retained size.*\nnode 78,.* dominator.*\nnode 79,.* distance/);
  assert.equal(differences.length, 3);
});
