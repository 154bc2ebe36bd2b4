// What all verbs share, on fixed input, and ci/bench's exit codes. Nothing here measures leakcheck.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { RULES } from './by_hand.mjs';
import { Children } from './children.mjs';
import { exitCode, makeGoal, renderGoal, renderJson, renderTable, renderText } from './report.mjs';
import {
  fitLine,
  mannKendall,
  median,
  normalTwoSided,
  quantile,
  studentTwoSided,
  upperBound,
} from './statistics.mjs';
import { fillPath, makeRandom } from './workload.mjs';
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

test("the peer's rules: a leak, noise, a fall", () => {
  const x = Array.from({ length: 10 }, (_, i) => 100 * (i + 3));
  const words = (y) => Object.values(RULES).map((rule) => rule({ x, y }));
  assert.deepEqual(words(x.map((n) => 1000 + 64 * n)), [true, true, true]);
  assert.deepEqual(words(x.map((n) => 1e6 + 4 * n)), [false, true, false]);
  assert.deepEqual(words(x.map((n, i) => 1e6 + (i % 2) * 500)), [false, false, false]);
  assert.deepEqual(words(x.map((n) => 1e6 - 64 * n)), [false, false, false]);
});

test('goals: met, missed, and nothing measured', () => {
  const goals = [
    makeGoal('a.b', 0, 0),
    makeGoal('a.c', 0.0625, 0.05, (x) => `${100 * x}%`),
    makeGoal('a.d', NaN, 0),
  ];
  assert.deepEqual(goals.map(renderGoal), [
    'goal a.b 0 0 met',
    'goal a.c 6.25% 5% missed',
    'goal a.d none 0 missed',
  ]);
  assert.equal(exitCode(goals.slice(0, 1)), 0);
  assert.equal(exitCode(goals), 1);
});

test('a table: columns as wide as their widest cell', () => {
  const table = {
    title: 'T',
    columns: [
      ['a', '<'],
      ['long', '>'],
    ],
    rows: [['bb', 1]],
    notes: ['n'],
  };
  assert.equal(renderTable(table), 'T\n  a   long\n  --  ----\n  bb     1\n  n\n');
});

test('the text ends in the goals; the JSON holds everything', () => {
  const report = {
    heading: 'H',
    machine: {
      date: 'D',
      leakcheck: '1',
      node: '20',
      cpus: 2,
      cpuModel: 'C',
      loadAverage: [1],
      loadAverageAfter: [2],
    },
    missing: ['the peer'],
    tables: [{ title: 'T', columns: [['a', '<']], rows: [['x']] }],
    goals: [makeGoal('a.b', NaN, 0)],
    data: [{ name: 'one' }, { name: 'two' }],
  };
  assert.match(renderText(report), /Could not be had:\n {2}the peer\n\ngoal a\.b none 0 missed\n$/);
  const kept = JSON.parse(renderJson('verdict', { seed: 1 }, report));
  assert.deepEqual(kept.goals, [{ name: 'a.b', measured: null, limit: 0, met: false }]);
  assert.deepEqual(kept.tables[0], { title: 'T', columns: ['a'], rows: [['x']], notes: [] });
  assert.deepEqual(
    [kept.format, kept.bench, kept.options, kept.runs],
    [1, 'verdict', { seed: 1 }, report.data],
  );
});

test("the peer's paths: variables in their range, the same for the same seed", () => {
  const make = () => {
    const random = makeRandom(3);
    return Array.from({ length: 500 }, (_, i) =>
      fillPath('/a/{{ $randomNumber(5, 7) }}/{{ $sequence }}', random, i),
    );
  };
  const paths = make();
  assert.deepEqual(paths, make());
  assert.deepEqual([...new Set(paths.map((text) => text.split('/')[2]))].sort(), ['5', '6', '7']);
  assert.ok(paths[41].endsWith('/41'));
});

/// ci/bench looks first whether everything is installed, so all cases but one go past it.
const door = (...args) => spawnSync(path.join(source, 'ci/bench'), args, { encoding: 'utf8' });
const behindDoor = (...args) =>
  spawnSync(process.execPath, [path.join(here, 'bench.mjs'), ...args], { encoding: 'utf8' });

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
  assert.throws(
    () => makeFolder('verdict', runs),
    (error) => error instanceof CannotRun && /another ci\/bench verdict/.test(error.message),
  );
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
  const script =
    "console.log(require('node:child_process').spawn('sleep', ['600']).pid); setInterval(() => {}, 1e6);";
  const { child, done } = children.start(process.execPath, ['-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = await new Promise((resolve) =>
    child.stdout.once('data', (...all) => resolve(all)),
  );
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
