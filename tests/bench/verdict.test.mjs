// The parts of `verdict` on fixed input, and the leaks against what Node.js counts. Nothing here
// measures leakcheck.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { SERVICE_NAMES, SERVICES, SHOP_SERVICES } from './catalogue.mjs';
import { CLASSICAL } from './comparison_tables.mjs';
import { judgeRun } from './judged_run.mjs';
import {
  EXACT,
  fingerprint,
  KINDS,
  meanOf,
  planRuns,
  scenarioOf,
  SHAPES,
  STRATA,
  truthOf,
} from './plan.mjs';
import { renderTable } from './report.mjs';
import { parseResults, Results } from './results.mjs';
import { chooseSeries, measuredOf, pack, renderSeries, unpack } from './series.mjs';
import { makeGoals } from './verdict_goals.mjs';
import { makeTables } from './verdict_tables.mjs';
import { check } from './verbs/verdict.mjs';
import { SHOP } from './workload.mjs';
import { here } from './world.mjs';

const near = (measured, wanted, tolerance) =>
  assert.ok(Math.abs(measured - wanted) <= tolerance, `${measured}, not ${wanted}`);

test('the textbook tests ask for a rise', () => {
  const x = Array.from({ length: 12 }, (_, i) => 100 * (i + 1));
  const words = (y) => Object.values(CLASSICAL).map((rule) => rule({ x, y }));
  assert.deepEqual(words(x.map((n) => 1e6 + 64 * n)), [true, true]);
  assert.deepEqual(words(x.map((n) => 1e6 - 64 * n)), [false, false]);
  assert.deepEqual(words(x.map((n, i) => 1e6 + 500 * (i % 2))), [false, false]);
});

const cycle = (index, phase, heapUsed, more = {}) => ({
  requestsTotal: 100 * (index + 1),
  atMs: 400 + 300 * index,
  phase,
  postGc: { heapUsed, external: 20, arrayBuffers: 10 },
  ...more,
});
const record = (answer, { ending, heapUsed = 64.5, ...verdict } = {}) => ({
  outcome: {
    ending: ending ?? (answer === 'bounded' || answer === 'time_bounded' ? 'clean' : answer),
    message: 'the message',
  },
  target: { readyMs: 200, nodeVersion: '20.20.2' },
  verdict: {
    answer,
    reason: `because it is ${answer}`,
    culprit: answer === 'leak' ? 'heapUsed' : undefined,
    quantities: [
      {
        quantity: 'heapUsed',
        growth: { bytesPerRequest: heapUsed },
        budgetPerRequest: 4,
        smallestLeak: 1,
      },
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
const find = (stratum, isIt = () => true) =>
  full.find((run) => run.stratum === stratum && isIt(run));
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
  assert.equal(
    judge(keyed, 0, 'keyed_growth', { ending: 'clean' }).right,
    true,
    'the scenario bounds its keys',
  );
  assert.equal(judge(keyed, 1, 'leak').right, false);
  assert.deepEqual(
    ['time_bounded', 'bounded', 'clean'].map((answer) => judge(find('ttl'), 0, answer).right),
    [true, true, true],
  );
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
  for (const leak of [
    { kind: 'map', size: 64 },
    { kind: 'array', size: 64 },
    { kind: 'slots', size: 1024, often: '~10' },
  ])
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
    judgeRun(
      run,
      ended(1),
      record('leak', {
        routes: ['list', 'item', 'order'].map((name) => ({
          name,
          leaks: names.includes(name),
          growth: { bytesPerRequest: 260 },
        })),
      }),
    );
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
      if (run.truth === 'healthy')
        return judgeRun(run, ended(heal === 'leak' ? 1 : 0), record(heal));
      if (run.truth === 'keyed')
        return judgeRun(
          run,
          ended(leak ? 1 : 0),
          leak ? record('keyed_growth', { ending: 'leak' }) : record('clean'),
        );
      if (!leak) return judgeRun(run, ended(5), record('inconclusive'));
      const routes = [{ name: run.route, leaks: true, growth: { bytesPerRequest: 1024 } }];
      const culprit = run.nativeBytes ? 'native' : 'heapUsed';
      return judgeRun(
        run,
        ended(1),
        record('leak', { routes, culprit, heapUsed: truthOf(run)?.bytes }),
      );
    });
  const states = (list) =>
    Object.fromEntries(makeGoals(list).map((goal) => [goal.name.slice(8), goal.met]));
  const right = states(judgeAll('clean', true));
  const offBy5 = right.estimates_off_by_5_percent;
  assert.equal(offBy5, false, 'native leaks of 16 B are read as 72, Buffers as 128');
  delete right.estimates_off_by_5_percent;
  assert.deepEqual(
    Object.entries(right).filter(([, met]) => !met),
    [],
  );
  assert.ok(Object.keys(right).length >= 13, Object.keys(right).join());
  const wrong = states(judgeAll('leak', false));
  for (const name of [
    'false_alarms',
    'misses',
    'bounded_called_leak',
    'keyed_not_named',
    'native_false_alarms',
    'native_leaks_not_named',
    'routes_not_named',
  ])
    assert.equal(wrong[name], false, name);
  const text = (list) => makeTables(list).map(renderTable).join('\n');
  assert.match(
    text(judgeAll('clean', true)),
    /false alarms 0 of 62: with 95 % confidence below 4\.72% of runs like these/,
  );
  assert.match(
    text(judgeAll('leak', false)),
    /healthy_http_node\d\d_1 +1 +leak +300 +because it is leak\n/,
  );
  const natives = quick.filter((run) => run.nativeBytes);
  const called = (verdict) =>
    states(natives.map((run) => judgeRun(run, ended(1), record('leak', verdict))))
      .native_leaks_not_named;
  assert.deepEqual([called({ culprit: 'native' }), called({ culprit: 'heapUsed' })], [true, false]);
  const quantities = [
    { quantity: 'native', growth: { bytesPerRequest: 72 }, allocationsPerRequest: 2 },
  ];
  assert.equal(called({ culprit: 'native', quantities }), false, 'one block a request');
  assert.deepEqual(makeGoals([]), []);
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
  for (const runs of [quick, full])
    assert.equal(new Set(runs.map(({ name }) => name)).size, runs.length);
});

test('the plan: every service on every Node.js that it supports, every leak, all smaller than 8 B left out', () => {
  const healthy = ofStratum(full, 'healthy');
  for (const name of SERVICE_NAMES)
    assert.deepEqual(
      valuesOf(
        healthy.filter(({ service }) => service === name),
        ({ node }) => node,
      ),
      NODES.filter((major) =>
        SERVICES[name].ofThisNode ? major === 20 : major >= SERVICES[name].from,
      ),
      name,
    );
  const leaks = ofStratum(full, 'leak');
  assert.equal(
    valuesOf(leaks, ({ leak }) => JSON.stringify(leak)).length,
    KINDS.length * SHAPES.length,
  );
  assert.ok(valuesOf(leaks, ({ service }) => service).length >= 25);
  for (const { leak } of leaks) assert.ok(meanOf(leak) >= 8);
  assert.deepEqual(
    valuesOf(ofStratum(full, 'route leak'), ({ route }) => route),
    SHOP.map(({ name }) => name).sort(),
  );
  for (const runs of [healthy, leaks]) {
    const part = (isIt) => runs.filter(isIt).length / runs.length;
    near(
      part(({ keepAlive }) => !keepAlive),
      1 / 3,
      0.03,
    );
    near(
      part(({ mode }) => mode === 'freeze'),
      0.05,
      0.02,
    );
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
  assert.deepEqual(
    valuesOf(sharp, ({ service }) => service),
    ['sharp'],
  );
});

test('the plan: what cannot be had is left out', () => {
  const poor = planRuns({ ...check({}), nodes: [18], ownNode: 18, missing: ['sharp', 'addon'] });
  assert.deepEqual(
    valuesOf(poor, ({ node }) => node),
    [18],
  );
  for (const { service } of poor)
    assert.ok(SERVICES[service].from <= 18 && !['sharp', 'addon'].includes(service), service);
});

test('a scenario: defaults, but for what is varied', () => {
  const at = { node: 'node', services: '/s', packages: '/p', addon: '/a.node' };
  const run = {
    ...healthyRun,
    service: 'koa',
    keepAlive: false,
    mode: 'quiet',
    store: 'lru:500',
    seed: 9,
  };
  const scenario = scenarioOf(run, at);
  assert.deepEqual(scenario.target.command, ['node', '/s/koa.cjs']);
  assert.deepEqual(
    [scenario.target.env.PORT, scenario.target.env.STORE, scenario.target.env.LEAK],
    ['{{ $port }}', 'lru:500', ''],
  );
  assert.deepEqual(Object.keys(scenario), ['version', 'name', 'target', 'load', 'snapshots']);
  assert.deepEqual(Object.keys(scenario.load), ['seed', 'keepAlive', 'flows']);
  assert.deepEqual(scenario.load.flows[0].steps, [
    { get: { url: '/cached/{{ $sequence }}', name: 'cached', expect: { statusCode: 200 } } },
  ]);
  assert.equal(scenarioOf({ ...run, service: 'addon' }, at).target.env.ADDON, '/a.node');
  assert.notEqual(fingerprint(run), fingerprint({ ...run, seed: 10 }));
  assert.equal(SHOP_SERVICES.length, 9);
});

test('a leaky route has a weight of 5 %, whichever it is', () => {
  for (const { name } of SHOP) {
    const run = { ...find('route leak'), route: name, leak: { kind: 'slots', size: 256 } };
    const { load, target } = scenarioOf(run, { node: '', services: '', packages: '' });
    assert.deepEqual(
      load.flows.filter(({ weight }) => weight === 1).map((one) => one.name),
      [name],
    );
    assert.equal(
      load.flows.reduce((sum, { weight }) => sum + weight, 0),
      20,
    );
    assert.equal(target.env.LEAK_ROUTE, name);
    assert.equal(truthOf(run).bytes, 12.8);
  }
});

test('a series is packed and unpacked, and written for other tests', () => {
  const series = pack(record('leak').cycles);
  const [, second, third] = unpack(series);
  assert.deepEqual(
    [
      second.phase,
      second.requests,
      second.heapUsed,
      second.native,
      second.allocations,
      second.route,
    ],
    ['measure', 200, 5.1e6, 9e6, 70, 0],
  );
  assert.deepEqual(
    [third.phase, third.native, third.route, series.routes],
    ['routes', -1, 1, ['GET /a b']],
  );
  assert.deepEqual(measuredOf(series), { x: [200], y: [5.1e6] });
  const judged = judgeRun(leakyRun, ended(1), record('leak'));
  const lines = renderSeries(judged, truthOf(leakyRun)).split('\n');
  assert.equal(lines.length, 5);
  assert.match(
    lines[0],
    /^run leak_\S+ truth=leaky expected=leak answer=leak service=\S+ node=\d+ mode=\w+ budget=4 kind=slots size=64 often=1 quantity=heapUsed bytes=64 routes=GET_\/a_b cycles=3$/,
  );
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
  assert.equal(
    new Results(file, { ...machine, binarySha256: 'def' }, { resume: true }).find(healthyRun),
    undefined,
  );
  assert.equal(new Results(file, machine, { resume: false }).find(healthyRun), undefined);
  again.append(leakyRun, judgeRun(leakyRun, ended(1), record('leak')));
  assert.equal(
    parseResults(fs.readFileSync(file, 'utf8')).size,
    2,
    'the line after a torn one stands alone',
  );
  fs.rmSync(folder, { recursive: true });
});

test('what a leaky service keeps is what its name says', () => {
  const script = path.join(here, 'services/leaks.cjs');
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', script], {
    encoding: 'utf8',
  });
  assert.equal(stderr, '');
  const counted = Object.entries(JSON.parse(stdout));
  assert.equal(counted.length, KINDS.length * 4);
  for (const [name, bytes] of counted) {
    const [kind, size] = [name.split(':')[0], Number(name.split(':')[1])];
    if (EXACT.includes(kind))
      near(kind === 'buffer' ? bytes.arrayBuffers : bytes.heapUsed, size, 0.5);
    else
      assert.ok(
        bytes.heapUsed > 0.8 * size && bytes.heapUsed < 1.5 * size + 64,
        `${name}: ${bytes.heapUsed}`,
      );
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
