// The pure parts of `ci/bench heap` on fixed input. Nothing here measures anything.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leastOf, makeGoals, makeTables } from './heap_tables.mjs';
import { renderGoal, renderTable } from './report.mjs';
import { check } from './verbs/heap.mjs';

const runs = [
  { work: '10 MB', tool: 'leakcheck', code: 0, wall: 0.05, cpu: 0.04, peakKb: 14 * 1024 },
  { work: '10 MB', tool: 'leakcheck', code: 0, wall: 0.04, cpu: 0.05, peakKb: 15 * 1024 },
  { work: '10 MB', tool: 'devtools', code: 0, wall: 1, cpu: 1.2, peakKb: 140 * 1024 },
  { work: '10 MB', tool: 'vscode', code: 0, wall: 0.3, cpu: 0.3, peakKb: 140 * 1024 },
  { work: '1200 MB', tool: 'leakcheck', code: 0, wall: 6, cpu: 6, peakKb: 1024 * 1024 },
  { work: '1200 MB', tool: 'devtools', code: 0, wall: 80, cpu: 73, peakKb: 4608 * 1024 },
  { work: '1200 MB', tool: 'vscode', code: 101, wall: 3, cpu: 3, peakKb: 100 },
];
const graphs = { '1200 MB': 58_800_000 };

test('the least of the rounds that came to an end', () => {
  assert.equal(leastOf(runs, '10 MB', 'leakcheck', 'wall'), 0.04);
  assert.ok(Number.isNaN(leastOf(runs, '1200 MB', 'vscode', 'wall')));
});

test('goals are of the works that were measured, against the fastest peer that could', () => {
  assert.deepEqual(makeGoals({ runs, graphs }).map(renderGoal), [
    'goal heap.cpu_1200_by_devtools 0.082 0.083 met',
    'goal heap.cpu_1200_by_memlab none 0.083 missed',
    'goal heap.peak_1200_bytes_per_node_and_edge 18.261 20.000 met',
    'goal heap.peak_1200_by_devtools 0.222 0.250 met',
    'goal heap.wall_10_by_fastest 0.133 0.200 met',
  ]);
  const [missed] = makeGoals({ runs: [], graphs, verified: { differences: 2 } }).map(renderGoal);
  assert.equal(missed, 'goal heap.nodes_unlike_devtools 2 0 missed');
});

test('tables of fixed measurements', () => {
  const text = makeTables({ runs, sizes: { '10 MB': '9.9 MB', '1200 MB': '1178 MB' } }).map(renderTable).join('\n');
  assert.match(text, /10 MB: 9\.9 MB/);
  assert.match(text, /DevTools worker +1\.000 +1\.200 +140 +25\.0 +30\.0 +10\.0/);
  assert.match(text, /v8-heap-parser +fails/);
});

test('options: quick and full exclude each other, rounds are a number', () => {
  assert.deepEqual(check({ quick: true }).sizes, [10, 120]);
  assert.deepEqual(check({}).sizes, [10, 120, 500, 1200]);
  assert.equal(check({ rounds: '7' }).rounds, 7);
  assert.equal(check({ verify: true }).verify, true);
  assert.throws(() => check({ quick: true, full: true }), /exclude/);
  assert.throws(() => check({ rounds: 'x' }), /--rounds/);
  assert.ok(check({ only: '^1' }).only.test('10 MB'));
  assert.throws(() => check({ only: '(' }), /--only/);
});
