// The whole procedure on real services: growth for each key, for a time, in steps, in threads, of a
// process that restarts, and of one that quiet mode makes too slow.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectEnding, forService, judged, run } from './leakcheck_process.mjs';

const leak = (says) => ({ code: 1, ending: 'leak', says });
const passed = (says) => ({ code: 0, ending: 'clean', says });
const fresh = [{ name: 'main', steps: [{ get: { url: '/{{ $sequence }}', name: 'GET /:id' } }] }];

const ofKind = (kind, load = { flows: fresh }) =>
  forService('kinds_of_growth.cjs', {
    target: { env: { PORT: '{{ $port }}', KIND: kind } },
    load: { max: '3m', ...load },
  });
const phases = (result) => new Set(result.report.cycles.map((cycle) => cycle.phase));

test('a Map that has the path as its key: growth for each key', async (t) => {
  const result = await run(t, ofKind('keyed'));
  expectEnding(result, leak(/every new key/));
  assert.equal(result.report.verdict.answer, 'keyed_growth');
  const { keyed } = judged(result, 'heapUsed');
  assert.match(keyed.variable, /sequence/);
  assert.ok(keyed.bytesPerKey > 60 && keyed.bytesPerKey < 250, `${keyed.bytesPerKey} B per key`);
  assert.ok(phases(result).has('explore'));
});

test('the same passes when its keys are bounded, with what they will cost', async (t) => {
  const result = await run(t, ofKind('keyed', { flows: fresh, boundedKeys: 1000 }));
  expectEnding(result, passed(/1,000 keys of load\.boundedKeys/));
  const { keyed } = judged(result, 'heapUsed');
  assert.ok(Math.abs(keyed.inTheEnd - 1000 * keyed.bytesPerKey) < 1);
});

test('the last 3,000 names: bounded, with the bytes that they take', async (t) => {
  const result = await run(t, ofKind('lru'));
  expectEnding(result, passed(/no leak/));
  assert.equal(result.report.verdict.answer, 'bounded');
  assert.ok(judged(result, 'heapUsed').inTheEnd > 100_000);
});

test('half a minute to live: time-bounded, although the run is shorter', async (t) => {
  const result = await run(t, ofKind('timed'));
  expectEnding(result, passed(/gives it back within 1 min/));
  assert.equal(result.report.verdict.answer, 'time_bounded');
  assert.equal(judged(result, 'heapUsed').timeBound.afterMs, 60_000);
});

test('two small integers for each request, in a growing array: a leak of 16 bytes', async (t) => {
  const result = await run(t, ofKind('steps', { flows: [{ name: 'main', steps: [{ get: '/' }] }] }));
  expectEnding(result, leak(/in steps that grow/));
  const { bytesPerRequest } = judged(result, 'heapUsed').growth;
  assert.ok(bytesPerRequest > 8 && bytesPerRequest < 32, `read ${bytesPerRequest}`);
});

test('64 bytes for each request in a worker thread: the thread is named', async (t) => {
  const result = await run(t, ofKind('threaded'));
  expectEnding(result, leak(/the JS heap keeps/));
  const { parts } = result.report.verdict;
  const thread = parts.find((part) => part.thread > 0);
  assert.ok(Math.abs(thread.growth.bytesPerRequest - 64) <= 6, JSON.stringify(parts));
  assert.ok(parts.find((part) => part.thread === 0).growth.bytesPerRequest < 6);
});

for (const mode of ['quiet', 'freeze']) {
  test(`a service that restarts itself in mid-run is judged by what came after, ${mode} mode`, async (t) => {
    const result = await run(t, forService('restarts_itself.cjs', {
      mode,
      load: { flows: [{ name: 'main', steps: [{ get: '/' }] }] },
      thresholds: { http_req_failed: ['rate<0.2'] },
    }));
    // With the JIT frozen in mid-start the noise may be above the budget: sure of nothing, but no leak.
    if (mode === 'quiet') expectEnding(result, passed(/request/));
    else assert.match(result.report.outcome.ending, /^(clean|inconclusive)$/, result.stdout);
    assert.ok(
      result.report.notes.some((note) => /restarted itself|changed in mid-run/.test(note)),
      result.report.notes.join('\n'),
    );
    const pidOf = ({ readings }) => readings[0].pid;
    const { cycles } = result.report;
    assert.equal(new Set(cycles.map(pidOf)).size, 2);
    // Frozen code is what freeze mode measures: the second process warms up before that, too.
    const warmedUp = cycles.filter((cycle) => cycle.phase === 'warmup').map(pidOf);
    if (mode === 'freeze') assert.equal(new Set(warmedUp).size, 2);
  });
}

test('workers that begin to serve when the clock has closed the connections are measured, too', async (t) => {
  const result = await run(t, forService('late_worker.cjs', {
    load: { flows: [{ name: 'main', steps: [{ get: '/' }] }] },
  }));
  expectEnding(result, leak(/64(\.\d+)? B for every request/));
  assert.ok(result.report.notes.some((note) => /measured anew/.test(note)), result.report.notes.join('\n'));
  assert.equal(result.report.verdict.parts.length, 2);
});

test('a service that quiet mode makes too slow for its own time-outs is measured in freeze mode', async (t) => {
  const result = await run(t, forService('slow_when_still.cjs', { mode: 'auto' }));
  expectEnding(result, passed(/request/));
  assert.equal(result.report.scenario.mode, 'freeze');
  assert.equal(result.report.scenario.choseMode, true);
  assert.match(result.report.notes[0], /did not keep its own time-outs/);
});
