// The bench's pure parts on fixed input, the leaks against what Node.js counts, and ci/bench's exit
// codes. Nothing here measures leakcheck.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { RULES } from './by_hand.mjs';
import { Children } from './children.mjs';
import { judgeRun } from './judged_run.mjs';
import { SERVICE_NAMES, SERVICES, SHOP_SERVICES } from './catalogue.mjs';
import { EXACT, fingerprint, KINDS, meanOf, planRuns, scenarioOf, SHAPES, STRATA, truthOf } from './plan.mjs';
import { exitCode, makeGoal, renderGoal, renderJson, renderTable, renderText } from './report.mjs';
import { parseResults, Results } from './results.mjs';
import { chooseSeries, measuredOf, pack, renderSeries, unpack } from './series.mjs';
import { fitLine, mannKendall, median, normalTwoSided, quantile, studentTwoSided, upperBound } from './statistics.mjs';
import { CLASSICAL, makeGoals, makeTables } from './verdict_tables.mjs';
import { check } from './verbs/verdict.mjs';
import { fillPath, makeRandom, SHOP } from './workload.mjs';
import { CannotRun, here, makeFolder, source } from './world.mjs';

const near = (measured, wanted, tolerance) =>
  assert.ok(Math.abs(measured - wanted) <= tolerance, `${measured}, not ${wanted}`);

test('quantiles: none, one, between two', () => {
  assert.ok(Number.isNaN(median([])));
  assert.equal(quantile([7], 0.9), 7);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(quantile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0], 0.9), 9);
});

test('the upper bound is that of Clopper and Pearson', () => {
  near(upperBound(0, 60), 1 - 0.05 ** (1 / 60), 1e-12);
  near(upperBound(0, 385), 3 / 385, 1e-4); // the rule of three
  near(upperBound(1, 20), 0.2161, 1e-4); // tables
  near(upperBound(5, 10), 0.7776, 1e-4);
  assert.equal(upperBound(3, 3), 1);
  assert.equal(upperBound(0, 0), 1);
});

test("Student's t: tables, for odd and even degrees of freedom", () => {
  near(studentTwoSided(12.706, 1), 0.05, 1e-5);
  near(studentTwoSided(4.303, 2), 0.05, 1e-4);
  near(studentTwoSided(5.841, 3), 0.01, 1e-5);
  near(studentTwoSided(2.228, 10), 0.05, 1e-4);
  near(studentTwoSided(-3.355, 8), 0.01, 1e-5);
  near(studentTwoSided(2.947, 15), 0.01, 1e-5);
  assert.equal(studentTwoSided(Infinity, 4), 0);
  near(studentTwoSided(0, 7), 1, 1e-12);
});

test('least squares: a worked example, a line, a constant', () => {
  // Sums by hand: sxx = 10, sxy = 6, residuals 2.4, so t = 0.6 / sqrt(0.8 / 10) = 2.1213.
  const { slope, p } = fitLine([1, 2, 3, 4, 5], [2, 4, 5, 4, 5]);
  near(slope, 0.6, 1e-12);
  near(p, 0.12402, 1e-5);
  assert.deepEqual(fitLine([1, 2, 3, 4], [64, 128, 192, 256]), { slope: 64, p: 0 });
  assert.deepEqual(fitLine([1, 2, 3, 4], [5, 5, 5, 5]), { slope: 0, p: 1 });
});

test('the normal distribution: tables, and the far tail', () => {
  near(normalTwoSided(0), 1, 1e-15);
  near(normalTwoSided(1.959964), 0.05, 1e-7);
  near(normalTwoSided(-2.575829), 0.01, 1e-7);
  near(normalTwoSided(3.290527) / 0.001, 1, 1e-6);
  near(normalTwoSided(6) / 1.9731752901e-9, 1, 1e-9);
});

test('Mann-Kendall: by hand, a line, ties, a constant, a fall', () => {
  // 10 pairs, 8 up and 2 down; the variance without ties is n (n - 1) (2n + 5) / 18.
  const mixed = mannKendall([1, 3, 2, 5, 4]);
  assert.equal(mixed.s, 6);
  near(mixed.z, 5 / Math.sqrt((5 * 4 * 15) / 18), 1e-12);
  near(mixed.p, 0.2207, 1e-4);
  const line = mannKendall([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.equal(line.s, 45);
  near(line.z, 44 / Math.sqrt(125), 1e-12);
  // Two pairs of equal values take 2 * 1 * 9 / 18 = 1 each from the variance of 125.
  near(mannKendall([1, 2, 2, 4, 5, 6, 7, 7, 9, 10]).z, 42 / Math.sqrt(123), 1e-12);
  assert.deepEqual(mannKendall([5, 5, 5, 5]), { s: 0, z: 0, p: 1 });
  assert.ok(mannKendall([9, 8, 7, 6, 5, 4, 3, 2, 1]).s === -36);
});

test('the textbook tests ask for a rise', () => {
  const x = Array.from({ length: 12 }, (_, i) => 100 * (i + 1));
  const words = (y) => Object.values(CLASSICAL).map((rule) => rule({ x, y }));
  assert.deepEqual(words(x.map((n) => 1e6 + 64 * n)), [true, true]);
  assert.deepEqual(words(x.map((n) => 1e6 - 64 * n)), [false, false]);
  assert.deepEqual(words(x.map((n, i) => 1e6 + 500 * (i % 2))), [false, false]);
});

test("the peer's rules: a leak, noise, a fall", () => {
  const x = Array.from({ length: 10 }, (_, i) => 100 * (i + 3));
  const words = (y) => Object.values(RULES).map((rule) => rule({ x, y }));
  assert.deepEqual(words(x.map((n) => 1000 + 64 * n)), [true, true, true]);
  assert.deepEqual(words(x.map((n) => 1e6 + 4 * n)), [false, true, false]);
  assert.deepEqual(words(x.map((n, i) => 1e6 + (i % 2) * 500)), [false, false, false]);
  assert.deepEqual(words(x.map((n) => 1e6 - 64 * n)), [false, false, false]);
});

test('goals: met, missed, and nothing measured', () => {
  const goals = [makeGoal('a.b', 0, 0), makeGoal('a.c', 0.0625, 0.05, (x) => `${100 * x}%`), makeGoal('a.d', NaN, 0)];
  assert.deepEqual(goals.map(renderGoal), [
    'goal a.b 0 0 met',
    'goal a.c 6.25% 5% missed',
    'goal a.d none 0 missed',
  ]);
  assert.equal(exitCode(goals.slice(0, 1)), 0);
  assert.equal(exitCode(goals), 1);
});

const cycle = (index, phase, heapUsed, more = {}) => ({
  requestsTotal: 100 * (index + 1),
  atMs: 400 + 300 * index,
  phase,
  postGc: { heapUsed, external: 20, arrayBuffers: 10 },
  ...more,
});
const record = (answer, { ending, heapUsed = 64.5, ...verdict } = {}) => ({
  outcome: { ending: ending ?? (answer === 'bounded' || answer === 'time_bounded' ? 'clean' : answer), message: 'the message' },
  target: { readyMs: 200, nodeVersion: '20.20.2' },
  verdict: {
    answer,
    reason: `because it is ${answer}`,
    culprit: answer === 'leak' ? 'heapUsed' : undefined,
    quantities: [
      { quantity: 'heapUsed', growth: { bytesPerRequest: heapUsed }, budgetPerRequest: 4, smallestLeak: 1 },
      { quantity: 'arrayBuffers', growth: { bytesPerRequest: 128 } },
      { quantity: 'native', growth: { bytesPerRequest: 72.36 }, allocationsPerRequest: 1.004 },
    ],
    ...verdict,
  },
  cycles: [
    cycle(0, 'warmup', 5e6),
    cycle(1, 'measure', 5.1e6, { native: { live: 9e6, allocations: 70 } }),
    cycle(2, 'routes', 5.2e6, { route: 'GET /a b' }),
  ],
});
const NODES = [18, 20, 22, 24, 26];
const quick = planRuns({ ...check({ quick: true }), nodes: NODES });
const full = planRuns({ ...check({}), nodes: NODES });
const find = (stratum, isIt = () => true) => full.find((run) => run.stratum === stratum && isIt(run));
const healthyRun = find('healthy');
const leakyRun = find('leak', ({ leak }) => leak.kind === 'slots' && leak.size === 64);
const ended = (code) => ({ code, signal: null, wallMs: 1234.5 });

test('a run is judged by exit code and record together', () => {
  const judge = (run, code, answer, more) => judgeRun(run, ended(code), record(answer, more));
  assert.equal(judge(healthyRun, 0, 'clean').reason, undefined);
  assert.equal(judge(healthyRun, 0, 'bounded').answer, 'bounded');
  assert.equal(judge(healthyRun, 1, 'leak').reason, 'because it is leak');
  assert.equal(judge(healthyRun, 5, 'inconclusive').answer, 'inconclusive');
  assert.equal(judge(healthyRun, 0, 'leak').answer, 'broken', 'the exit code must say the same');
  assert.equal(judge(healthyRun, 1, 'clean').answer, 'broken');
  assert.equal(judge(healthyRun, 1, 'budget_exceeded').answer, 'broken');
  const keyed = find('keyed');
  assert.equal(judge(keyed, 1, 'keyed_growth', { ending: 'leak' }).right, true);
  assert.equal(judge(keyed, 0, 'keyed_growth', { ending: 'clean' }).right, true, 'the scenario bounds its keys');
  assert.equal(judge(keyed, 1, 'leak').right, false);
  assert.deepEqual(['time_bounded', 'bounded', 'clean'].map((answer) => judge(find('ttl'), 0, answer).right), [true, true, true]);
  assert.equal(judge(healthyRun, 0, 'time_bounded').right, false);
  const died = judgeRun(healthyRun, { code: null, signal: 'SIGSEGV', wallMs: 1 }, undefined);
  assert.deepEqual([died.answer, died.reason], ['broken', 'no run record; ended by SIGSEGV']);
});

test('the time that the routes took does not count; the estimate is of the quantity that is exact', () => {
  const judged = judgeRun(healthyRun, ended(0), record('clean'));
  assert.deepEqual([judged.answeredMs, judged.wallMs, judged.requests], [700, 1235, 300]);
  const of = (leak) => judgeRun({ ...leakyRun, leak }, ended(1), record('leak'));
  assert.equal(of({ kind: 'slots', size: 64 }).error, 0.5 / 64);
  assert.equal(of({ kind: 'buffer', size: 256 }).error, 0.5);
  assert.equal(of({ kind: 'closure', size: 1024, often: '10' }).error, (102.4 - 64.5) / 102.4);
  for (const leak of [{ kind: 'map', size: 64 }, { kind: 'array', size: 64 }, { kind: 'slots', size: 1024, often: '~10' }])
    assert.equal(of(leak).error, undefined);
});

test('a native leak must be called native, with its blocks', () => {
  const run = find('native leak', ({ nativeBytes }) => nativeBytes === 64);
  const right = judgeRun(run, ended(1), record('leak', { culprit: 'native' }));
  assert.deepEqual([right.allocations, right.reason], [1.004, undefined]);
  near(right.error, 0.005, 1e-9);
  assert.match(judgeRun(run, ended(1), record('leak')).reason, /add-on leaks; named: heapUsed/);
  assert.equal(truthOf({ nativeBytes: 16 }).bytes, 24);
});

test('the leaky route is right when it is named, and it alone', () => {
  const run = { ...find('route leak'), route: 'item', leak: { kind: 'slots', size: 256 } };
  const judge = (...names) =>
    judgeRun(run, ended(1), record('leak', { routes: ['list', 'item', 'order'].map((name) => ({ name, leaks: names.includes(name), growth: { bytesPerRequest: 260 } })) }));
  assert.deepEqual([judge('item').routeRight, judge('item').reason], [true, undefined]);
  assert.equal(judge('item').routeError, 4 / 256);
  assert.match(judge('list').reason, /item leaks; named: list/);
  assert.equal(judge('item', 'order').routeRight, false, 'others are named too');
  assert.match(judge().reason, /named: none/);
  assert.match(judgeRun(run, ended(1), record('leak')).reason, /named: none; no routes/);
});

test('tables and goals of fixed runs', () => {
  const judgeAll = (heal, leak) =>
    quick.map((run) => {
      if (run.truth === 'healthy') return judgeRun(run, ended(heal === 'leak' ? 1 : 0), record(heal));
      if (run.truth === 'keyed') return judgeRun(run, ended(leak ? 1 : 0), leak ? record('keyed_growth', { ending: 'leak' }) : record('clean'));
      if (!leak) return judgeRun(run, ended(5), record('inconclusive'));
      const routes = [{ name: run.route, leaks: true, growth: { bytesPerRequest: 1024 } }];
      const culprit = run.nativeBytes ? 'native' : 'heapUsed';
      return judgeRun(run, ended(1), record('leak', { routes, culprit, heapUsed: truthOf(run)?.bytes }));
    });
  const states = (list) => Object.fromEntries(makeGoals(list).map((goal) => [goal.name.slice(8), goal.met]));
  const right = states(judgeAll('clean', true));
  const offBy5 = right.estimates_off_by_5_percent;
  assert.equal(offBy5, false, 'native leaks of 16 B are read as 72, Buffers as 128');
  delete right.estimates_off_by_5_percent;
  assert.deepEqual(Object.entries(right).filter(([, met]) => !met), []);
  assert.ok(Object.keys(right).length >= 13, Object.keys(right).join());
  const wrong = states(judgeAll('leak', false));
  for (const name of ['false_alarms', 'misses', 'bounded_called_leak', 'keyed_not_named', 'native_false_alarms', 'native_leaks_not_named', 'routes_not_named'])
    assert.equal(wrong[name], false, name);
  const text = (list) => makeTables(list).map(renderTable).join('\n');
  assert.match(text(judgeAll('clean', true)), /false alarms 0 of 62: with 95 % confidence below 4\.72% of runs like these/);
  assert.match(text(judgeAll('leak', false)), /healthy_http_node\d\d_1 +1 +leak +300 +because it is leak\n/);
  const natives = quick.filter((run) => run.nativeBytes);
  const called = (verdict) => states(natives.map((run) => judgeRun(run, ended(1), record('leak', verdict)))).native_leaks_not_named;
  assert.deepEqual([called({ culprit: 'native' }), called({ culprit: 'heapUsed' })], [true, false]);
  const quantities = [{ quantity: 'native', growth: { bytesPerRequest: 72 }, allocationsPerRequest: 2 }];
  assert.equal(called({ culprit: 'native', quantities }), false, 'one block a request');
  assert.deepEqual(makeGoals([]), []);
});

test('a table: columns as wide as their widest cell', () => {
  const table = { title: 'T', columns: [['a', '<'], ['long', '>']], rows: [['bb', 1]], notes: ['n'] };
  assert.equal(renderTable(table), 'T\n  a   long\n  --  ----\n  bb     1\n  n\n');
});

test('the text ends in the goals; the JSON holds everything', () => {
  const report = {
    heading: 'H',
    machine: { date: 'D', leakcheck: '1', node: '20', cpus: 2, cpuModel: 'C', loadAverage: [1], loadAverageAfter: [2] },
    missing: ['the peer'],
    tables: [{ title: 'T', columns: [['a', '<']], rows: [['x']] }],
    goals: [makeGoal('a.b', NaN, 0)],
    data: [{ name: 'one' }, { name: 'two' }],
  };
  assert.match(renderText(report), /Could not be had:\n {2}the peer\n\ngoal a\.b none 0 missed\n$/);
  const kept = JSON.parse(renderJson('verdict', { seed: 1 }, report));
  assert.deepEqual(kept.goals, [{ name: 'a.b', measured: null, limit: 0, met: false }]);
  assert.deepEqual(kept.tables[0], { title: 'T', columns: ['a'], rows: [['x']], notes: [] });
  assert.deepEqual([kept.format, kept.bench, kept.options, kept.runs], [1, 'verdict', { seed: 1 }, report.data]);
});

const valuesOf = (runs, of) => [...new Set(runs.map(of))].sort();
const ofStratum = (runs, name) => runs.filter(({ stratum }) => stratum === name);

test('the plan: as many runs as the goals speak of', () => {
  const size = (...names) => names.reduce((sum, name) => sum + ofStratum(full, name).length, 0);
  assert.ok(size('healthy', 'saturating') >= 1000);
  assert.ok(size('leak') >= 500);
  assert.ok(size('native healthy') >= 100);
  assert.ok(size('native leak') >= 40);
  assert.ok(size('route leak') >= 60);
  assert.ok(quick.length >= 70 && quick.length <= 110, String(quick.length));
  for (const runs of [quick, full]) assert.equal(new Set(runs.map(({ name }) => name)).size, runs.length);
});

test('the plan: every service on every Node.js that it supports, every leak, all smaller than 8 B left out', () => {
  const healthy = ofStratum(full, 'healthy');
  for (const name of SERVICE_NAMES)
    assert.deepEqual(
      valuesOf(healthy.filter(({ service }) => service === name), ({ node }) => node),
      NODES.filter((major) => (SERVICES[name].ofThisNode ? major === 20 : major >= SERVICES[name].from)),
      name,
    );
  const leaks = ofStratum(full, 'leak');
  assert.equal(valuesOf(leaks, ({ leak }) => JSON.stringify(leak)).length, KINDS.length * SHAPES.length);
  assert.ok(valuesOf(leaks, ({ service }) => service).length >= 25);
  for (const { leak } of leaks) assert.ok(meanOf(leak) >= 8);
  assert.deepEqual(valuesOf(ofStratum(full, 'route leak'), ({ route }) => route), SHOP.map(({ name }) => name).sort());
  for (const runs of [healthy, leaks]) {
    const part = (isIt) => runs.filter(isIt).length / runs.length;
    near(part(({ keepAlive }) => !keepAlive), 1 / 3, 0.03);
    near(part(({ mode }) => mode === 'freeze'), 0.05, 0.02);
  }
});

test('the plan: any first few are a fair sample, and a seed moves them all', () => {
  const mixed = full.filter(({ alone }) => !alone);
  for (const first of [100, 400, 1000])
    for (const { name, full: wanted } of STRATA)
      near(ofStratum(mixed.slice(0, first), name).length, (wanted / mixed.length) * first, 2);
  const few = planRuns({ ...check({ runs: '100' }), nodes: NODES });
  assert.deepEqual(few, full.slice(0, 100));
  assert.equal(planRuns({ ...check({ seed: '50' }), nodes: NODES })[0].seed, full[0].seed + 49);
  const sharp = planRuns({ ...check({ only: '^healthy_sharp_' }), nodes: NODES });
  assert.deepEqual(valuesOf(sharp, ({ service }) => service), ['sharp']);
});

test('the plan: what cannot be had is left out', () => {
  const poor = planRuns({ ...check({}), nodes: [18], ownNode: 18, missing: ['sharp', 'addon'] });
  assert.deepEqual(valuesOf(poor, ({ node }) => node), [18]);
  for (const { service } of poor) assert.ok(SERVICES[service].from <= 18 && !['sharp', 'addon'].includes(service), service);
});

test('a scenario: defaults, but for what is varied', () => {
  const at = { node: 'node', services: '/s', packages: '/p', addon: '/a.node' };
  const run = { ...healthyRun, service: 'koa', keepAlive: false, mode: 'quiet', store: 'lru:500', seed: 9 };
  const scenario = scenarioOf(run, at);
  assert.deepEqual(scenario.target.command, ['node', '/s/koa.cjs']);
  assert.deepEqual([scenario.target.env.PORT, scenario.target.env.STORE, scenario.target.env.LEAK], ['{{ $port }}', 'lru:500', '']);
  assert.deepEqual(Object.keys(scenario), ['version', 'name', 'target', 'load']);
  assert.deepEqual(Object.keys(scenario.load), ['seed', 'keepAlive', 'flows']);
  assert.deepEqual(scenario.load.flows[0].steps, [{ get: { url: '/cached/{{ $sequence }}', name: 'cached', expect: { statusCode: 200 } } }]);
  assert.equal(scenarioOf({ ...run, service: 'addon' }, at).target.env.ADDON, '/a.node');
  assert.notEqual(fingerprint(run), fingerprint({ ...run, seed: 10 }));
  assert.equal(SHOP_SERVICES.length, 9);
});

test('a leaky route has a weight of 5 %, whichever it is', () => {
  for (const { name } of SHOP) {
    const run = { ...find('route leak'), route: name, leak: { kind: 'slots', size: 256 } };
    const { load, target } = scenarioOf(run, { node: '', services: '', packages: '' });
    assert.deepEqual(load.flows.filter(({ weight }) => weight === 1).map((one) => one.name), [name]);
    assert.equal(load.flows.reduce((sum, { weight }) => sum + weight, 0), 20);
    assert.equal(target.env.LEAK_ROUTE, name);
    assert.equal(truthOf(run).bytes, 12.8);
  }
});

test('a series is packed and unpacked, and written for other tests', () => {
  const series = pack(record('leak').cycles);
  const [, second, third] = unpack(series);
  assert.deepEqual(
    [second.phase, second.requests, second.heapUsed, second.native, second.allocations, second.route],
    ['measure', 200, 5.1e6, 9e6, 70, 0],
  );
  assert.deepEqual([third.phase, third.native, third.route, series.routes], ['routes', -1, 1, ['GET /a b']]);
  assert.deepEqual(measuredOf(series), { x: [200], y: [5.1e6] });
  const judged = judgeRun(leakyRun, ended(1), record('leak'));
  const lines = renderSeries(judged, truthOf(leakyRun)).split('\n');
  assert.equal(lines.length, 5);
  assert.match(lines[0], /^run leak_\S+ truth=leaky expected=leak answer=leak service=\S+ node=\d+ mode=\w+ budget=4 kind=slots size=64 often=1 quantity=heapUsed bytes=64 routes=GET_\/a_b cycles=3$/);
  assert.equal(lines[2], '2 100 0 100000 0 0 9000001 71 0 0');
});

test('series are chosen from every stratum in turn', () => {
  const of = (stratum, rows) => ({ stratum, series: { rows: new Array(rows) } });
  const runs = [of('a', 9), of('a', 9), of('a', 9), of('b', 2), of('c', 3)];
  assert.deepEqual(chooseSeries(runs, 3), [runs[0], runs[4], runs[1]]);
  assert.equal(chooseSeries(runs, 99).length, 4);
});

test('results: found again for the same binary and scenario, a torn line passed over', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-'));
  const file = path.join(folder, 'deep/results.jsonl');
  const machine = { binarySha256: 'abc', leakcheck: '1' };
  const judged = judgeRun(healthyRun, ended(0), record('clean'));
  new Results(file, machine, {}).append(healthyRun, judged);
  fs.appendFileSync(file, '{"format":1,"binary":"abc","ru');
  const again = new Results(file, machine, { resume: true });
  assert.deepEqual(again.find(healthyRun), JSON.parse(JSON.stringify(judged)));
  assert.equal(again.find({ ...healthyRun, seed: 99 }), undefined);
  assert.equal(again.find({ ...healthyRun, mode: 'freeze' }), undefined, 'the plan has changed');
  assert.equal(new Results(file, { ...machine, binarySha256: 'def' }, { resume: true }).find(healthyRun), undefined);
  assert.equal(new Results(file, machine, { resume: false }).find(healthyRun), undefined);
  again.append(leakyRun, judgeRun(leakyRun, ended(1), record('leak')));
  assert.equal(parseResults(fs.readFileSync(file, 'utf8')).size, 2, 'the line after a torn one stands alone');
  fs.rmSync(folder, { recursive: true });
});

test("the peer's paths: variables in their range, the same for the same seed", () => {
  const make = () => {
    const random = makeRandom(3);
    return Array.from({ length: 500 }, (_, i) => fillPath('/a/{{ $randomNumber(5, 7) }}/{{ $sequence }}', random, i));
  };
  const paths = make();
  assert.deepEqual(paths, make());
  assert.deepEqual([...new Set(paths.map((text) => text.split('/')[2]))].sort(), ['5', '6', '7']);
  assert.ok(paths[41].endsWith('/41'));
});

test('what a leaky service keeps is what its name says', () => {
  const script = path.join(here, 'services/leaks.cjs');
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', script], { encoding: 'utf8' });
  assert.equal(stderr, '');
  const counted = Object.entries(JSON.parse(stdout));
  assert.equal(counted.length, KINDS.length * 4);
  for (const [name, bytes] of counted) {
    const [kind, size] = [name.split(':')[0], Number(name.split(':')[1])];
    if (EXACT.includes(kind)) near(kind === 'buffer' ? bytes.arrayBuffers : bytes.heapUsed, size, 0.5);
    else assert.ok(bytes.heapUsed > 0.8 * size && bytes.heapUsed < 1.5 * size + 64, `${name}: ${bytes.heapUsed}`);
  }
});

test('how often something is kept: each time, in turn, by chance', () => {
  const { makeLeak } = createRequire(import.meta.url)('./services/leaks.cjs');
  const pushes = (spec, calls) => {
    const push = Array.prototype.push;
    let count = 0;
    Array.prototype.push = function (...values) {
      count += values.length;
      return push.apply(this, values);
    };
    try {
      const keep = makeLeak(spec);
      for (let i = 0; i < calls; ++i) keep();
    } finally {
      Array.prototype.push = push;
    }
    return count;
  };
  assert.equal(pushes('array:16', 1000), 2000, 'two small integers of 8 bytes');
  assert.equal(pushes('array:256:10', 1000), 3200);
  near(pushes('array:16:~10', 20_000) / 2, 2000, 300); // 7 standard deviations
});

/// ci/bench looks first whether everything is installed, so all cases but one go past it.
const door = (...args) => spawnSync(path.join(source, 'ci/bench'), args, { encoding: 'utf8' });
const behindDoor = (...args) => spawnSync(process.execPath, [path.join(here, 'bench.mjs'), ...args], { encoding: 'utf8' });

test('ci/bench --help names every verb', () => {
  for (const { status, stdout } of [door('--help'), behindDoor('verdict', '--help')]) {
    assert.equal(status, 0);
    assert.match(stdout, /usage: ci\/bench VERB/);
    assert.match(stdout, /^ {2}verdict {4}\S/m);
    assert.match(stdout, /--quick/);
  }
});

test('ci/bench: usage errors exit 2 and say what there is', () => {
  for (const [args, says] of [
    [[], /which bench\? the verbs are: .*verdict/],
    [['nonsense'], /no verb "nonsense"; the verbs are: .*verdict/],
    [['verdict', '--loud'], /--loud/],
    [['verdict', 'more'], /more/],
    [['verdict', '--quick', '--full'], /exclude/],
    [['verdict', '--runs', '0'], /--runs/],
    [['verdict', '--seed', 'x'], /--seed/],
    [['verdict', '--jobs', '0'], /--jobs/],
    [['verdict', '--only', '('], /--only: .*regular/],
    [['verdict', '--minutes', 'soon'], /--minutes/],
  ]) {
    const { status, stdout, stderr } = behindDoor(...args);
    assert.deepEqual([status, stdout], [2, ''], `${args}\n${stderr}`);
    assert.match(stderr, says);
  }
});

test('ci/bench: what keeps it from measuring exits 3, before anything is measured', () => {
  const unwritable = behindDoor('verdict', '--quick', '--json', '/dev/null/x.json');
  assert.equal(unwritable.status, 3, unwritable.stderr);
  assert.match(unwritable.stderr, /x\.json cannot be written/);
});

test('a second bench does not clear the folder of one that runs', () => {
  const runs = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-'));
  const folder = makeFolder('verdict', runs);
  fs.writeFileSync(path.join(folder, 'record'), '');
  assert.throws(() => makeFolder('verdict', runs), (error) => error instanceof CannotRun && /another ci\/bench verdict/.test(error.message));
  assert.deepEqual(fs.readdirSync(folder).sort(), ['pid', 'record']);
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  fs.writeFileSync(path.join(folder, 'pid'), String(pid)); // its process has ended
  makeFolder('verdict', runs);
  assert.deepEqual(fs.readdirSync(folder), ['pid']);
  fs.rmSync(runs, { recursive: true });
});

const isAlive = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('ending all children ends what they started, and their waiters stay still', async () => {
  const children = new Children();
  const script = "console.log(require('node:child_process').spawn('sleep', ['600']).pid); setInterval(() => {}, 1e6);";
  const { child, done } = children.start(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [text] = await new Promise((resolve) => child.stdout.once('data', (...all) => resolve(all)));
  let resumed = false;
  done.then(() => (resumed = true));
  await children.endAll();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(resumed, false);
  assert.equal(isAlive(child.pid), false);
  // The grandchild got SIGKILL with its group; init reaps it a moment later.
  for (let i = 0; i < 500 && isAlive(Number(text)) && !isZombie(Number(text)); ++i)
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(!isAlive(Number(text)) || isZombie(Number(text)));
});

function isZombie(pid) {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.startsWith('Z');
}
