// The bench's pure parts on fixed input, the leaks against what Node.js counts, and ci/bench's exit
// codes. Nothing here measures leakcheck.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { RULES } from './by_hand.mjs';
import { Children } from './children.mjs';
import { judgeRun } from './judged_run.mjs';
import { KINDS, planRuns, scenarioOf, SERVICE_NAMES, SIZES } from './plan.mjs';
import { exitCode, makeGoal, renderGoal, renderJson, renderTable, renderText } from './report.mjs';
import { fitLine, median, quantile, studentTwoSided, upperBound } from './statistics.mjs';
import { makeGoals, makeTables } from './verdict_tables.mjs';
import { check } from './verbs/verdict.mjs';
import { fillPath, makeRandom, SHOP } from './workload.mjs';
import { here, source } from './world.mjs';

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

const record = (answer, heapUsed = 64.5) => ({
  outcome: { ending: answer === 'bounded' ? 'clean' : answer, message: 'the message' },
  target: { readyMs: 200 },
  scenario: { requestsPerCycle: 100 },
  verdict: {
    answer,
    reason: `because it is ${answer}`,
    quantities: [
      { quantity: 'heapUsed', growth: { bytesPerRequest: heapUsed } },
      { quantity: 'arrayBuffers', growth: { bytesPerRequest: 128 } },
    ],
  },
  cycles: [
    { requestsTotal: 100, atMs: 400, postGc: { heapUsed: 5e6, arrayBuffers: 10 } },
    { requestsTotal: 200, atMs: 700, postGc: { heapUsed: 5.1e6, arrayBuffers: 10 } },
  ],
});
const runs = planRuns({ healthy: 4, leaky: 5, pairedHealthy: 1, pairedLeaky: 1, full: false, seed: 7 });
const healthyRun = runs.find((run) => run.truth === 'healthy');
const leakyRun = runs.find((run) => run.leak?.kind === 'entry');
const ended = (code) => ({ code, signal: null, wallMs: 1234.5 });

test('a run is judged by exit code and record together', () => {
  const judge = (run, code, answer) => judgeRun(run, ended(code), record(answer));
  assert.equal(judge(healthyRun, 0, 'clean').reason, undefined);
  assert.equal(judge(healthyRun, 0, 'bounded').answer, 'bounded');
  assert.equal(judge(healthyRun, 1, 'leak').reason, 'because it is leak');
  assert.equal(judge(healthyRun, 5, 'inconclusive').answer, 'inconclusive');
  assert.equal(judge(healthyRun, 0, 'leak').answer, 'broken', 'the exit code must say the same');
  assert.equal(judge(healthyRun, 1, 'clean').answer, 'broken');
  assert.equal(judge(healthyRun, 1, 'budget_exceeded').answer, 'broken');
  const died = judgeRun(healthyRun, { code: null, signal: 'SIGSEGV', wallMs: 1 }, undefined);
  assert.deepEqual([died.answer, died.reason], ['broken', 'no run record; ended by SIGSEGV']);
});

test('time to the verdict counts from ready; the estimate is of the quantity that is exact', () => {
  const judged = judgeRun(healthyRun, ended(0), record('clean'));
  assert.deepEqual([judged.verdictMs, judged.wallMs, judged.requests, judged.cycles], [500, 1235, 200, 2]);
  const of = (leak) => judgeRun({ ...leakyRun, leak }, ended(1), record('leak'));
  assert.equal(of({ kind: 'entry', size: 64 }).error, 0.5 / 64);
  assert.equal(of({ kind: 'buffer', size: 256 }).error, 0.5);
  assert.equal(of({ kind: 'map', size: 64 }).error, undefined);
});

test('tables and goals of fixed runs', () => {
  const judged = runs.map((run) =>
    run.truth === 'healthy'
      ? judgeRun(run, ended(0), record('clean'))
      : judgeRun({ ...run, leak: { kind: 'entry', size: 64 } }, ended(1), record('leak')),
  );
  const lines = (list) => makeGoals(list).map(renderGoal);
  assert.deepEqual(lines(judged), [
    'goal verdict.false_alarms 0 0 met',
    'goal verdict.misses 0 0 met',
    'goal verdict.broken_runs 0 0 met',
    'goal verdict.inconclusive 0.0% 5.0% met',
    'goal verdict.estimate_error_worst 0.8% 10.0% met',
  ]);
  const wrong = judged.map((run) => ({ ...run, answer: run.truth === 'healthy' ? 'leak' : 'inconclusive', error: undefined, reason: 'so' }));
  assert.deepEqual(lines(wrong), [
    'goal verdict.false_alarms 4 0 missed',
    'goal verdict.misses 5 0 missed',
    'goal verdict.broken_runs 0 0 met',
    'goal verdict.inconclusive 0.0% 5.0% met',
    'goal verdict.estimate_error_worst none 10.0% missed',
  ]);
  const text = makeTables(judged).map(renderTable).join('\n');
  assert.match(text, /false alarms 0 of 4: with 95 % confidence below 52\.7% of runs like these/);
  assert.match(text, /misses 0 of 5: with 95 % confidence below 45\.1%/);
  assert.match(makeTables(wrong).map(renderTable).join('\n'), /001-\S+ +as it comes +7 .* so\n/);
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

test('the plan: every service, every leak, seeds of their own', () => {
  const plan = planRuns({ ...check({ full: true }), nodes: [18, 22] });
  assert.equal(plan.length, 340);
  assert.equal(new Set(plan.map((run) => run.seed)).size, 340);
  assert.equal(new Set(plan.map((run) => run.name)).size, 340);
  for (const run of plan) {
    assert.ok(SERVICE_NAMES.includes(run.service));
    assert.notEqual(run.variant.node, 24, 'not to be had');
    if (run.variant.node === 18) assert.ok(['http', 'express'].includes(run.service));
  }
  const leaks = new Set(plan.flatMap(({ leak }) => (leak ? [`${leak.kind}:${leak.size}`] : [])));
  assert.equal(leaks.size, KINDS.length * SIZES.length);
  const quick = planRuns(check({ quick: true }));
  for (const truth of ['healthy', 'leaky'])
    assert.equal(new Set(quick.filter((run) => run.truth === truth).map((run) => run.service)).size, 4);
  assert.equal(quick.filter((run) => run.paired).length, 18);
});

test('a scenario: defaults, but for what is varied', () => {
  const run = { ...healthyRun, service: 'koa', variant: { name: 'x', cache: 500, load: { keepAlive: false } }, seed: 9 };
  const scenario = scenarioOf(run, { node: 'node', services: '/s', packages: '/p' });
  assert.deepEqual(scenario.target.command, ['node', '/s/koa.cjs']);
  assert.deepEqual(scenario.target.env, { PORT: '{{ $port }}', NODE_PATH: '/p', LEAK: '', CACHE: '500' });
  assert.deepEqual(Object.keys(scenario.load), ['seed', 'keepAlive', 'flows']);
  assert.equal(SHOP.reduce((sum, { weight }) => sum + weight, 0), 20);
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
  assert.equal(counted.length, KINDS.length * SIZES.length);
  for (const [name, bytes] of counted) {
    const [kind, size] = [name.split(':')[0], Number(name.split(':')[1])];
    if (kind === 'map') assert.ok(bytes.heapUsed > size, `${name}: ${bytes.heapUsed}`);
    else near(kind === 'buffer' ? bytes.arrayBuffers : bytes.heapUsed, size, 0.5);
  }
});

const door = (...args) => spawnSync(path.join(source, 'ci/bench'), args, { encoding: 'utf8' });

test('ci/bench --help names every verb', () => {
  for (const args of [['--help'], ['verdict', '--help']]) {
    const { status, stdout } = door(...args);
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
  ]) {
    const { status, stdout, stderr } = door(...args);
    assert.deepEqual([status, stdout], [2, ''], `${args}\n${stderr}`);
    assert.match(stderr, says);
  }
});

test('ci/bench: what keeps it from measuring exits 3, before anything is measured', () => {
  const unwritable = door('verdict', '--quick', '--json', '/dev/null/x.json');
  assert.equal(unwritable.status, 3, unwritable.stderr);
  assert.match(unwritable.stderr, /x\.json cannot be written/);
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
