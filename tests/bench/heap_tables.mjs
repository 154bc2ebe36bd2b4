// What `heap` prints: tables and goals of what was measured; pure.
import { makeGoal } from './report.mjs';

/// Peers, by the name that tables have.
export const PEERS = [
  { key: 'devtools', name: 'DevTools worker' },
  { key: 'memlab', name: 'memlab' },
  { key: 'toolkit', name: 'heap-snapshot-toolkit' },
  { key: 'vscode', name: '@vscode/v8-heap-parser' },
];
const NAMES = new Map([['leakcheck', 'leakcheck'], ...PEERS.map(({ key, name }) => [key, name])]);

const least = (values) => (values.length > 0 ? Math.min(...values) : NaN);
const show = (value, digits) => (Number.isFinite(value) ? value.toFixed(digits) : '-');
const megabytes = (kb) => show(kb / 1024, 0);

/// The least of a tool's rounds with one input, or NaN when none came to an end.
export const leastOf = (runs, work, tool, what) =>
  least(runs.filter((run) => run.work === work && run.tool === tool && run.code === 0).map((run) => run[what]));

const worksOf = (runs) => [...new Set(runs.map(({ work }) => work))];
const toolsOf = (runs, work) => [...NAMES.keys()].filter((key) => runs.some((run) => run.work === work && run.tool === key));

function makeTable(runs, work, sizes) {
  const rows = toolsOf(runs, work).map((tool) => {
    const [wall, cpu, peak] = ['wall', 'cpu', 'peakKb'].map((what) => leastOf(runs, work, tool, what));
    const [ourWall, ourCpu, ourPeak] = ['wall', 'cpu', 'peakKb'].map((what) => leastOf(runs, work, 'leakcheck', what));
    if (!Number.isFinite(cpu)) return [NAMES.get(tool), 'fails', '', '', '', '', ''];
    return [
      ...[NAMES.get(tool), show(wall, 3), show(cpu, 3), megabytes(peak)],
      ...[show(wall / ourWall, 1), show(cpu / ourCpu, 1), show(peak / ourPeak, 1)],
    ];
  });
  return {
    title: `${work}: ${sizes[work]}`,
    columns: [['', '<'], ['wall s', '>'], ['CPU s', '>'], ['peak MB', '>'], ['wall ×', '>'], ['CPU ×', '>'], ['peak ×', '>']],
    rows,
  };
}

export function makeTables({ runs, sizes }) {
  const tables = worksOf(runs).map((work) => makeTable(runs, work, sizes));
  if (tables.length > 0)
    tables.at(-1).notes = ['least of the rounds of whole processes; ×: times what leakcheck takes'];
  return tables;
}

/// How many times more a peer takes than we do; as 1 ÷ that, for a goal is met from below.
const shareOf = (runs, work, peers, what) =>
  leastOf(runs, work, 'leakcheck', what) / least(peers.map((peer) => leastOf(runs, work, peer, what)).filter(Number.isFinite));

/// The goals of the works that were measured: [name, measured, limit].
export function makeGoals({ runs, graphs, verified }) {
  const all = PEERS.map(({ key }) => key);
  const share = (x) => x.toFixed(3);
  const goals = [];
  const goal = (work, name, measured, limit) => {
    if (worksOf(runs).includes(work)) goals.push(makeGoal(`heap.${name}`, measured, limit, share));
  };
  const perItem = (1024 * leastOf(runs, '1200 MB', 'leakcheck', 'peakKb')) / graphs['1200 MB'];
  goal('1200 MB', 'cpu_1200_by_devtools', shareOf(runs, '1200 MB', ['devtools'], 'cpu'), 1 / 12);
  goal('1200 MB', 'cpu_1200_by_memlab', shareOf(runs, '1200 MB', ['memlab'], 'cpu'), 1 / 12);
  goal('1200 MB', 'peak_1200_bytes_per_node_and_edge', perItem, 20);
  goal('1200 MB', 'peak_1200_by_devtools', shareOf(runs, '1200 MB', ['devtools'], 'peakKb'), 1 / 4);
  goal('120 MB', 'wall_120_by_fastest', shareOf(runs, '120 MB', all, 'wall'), 1 / 5);
  goal('diff of 120 MB', 'diff_cpu_by_devtools', shareOf(runs, 'diff of 120 MB', ['devtools'], 'cpu'), 1 / 25);
  goal('10 MB', 'wall_10_by_fastest', shareOf(runs, '10 MB', all, 'wall'), 1 / 5);
  if (verified) goals.push(makeGoal('heap.nodes_unlike_devtools', verified.differences, 0));
  return goals;
}
