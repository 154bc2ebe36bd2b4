// What leaks, and where: every sample service of tests/fixtures/leaks, driven and photographed on
// Node.js 20 and 24, must be told by the real binary: pattern, variable, file and line.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { readFixtures, takeSnapshots } from './leak_fixtures.mjs';
import { binary, findNode, makeFolder, packages } from './leakcheck_process.mjs';

const run = promisify(execFile);
const fixtures = readFixtures(packages);
const table = [];

async function diff(files, folder) {
  const json = path.join(folder, 'diff.json');
  await run(binary, ['diff', ...files, '--json', json], { cwd: folder, maxBuffer: 1 << 28 });
  return JSON.parse(fs.readFileSync(json, 'utf8'));
}

// All of them (slow.diagnosis), or every fourth on each release, and the healthy ones on one.
const sample = (major) =>
  fixtures.filter(
    ({ healthy }, i) =>
      process.env.LEAKCHECK_DIAGNOSIS === 'all' ||
      i % 4 === (major === 20 ? 0 : 2) ||
      (healthy && major === 20),
  );

const at = (place) => (place?.line ? `${place.file}:${place.line}` : 'nowhere');
const short = (text) => text.slice(text.lastIndexOf('/') + 1);

/** What a finding has to say, and what it says. */
function compare(fixture, finding) {
  const wanted = { pattern: fixture.pattern, identity: fixture.identity, confidence: 'high' };
  const told = { pattern: finding?.pattern, identity: finding?.identity, confidence: finding?.confidence };
  if (fixture.declared) {
    wanted.declared = at(fixture.declared);
    told.declared = at(finding?.declared);
  }
  if (fixture.site) {
    wanted.site = at(fixture.site);
    told.site = at(finding?.site);
  }
  if (fixture.owner) {
    wanted.owner = fixture.owner;
    told.owner = finding?.ownerClass;
  }
  if (fixture.item) {
    wanted.item = fixture.item;
    told.item = finding?.itemClass;
  }
  return { wanted, told };
}

async function diagnose(t, fixture, node, major, count) {
  const into = makeFolder(t);
  const requests = count > 2 ? 200 : 300;
  const files = await takeSnapshots(fixture.file, { node, packages, into, requests, count });
  const report = await diff(files, into);
  assert.equal(report.matching, 'id', 'ids hold while the session is open');
  const sure = report.findings.filter(({ confidence }) => confidence !== 'low');
  const row = { fixture: fixture.name, node: major, is: 'wrong' };
  table.push(row);
  if (fixture.healthy) {
    assert.deepEqual(sure.map(({ sentence }) => sentence), []);
    Object.assign(row, { is: 'right', pattern: 'healthy' });
    return;
  }
  const { wanted, told } = compare(fixture, sure[0]);
  Object.assign(row, { pattern: told.pattern, identity: told.identity });
  row.place = short(fixture.declared ? told.declared : told.site);
  assert.deepEqual(told, wanted, JSON.stringify(report.findings, null, 2));
  assert.equal(sure.length, 1, 'one graph of objects is one finding');
  const growth = sure[0].itemGrowth;
  const perRequest = growth / (requests * (count - 1));
  assert.ok(growth === 0 || perRequest >= 0.99, `${growth} items`);
  if (fixture.package) assert.match(sure[0].package, new RegExp(`^${fixture.package} \\d`));
  assert.ok(sure[0].advice.length >= 1 && sure[0].advice.length <= 2);
  assert.ok(sure[0].evidence.length >= 1);
  row.is = 'right';
}

for (const major of [20, 24]) {
  const node = Number(process.versions.node.split('.')[0]) === major ? process.execPath : findNode(major);
  const skip = node ? false : `no package of node ${major} for this machine`;
  test(`the sample services on Node.js ${major}`, { skip, concurrency: os.availableParallelism() }, (t) =>
    Promise.all(
      sample(major).map((fixture, i) =>
        // Some are seen at three times.
        t.test(fixture.name, (inner) => diagnose(inner, fixture, node, major, i % 8 === 0 ? 3 : 2)),
      ),
    ),
  );
}

test('each of the four main patterns is there in four disguises or more', () => {
  for (const pattern of ['collection', 'closure_over_request', 'buffer', 'emitter'])
    assert.ok(fixtures.filter((fixture) => fixture.pattern === pattern).length >= 4, pattern);
});

after(() => {
  table.sort((a, b) => a.fixture.localeCompare(b.fixture) || a.node - b.node);
  console.table(table);
});
