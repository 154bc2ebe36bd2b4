// leakcheck snapshot and diff on heap snapshots of real Node.js: rows that are known to the object, what
// is printed, and what bad files and ids get.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import zlib from 'node:zlib';
import { binary, findNode, makeFolder, packages, source } from './leakcheck_process.mjs';

const Ajv = createRequire(path.join(packages, 'ajv/package.json'))('ajv').default;
const compile = (name) =>
  new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
    JSON.parse(fs.readFileSync(path.join(source, 'reporters', name), 'utf8')),
  );
const isSnapshotReport = compile('snapshot-report.schema.json');
const isDiffReport = compile('diff-report.schema.json');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'leakcheck-test-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));
const nodes = [
  ['20', process.version.startsWith('v20') ? process.execPath : undefined],
  ['24', findNode(24)],
].filter(([, file]) => file);

/** Three snapshots of one process: 200 requests, then 3,000 more, and 3,000 more. */
const snapshots = new Map();
before(() => {
  for (const [major, node] of nodes) {
    const files = [1, 2, 3].map((step) => path.join(folder, `node${major}-${step}.heapsnapshot`));
    const script = path.join(source, 'tests/system/leak_in_many_places.cjs');
    const { status, stderr } = spawnSync(node, [script, ...files], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    snapshots.set(major, files);
  }
});

function leakcheck(args, options = {}) {
  const json = path.join(folder, 'out.json');
  fs.rmSync(json, { force: true });
  const result = spawnSync(binary, [...args, '--json', json], { encoding: 'utf8', cwd: folder, ...options });
  const report = fs.existsSync(json) ? JSON.parse(fs.readFileSync(json, 'utf8')) : undefined;
  return { ...result, report, shown: `${result.stdout}${result.stderr}` };
}

const rowOf = (rows, name) => rows.find((row) => row.name === name);

for (const [major] of nodes) {
  test(`Node.js ${major}: snapshot counts every object by class, shape and owner`, () => {
    const { status, report, shown, stdout } = leakcheck(['snapshot', snapshots.get(major)[2]]);
    assert.equal(status, 0, shown);
    assert.ok(isSnapshotReport(report), JSON.stringify(isSnapshotReport.errors?.slice(0, 3)));
    const user = rowOf(report.classes, 'User');
    assert.equal(user.count, 6200);
    assert.match(user.place, /leak_in_many_places\.cjs:9:\d+$/);
    // V8 may keep one more, that it copies for the others.
    for (const row of [rowOf(report.classes, '{url, headers, body}'), rowOf(report.shapes, '{first, last}')])
      assert.ok(row.count === 6200 || row.count === 6201, JSON.stringify(row));
    const buffers = report.nativeOwners.find((row) => row.kind === 'system / JSArrayBufferData');
    assert.ok(buffers.count >= 62 && buffers.bytes >= 62 * 20_000, JSON.stringify(buffers));
    assert.deepEqual(report.contexts, { all: 1, detached: 0 });
    assert.match(stdout, /User +.*6,200/);
    assert.match(stdout, /next +leakcheck snapshot \S+ --path \d+/);
  });

  test(`Node.js ${major}: diff counts what is new, and entries as a person does`, () => {
    const [first, second] = snapshots.get(major);
    const { status, report, shown, stdout } = leakcheck(['diff', first, second]);
    assert.equal(status, 0, shown);
    assert.ok(isDiffReport(report), JSON.stringify(isDiffReport.errors?.slice(0, 3)));
    assert.equal(report.matching, 'id');
    assert.ok(report.matchedShare > 0.95, `${report.matchedShare}`);
    for (const name of ['User', '{url, headers, body}', '{first, last}', '{value}']) {
      const row = rowOf(report.classes, name);
      assert.deepEqual([row.newCount, row.deletedCount], [3000, 0], name);
    }
    // sessionCache, byNumber, seen, auditLog, byUrl, and the listeners of reload.
    const grown = report.grown.filter((each) => each.edgesBefore === 200 && each.edgesAfter === 3200);
    assert.deepEqual(grown.map((each) => each.class.replace(/^\{.*\}$/, 'Object')).sort(), [
      'Array',
      'Array',
      'Map',
      'Map',
      'Object',
      'Set',
    ]);
    assert.match(stdout, /User .*3,000/);
  });

  test(`Node.js ${major}: of three snapshots, what grew at every step is marked`, () => {
    const { report, shown } = leakcheck(['diff', ...snapshots.get(major)]);
    assert.ok(report, shown);
    const user = rowOf(report.classes, 'User');
    assert.deepEqual([user.newCount, user.atEveryStep], [6000, true]);
    assert.ok(report.grown.slice(0, 6).every((each) => each.atEveryStep), JSON.stringify(report.grown.slice(0, 6)));
  });
}

const takeWithSecret = `
  const { argv: [, file, secret] } = process;
  const key = {};
  globalThis.held = {
    plain: secret,
    whole: 'a long text that begins ' + secret,
    sliced: ('and one of which a part is taken ' + secret + ' later').slice(9),
    pattern: new RegExp(secret + '$'),
    map: new Map([[secret, secret.length]]),
    pairs: [key, new WeakMap([[key, secret]])],
    function_: new Function('return ' + JSON.stringify(secret)),
    number: 20481.125,
    big: 31415926535897932384n,
  };
  require('node:v8').writeHeapSnapshot(file);`;

for (const [major, node] of nodes) {
  test(`Node.js ${major}: a redacted copy has every object and name, and no content`, (t) => {
    const scratch = makeFolder(t);
    const file = path.join(scratch, 'a.heapsnapshot');
    const copy = path.join(scratch, 'copy.heapsnapshot');
    const secret = 'pl4nted-t0ken';
    const taken = spawnSync(node, ['-e', takeWithSecret, file, secret], { encoding: 'utf8' });
    assert.equal(taken.status, 0, taken.stderr);
    assert.ok(fs.readFileSync(file).includes(secret));
    const whole = leakcheck(['snapshot', file, '--redact', copy]);
    assert.equal(whole.status, 0, whole.shown);
    assert.equal(fs.statSync(copy).mode & 0o777, 0o600);
    const text = fs.readFileSync(copy, 'utf8');
    for (const gone of [secret, 'globalThis.held', 'a long text', 'one of which']) assert.ok(!text.includes(gone), gone);
    const redacted = leakcheck(['snapshot', copy]);
    assert.equal(redacted.status, 0, redacted.shown);
    assert.deepEqual(redacted.report.classes, whole.report.classes);
    assert.ok(text.includes('function_'));
    // Each part but the strings and the names of some nodes is the same.
    const [before, after] = [file, copy].map((each) => JSON.parse(fs.readFileSync(each, 'utf8')));
    for (const part of ['snapshot', 'edges', 'locations']) assert.deepEqual(after[part], before[part], part);
    assert.equal(after.nodes.length, before.nodes.length);
  });
}

const [major] = nodes[0] ?? [];
const fileOf = (step) => snapshots.get(major)[step];

test('what cannot be redacted is refused, and the input is never written', (t) => {
  const scratch = makeFolder(t);
  const out = path.join(scratch, 'out');
  const status = (...args) => leakcheck(['snapshot', ...args]).status;
  assert.equal(status(fileOf(0), '--redact', fileOf(0)), 2);
  assert.equal(leakcheck(['snapshot', '-', '--redact', out], { input: '{}' }).status, 2);
  assert.equal(status(path.join(scratch, 'nowhere'), '--redact', out), 3);
  assert.equal(status(fileOf(0), '--redact', '/proc/nowhere/out'), 6);
  assert.deepEqual(fs.readdirSync(scratch), []);
  assert.equal(status(fileOf(0)), 0);
});

test('snapshots of two processes are compared by class only, and that is said', (t) => {
  if (nodes.length < 2) return t.skip('another Node.js is needed');
  const { status, report, stdout, shown } = leakcheck(['diff', fileOf(0), snapshots.get(nodes[1][0])[1]]);
  assert.equal(status, 0, shown);
  assert.equal(report.matching, 'class');
  assert.match(stdout, /compared by class only/);
  assert.deepEqual(report.grown, []);
});

test('--path shows what holds an object, --filter and --top what is asked for', () => {
  const { report } = leakcheck(['snapshot', fileOf(1)]);
  const id = rowOf(report.classes, 'User').example;
  const asked = leakcheck(['snapshot', fileOf(1), '--path', `@${id}`, '--filter', 'user', '--top', '1']);
  assert.equal(asked.status, 0, asked.shown);
  assert.equal(asked.report.objects.length, 1);
  assert.equal(asked.report.objects[0].id, id);
  assert.ok(asked.report.objects[0].path.length >= 2, asked.shown);
  assert.match(asked.stdout, new RegExp(`User @${id}`));
  assert.doesNotMatch(asked.stdout, /^ {2}\(string\)/m);
});

test('an id that is not there is an error that names the nearest', () => {
  const result = leakcheck(['snapshot', fileOf(1), '--path', '4294967295']);
  assert.equal(result.status, 2, result.shown);
  assert.match(result.stderr, /no object of .*node\d+-2\.heapsnapshot has the id @4294967295/);
  assert.match(result.stderr, /hint: .*the nearest is @\d+/);
  assert.equal(leakcheck(['snapshot', fileOf(1), '--path', 'user']).status, 2);
});

test('zstd, stdin and a FIFO give the same rows', (t) => {
  const expected = leakcheck(['snapshot', fileOf(0)]).report.classes;
  const text = fs.readFileSync(fileOf(0));
  const piped = leakcheck(['snapshot', '-'], { input: text });
  assert.deepEqual(piped.report?.classes, expected, piped.stderr);
  assert.doesNotMatch(piped.stdout, /next/);
  const fifo = path.join(folder, 'fifo');
  assert.equal(spawnSync('mkfifo', [fifo]).status, 0);
  const writer = spawn('sh', ['-c', 'exec cat "$1" > "$2"', 'sh', fileOf(0), fifo]);
  const streamed = leakcheck(['snapshot', fifo]);
  writer.kill();
  assert.deepEqual(streamed.report?.classes, expected, streamed.stderr);
  if (!zlib.zstdCompressSync && spawnSync('zstd', ['--version']).status !== 0) return t.diagnostic('no zstd here');
  const packed = path.join(folder, 'packed.heapsnapshot.zst');
  if (zlib.zstdCompressSync) fs.writeFileSync(packed, zlib.zstdCompressSync(text));
  else assert.equal(spawnSync('zstd', ['-q', '-1', fileOf(0), '-o', packed]).status, 0);
  const unpacked = leakcheck(['snapshot', packed]);
  assert.deepEqual(unpacked.report?.classes, expected, unpacked.stderr);
});

test('what is no snapshot is refused with exit code 3, its name, and where it ends', (t) => {
  const scratch = makeFolder(t);
  const write = (name, text) => (fs.writeFileSync(path.join(scratch, name), text), path.join(scratch, name));
  const whole = fs.readFileSync(fileOf(0), 'utf8');
  for (const file of [
    path.join(scratch, 'nowhere.heapsnapshot'),
    write('empty.heapsnapshot', ''),
    write('text.heapsnapshot', 'hello\n'),
    write('cut.heapsnapshot', whole.slice(0, whole.length / 2)),
    scratch,
  ]) {
    const result = leakcheck(['snapshot', file]);
    assert.equal(result.status, 3, `${file}\n${result.shown}`);
    assert.ok(result.stderr.includes(path.basename(file)), result.stderr);
    assert.equal(result.stdout, '');
    assert.equal(leakcheck(['diff', fileOf(0), file]).status, 3);
  }
});

test('a command line that is refused writes no redacted copy, and no report goes over one', (t) => {
  const file = snapshots.get(nodes[0][0])[0];
  const copy = path.join(makeFolder(t), 'copy.heapsnapshot');
  assert.equal(leakcheck(['snapshot', file, '--redact', copy, '--path', 'user']).status, 2);
  assert.ok(!fs.existsSync(copy));
  const same = spawnSync(binary, ['snapshot', file, '--redact', copy, '--json', copy], { encoding: 'utf8' });
  assert.equal(same.status, 6, same.stderr);
  assert.match(same.stderr, /over the copy .*copy\.heapsnapshot[^]*--json a file of its own/);
  assert.ok(!fs.existsSync(copy));
});

test('a wrong command line, and a report that cannot be written, have codes of their own', () => {
  assert.equal(spawnSync(binary, ['diff', fileOf(0)]).status, 2);
  assert.equal(spawnSync(binary, ['diff', '-', '-']).status, 2);
  assert.equal(spawnSync(binary, ['snapshot', fileOf(0), '--top', '0']).status, 2);
  assert.equal(spawnSync(binary, ['snapshot', fileOf(0), '--json', '/proc/nowhere/out.json']).status, 6);
});
