// A leak, and what the run says of it: which variable, class and line, by which route; and that the
// verdict stands whatever becomes of the heap snapshots.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { expectEnding, forService, run, services } from './leakcheck_process.mjs';

const source = path.join(services, 'explained.cjs');
const lineOf = (mark) => fs.readFileSync(source, 'utf8').split('\n').findIndex((line) => line.endsWith(`// ${mark}`)) + 1;
const flows = [
  { name: 'list', weight: 3, steps: [{ get: '/items' }] },
  { name: 'user', weight: 2, steps: [{ get: { url: '/users/{{ $sequence }}', name: 'GET /users/:id' } }] },
  { name: 'order', weight: 1, steps: [{ post: { url: '/orders', json: { a: 1 } } }] },
];
const service = (env = {}, more = {}) =>
  forService('explained.cjs', {
    target: { env: { PORT: '{{ $port }}', ...env } },
    load: { flows },
    ...more,
  });
const leak = { code: 1, ending: 'leak', says: /keeps .* for every/ };
const snapshotsIn = (result) =>
  fs.readdirSync(path.join(result.folder, 'run')).filter((name) => name.endsWith('.heapsnapshot'));

test('a Map of the module: its name, its line, the class of its entries and the route', async (t) => {
  const result = await run(t, service());
  expectEnding(result, leak);
  const { explanation, verdict } = result.report;
  const [finding] = explanation.findings;
  assert.equal(finding.pattern, 'collection', JSON.stringify(explanation));
  assert.equal(finding.confidence, 'high');
  assert.equal(finding.identity, 'sessionCache');
  assert.equal(finding.itemClass, 'Session');
  assert.equal(finding.declared.line, lineOf('MODULE'));
  assert.equal(path.basename(finding.declared.file), 'explained.cjs');
  assert.equal(explanation.findings.length, 1);
  assert.equal(explanation.problem, '');
  // A third of the requests are of this route, each of which keeps one.
  assert.ok(Math.abs(finding.itemGrowth / explanation.requests - 1 / 3) < 0.02, `${finding.itemGrowth}`);
  assert.ok(explanation.share > 0.8 && explanation.share < 1.5, `${explanation.share}`);
  assert.deepEqual(verdict.routes.filter((route) => route.leaks).map((route) => route.name), ['GET /users/:id']);

  const place = `explained.cjs:${lineOf('MODULE')}:7`;
  for (const text of ['✗ sessionCache (Map) gained', place, 'route     GET /users/:id', 'explains'])
    assert.ok(result.stdout.includes(text), `${text}\n${result.stdout}`);
  assert.match(result.junit, /<failure message="[^"]*sessionCache \(Map\) gained [^"]*" type="(leak|keyed_growth)">/);
  assert.ok(result.junit.includes(place), result.junit);
  assert.match(result.junit, / {4}at sessionCache \(.*explained\.cjs:\d+:7\)/);

  // No cycle of the verdict's was taken beside a snapshot.
  const first = explanation.snapshots[0].atMs;
  for (const cycle of result.report.cycles)
    assert.equal(cycle.atMs >= first, cycle.phase === 'explain' && cycle.atMs >= first, cycle.phase);
  assert.deepEqual(snapshotsIn(result), ['heap-1.heapsnapshot', 'heap-2.heapsnapshot']);
  for (const name of snapshotsIn(result))
    assert.equal(fs.statSync(path.join(result.folder, 'run', name)).mode & 0o777, 0o600);
});

test("a class's private field; and the files go where they are not to be kept", async (t) => {
  const result = await run(t, service({ LEAK: 'field' }, { snapshots: { keep: 'never' } }));
  expectEnding(result, leak);
  const [finding] = result.report.explanation.findings;
  assert.equal(finding.identity, 'Registry.#sessions');
  assert.equal(finding.declared.line, lineOf('FIELD'));
  assert.deepEqual(snapshotsIn(result), []);
  assert.deepEqual(result.report.explanation.snapshots.map(({ file }) => file), ['', '']);
  assert.ok(!result.stdout.includes('leakcheck diff'), result.stdout);
});

test('a healthy service has no finding and no snapshot; nor has a leak that is not to have any', async (t) => {
  const healthy = await run(t, service({ LEAK: 'none' }, { snapshots: { keep: 'always' } }));
  expectEnding(healthy, { code: 0, ending: 'clean', says: /no memory is kept/ });
  const unasked = await run(t, service({}, { snapshots: 'never' }));
  expectEnding(unasked, leak);
  for (const result of [healthy, unasked]) {
    assert.equal(result.report.explanation, undefined);
    assert.deepEqual(snapshotsIn(result), []);
  }
});

test('a leak that is known and accepted passes, until its last day is over', async (t) => {
  const entry = { path: 'sessionCache', reason: 'one per user, #412' };
  const ignored = await run(t, service({}, { ignore: [{ ...entry, expires: '9999-12-31' }] }));
  expectEnding(ignored, { code: 0, ending: 'clean', says: /what the scenario ignores: sessionCache \(one per user, #412\)/ });
  assert.match(ignored.stdout, /LEAK, IGNORED/);
  assert.match(ignored.junit, /<skipped message="[^"]*sessionCache[^"]*" type="ignored"/);
  assert.deepEqual(snapshotsIn(ignored), []); // the run did not fail
  const other = { path: 'Store.cache', reason: 'mended' };
  const expired = await run(t, service({}, { ignore: [{ ...entry, expires: '2026-01-31' }, other] }));
  expectEnding(expired, leak);
  const { notes } = expired.report;
  assert.ok(notes.some((note) => /sessionCache .* until 2026-01-31, and counts again/.test(note)), `${notes}`);
  assert.ok(notes.some((note) => /no finding is called Store\.cache/.test(note)), `${notes}`);
});

test('a leak in a worker thread is looked for there', async (t) => {
  const result = await run(t, forService('kinds_of_growth.cjs', {
    target: { env: { PORT: '{{ $port }}', KIND: 'threaded' } },
    load: { flows: [{ name: 'main', steps: [{ get: '/' }] }] },
  }));
  expectEnding(result, leak);
  const { explanation } = result.report;
  assert.equal(explanation.snapshots[0].thread, 1, JSON.stringify(explanation));
  assert.equal(explanation.findings[0].identity, 'kept');
});

for (const [fault, problem] of [
  ['dies', /ended while it wrote a heap snapshot|disconnected/],
  ['second', /ended while it wrote a heap snapshot|disconnected/],
  ['fails', /ENOSPC: no space left/],
  ['cut', /heap-1\.heapsnapshot.*byte/],
]) {
  test(`the verdict and the reports come although the snapshot ${fault}`, async (t) => {
    const result = await run(t, service({ SNAPSHOT: fault }));
    expectEnding(result, leak);
    const { explanation, verdict } = result.report;
    assert.deepEqual(explanation.findings, []);
    assert.match(explanation.problem, problem);
    assert.equal(verdict.culprit, 'heapUsed');
    assert.match(result.stdout, /culprit {3}not found: /);
    assert.match(result.junit, /culprit not found: /);
  });
}
