// The pure parts of `ci/bench load` on fixed input: what wrk, autocannon, hey and leakcheck print, how
// even a load was, what a stall's latencies are in truth. Nothing here measures anything.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  commandOf,
  parseAutocannon,
  parseCpu,
  parseHey,
  parseLeakcheck,
  parseWrk,
  RICH_STEPS,
  scenarioFor,
} from './generators.mjs';
import { cpuPerRequest, GROUPS, makeGoals, makeTables } from './load_tables.mjs';
import { renderConfiguration } from './nginx.mjs';
import { countWindows, errorOfStall, growthOf, parseStatus, truthOfStall, unevenness } from './paced.mjs';
import { renderGoal, renderTable } from './report.mjs';
import { check } from './verbs/load.mjs';

const near = (measured, wanted, tolerance) =>
  assert.ok(Math.abs(measured - wanted) <= tolerance, `${measured}, not ${wanted}`);

test('wrk: requests, socket errors and answers that are no success', () => {
  const text = `Running 3s test @ http://127.0.0.1:8080/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   612.33us  204.92us   7.52ms   91.32%
    Req/Sec   103.94k     4.35k  109.51k    83.87%
  320469 requests in 3.10s, 75.49MB read
  Socket errors: connect 1, read 2, write 3, timeout 4
  Non-2xx or 3xx responses: 17
Requests/sec: 103378.34
Transfer/sec:     24.35MB
`;
  assert.deepEqual(parseWrk(text), { requests: 320469, failed: 27 });
  assert.deepEqual(parseWrk(text.replace(/ {2}(Socket|Non-2xx).*\n/g, '')), { requests: 320469, failed: 0 });
  assert.ok(Number.isNaN(parseWrk('unable to connect to 127.0.0.1:1 Connection refused').requests));
});

test('autocannon: every answer counts as a request, errors and time-outs as failed', () => {
  const text = JSON.stringify({ '2xx': 1000, non2xx: 10, errors: 3, timeouts: 2, requests: { total: 1010 } });
  assert.deepEqual(parseAutocannon(text), { requests: 1010, failed: 15 });
  assert.ok(Number.isNaN(parseAutocannon('').requests));
});

test('hey: its status codes and its errors', () => {
  const text = `
Status code distribution:
  [200]\t5000 responses
  [500]\t20 responses

Error distribution:
  [7]\tGet "http://127.0.0.1:1/": dial tcp 127.0.0.1:1: connect: connection refused
`;
  assert.deepEqual(parseHey(text), { requests: 5020, failed: 27 });
  assert.ok(Number.isNaN(parseHey('').requests));
});

test('leakcheck: answers, failures and all of its load', () => {
  const load = { answered: 7, failed: 1, lateness: { p99Ms: 0.1 } };
  assert.deepEqual(parseLeakcheck(JSON.stringify({ load })), { requests: 7, failed: 1, load });
  assert.ok(Number.isNaN(parseLeakcheck('').requests));
});

test("CPU: bash's words, user and system together, and less what a start takes", () => {
  near(parseCpu('some error\ncpu 1.250 0.755\n'), 2.005, 1e-9);
  assert.ok(Number.isNaN(parseCpu('real 1.0')));
  near(cpuPerRequest({ cpu: 1.1, requests: 100_000 }, 0.1), 10, 1e-9);
  assert.equal(cpuPerRequest({ cpu: 0.05, requests: 10 }, 0.1), 0);
});

test('windows: those before `skip` and the last are left out, empty ones count', () => {
  const times = [0, 5, 9, 10, 25, 40, 41, 42, 55];
  assert.deepEqual(countWindows(times, 10), [3, 1, 1, 0, 3]);
  assert.deepEqual(countWindows(times, 10, 20), [1, 0, 3]);
  assert.deepEqual(countWindows([], 10), []);
  // 2000 a second, each in time: 20 in every window.
  const even = Array.from({ length: 4000 }, (_, i) => i * 500);
  assert.deepEqual(unevenness(countWindows(even, 10_000), 20), { low: 20, high: 20, worst: 0 });
  const some = (count) => Array.from({ length: 100 }, (_, i) => (i % 20 === 0 ? count : 20));
  assert.equal(unevenness(some(27), 20).worst, 7);
  assert.equal(unevenness(some(12), 20).worst, 8);
  // All of a millisecond clock's requests at once: bursts in some, gaps in others.
  const bursts = even.map((time) => Math.floor(time / 25_000) * 25_000);
  assert.ok(unevenness(countWindows(bursts, 10_000), 20).worst >= 20);
});

test('the truth of a stall: a second in six, and a stop that took longer', () => {
  near(truthOfStall(90, 1000, 6000), 400, 1e-9);
  near(truthOfStall(95, 1000, 6000), 700, 1e-9);
  near(truthOfStall(99, 1000, 6000), 940, 1e-9);
  assert.equal(truthOfStall(50, 1000, 6000), 0);
  near(truthOfStall(100, 1003, 6000), 1003, 1e-9);
  // The same by counting: requests each millisecond, those that are due from 2.0 to 3.2 s wait.
  const waits = Array.from({ length: 6000 }, (_, ms) => (ms >= 2000 && ms < 3200 ? 3200 - ms : 0)).sort((a, b) => a - b);
  for (const percentile of [90, 95, 99]) near(truthOfStall(percentile, 1200, 6000), waits[60 * percentile - 1], 2);
});

test('a generator that omits what it did not send is found out', () => {
  const truth = { p90Ms: 400, p95Ms: 700, p99Ms: 940 };
  near(errorOfStall(truth, 1000, 6000), 0, 1e-9);
  near(errorOfStall({ ...truth, p95Ms: 735 }, 1000, 6000), 0.05, 1e-9);
  assert.ok(errorOfStall({ p90Ms: 1, p95Ms: 1, p99Ms: 1.3 }, 1000, 6000) > 0.99);
  assert.equal(errorOfStall({ p90Ms: 400 }, 1000, 6000), Infinity);
  assert.equal(errorOfStall(undefined, 1000, 6000), Infinity);
});

test('memory: what /proc says, and growth from the tenth on', () => {
  assert.deepEqual(parseStatus('Name:\tx\nVmHWM:\t   13456 kB\nVmRSS:\t   12000 kB\n'), { rss: 12000, peak: 13456 });
  const flat = Array.from({ length: 40 }, (_, i) => ({ rss: i < 4 ? 5000 + i : 9000 }));
  assert.equal(growthOf(flat), 0);
  assert.equal(growthOf(flat.map(({ rss }, i) => ({ rss: rss + 10 * i }))), 10 * (39 - 6));
  assert.ok(Number.isNaN(growthOf(flat.slice(0, 10))));
});

test('scenarios and commands', () => {
  assert.deepEqual(scenarioFor().load.flows[0].steps, [{ get: '/' }]);
  assert.equal(scenarioFor({ tls: true }).target.tls.verify, false);
  for (const { get } of RICH_STEPS) {
    assert.match(get.url, /\{\{ .* \}\}/);
    assert.equal(Object.keys(get.expect).length, 2);
    assert.ok(get.capture.as);
  }
  const call = { binary: '/b', autocannon: '/a.js', scenario: 's.yaml', report: 'r.json', url: 'http://x', connections: 64, seconds: 2 };
  assert.equal(commandOf('wrk', call).join(' '), 'wrk -t1 -c64 -d2s http://x/');
  assert.equal(
    commandOf('leakcheck', { ...call, fullPath: true }).join(' '),
    '/b load s.yaml --url http://x --quiet --json r.json --duration 2000ms --vus 64 --full-path',
  );
  assert.match(commandOf('autocannon', call).join(' '), /a\.js --json --no-progress -c 64 -d 2 http:\/\/x\/$/);
  assert.match(commandOf('hey', call).join(' '), /-z 2s -c 64/);
  assert.throws(() => commandOf('ab', call), /ab/);
  assert.match(renderConfiguration({ folder: '/f', port: 1, tlsPort: 2 }), /listen 127\.0\.0\.1:2 ssl/);
});

test('options: quick and full exclude each other, rounds are a number', () => {
  assert.equal(check({ quick: true }).requests, 1e6);
  assert.equal(check({}).requests, 1e7);
  assert.equal(check({ quick: true, rounds: '7' }).rounds, 7);
  assert.throws(() => check({ quick: true, full: true }), /exclude/);
  assert.throws(() => check({ rounds: 'x' }), /--rounds/);
});

/** Rounds of every run of every group: `micros` by tool. */
const makeRounds = (micros) =>
  GROUPS.flatMap((group) =>
    group.runs.flatMap(({ name, tool }) =>
      [0, 1, 2].map((i) => ({ group: group.key, name, tool, micros: micros(name, tool) + i, rate: 1000, failed: 0 })),
    ),
  );
const measured = {
  rounds: makeRounds((name, tool) => ({ wrk: 10, autocannon: 20, hey: 30, leakcheck: name === 'leakcheck' ? 9 : 13 })[tool]),
  paced: [{ p50: 50, p99: 110, low: 19, high: 22, worst: 2 }],
  bare: [{ p50: 30, p99: 60 }],
  stalls: [{ name: 'leakcheck', stopMs: 1001, latency: { p90Ms: 401 }, truth: { 90: 400, 95: 700, 99: 940 }, error: 0.02 }],
  memory: { requests: 1e6, peak: 14 * 1024, growth: 4, readings: 99 },
  starts: { leakcheck: 0.012, wrk: 0.002 },
};

test('goals of fixed measurements: the least of all rounds decides', () => {
  assert.deepEqual(makeGoals(measured).map(renderGoal), [
    'goal load.cpu_by_wrk 0.90 1.10 met',
    'goal load.cpu_by_autocannon 0.45 0.50 met',
    'goal load.tls_cpu_by_wrk 0.90 1.20 met',
    'goal load.1000_connections_by_wrk 0.90 1.30 met',
    'goal load.full_path_by_wrk 1.30 2.30 met',
    'goal load.full_path_by_autocannon 0.65 1.00 met',
    'goal load.flow_by_plain 1.00 1.50 met',
    'goal load.failed_requests 0 0 met',
    'goal load.peak_rss 14.0MB 20.0MB met',
    'goal load.rss_growth 4KB 64KB met',
    'goal load.lateness_p99 110us 160us met',
    'goal load.window 2.0 4.0 met',
    'goal load.stall_error 2.0% 10.0% met',
  ]);
});

test('what was not measured is no goal met', () => {
  const rounds = measured.rounds.filter(({ tool }) => tool !== 'autocannon');
  const paced = [{ p50: NaN, p99: NaN, low: NaN, high: NaN, worst: NaN }];
  const lines = makeGoals({ ...measured, rounds, paced }).map(renderGoal).join('\n');
  assert.match(lines, /cpu_by_autocannon none 0\.50 missed/);
  assert.match(lines, /lateness_p99 none 160us missed/);
  assert.match(lines, /window none 4\.0 missed/);
});

test('tables of fixed measurements', () => {
  const text = makeTables(measured).map(renderTable).join('\n');
  assert.match(text, /wrk +10\.00 +11\.00 +1\.00 +1\.00 +1,000 +0/);
  assert.match(text, /leakcheck +9\.00 +10\.00 +0\.90 +0\.91/);
  assert.match(text, /less what it takes .*: leakcheck 12 ms, wrk 2 ms/);
  assert.match(text, /bare timerfd loop +30\.0 +60\.0/);
  assert.match(text, /leakcheck +1001 +401 \(400\) +- \(700\) +- \(940\)/);
  assert.match(text, /1,000,000 +14\.0 +4\.0 +99/);
});
