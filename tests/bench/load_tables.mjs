// What `load` prints: tables and goals of what was measured; pure.
import { makeGoal, percent } from './report.mjs';
import { median, quantile } from './statistics.mjs';

export const WINDOW_MS = 10;
export const RATE = 2000;

/// What is compared, and with how many connections. `needs` are tools that may not be there.
export const GROUPS = [
  {
    key: 'plain',
    title: 'nginx, 13 bytes, 64 connections',
    connections: 64,
    runs: [
      { name: 'leakcheck', tool: 'leakcheck' },
      { name: 'leakcheck --full-path', tool: 'leakcheck', fullPath: true },
      { name: 'wrk', tool: 'wrk' },
      { name: 'autocannon', tool: 'autocannon' },
      { name: 'hey', tool: 'hey' },
    ],
  },
  {
    key: 'tls',
    title: 'the same over TLS, 10 connections',
    connections: 10,
    tls: true,
    runs: [
      { name: 'leakcheck', tool: 'leakcheck' },
      { name: 'wrk', tool: 'wrk' },
    ],
  },
  {
    key: 'many',
    title: '1000 connections',
    connections: 1000,
    runs: [
      { name: 'leakcheck', tool: 'leakcheck' },
      { name: 'wrk', tool: 'wrk' },
    ],
  },
  {
    key: 'flow',
    title: 'a JSON answer of 61 bytes, 64 connections: as it is, and with template, capture and two checks on each step',
    connections: 64,
    runs: [
      { name: 'plain', tool: 'leakcheck', steps: 'plain' },
      { name: 'template, capture, checks', tool: 'leakcheck', steps: 'rich' },
    ],
  },
];

/// Limits on the quotient of the smallest CPU per request over all rounds: [group, ours, theirs].
const RATIOS = [
  ['load.cpu_by_wrk', 'plain', 'leakcheck', 'wrk', 1.1],
  ['load.cpu_by_autocannon', 'plain', 'leakcheck', 'autocannon', 0.5],
  ['load.tls_cpu_by_wrk', 'tls', 'leakcheck', 'wrk', 1.2],
  ['load.1000_connections_by_wrk', 'many', 'leakcheck', 'wrk', 1.3],
  ['load.full_path_by_wrk', 'plain', 'leakcheck --full-path', 'wrk', 2.3],
  ['load.full_path_by_autocannon', 'plain', 'leakcheck --full-path', 'autocannon', 1.0],
  ['load.flow_by_plain', 'flow', 'template, capture, checks', 'plain', 1.5],
];

const least = (values) => (values.length > 0 ? Math.min(...values) : NaN);
const two = (value) => (Number.isFinite(value) ? value.toFixed(2) : '-');
const one = (value) => (Number.isFinite(value) ? value.toFixed(1) : '-');

/// CPU per request of a round in µs: of its whole life, less what the tool takes to start and end.
export const cpuPerRequest = ({ cpu, requests }, start) => (1e6 * Math.max(0, cpu - start)) / requests;

/// The values of one run's rounds; those that failed to measure are left out.
export const valuesOf = (rounds, group, name) =>
  rounds
    .filter((round) => round.group === group && round.name === name && Number.isFinite(round.micros))
    .map((round) => round.micros);

function makeCpuTable(group, rounds) {
  const base = group.key === 'flow' ? 'plain' : 'wrk';
  const [baseLeast, baseMedian] = [least, median].map((of) => of(valuesOf(rounds, group.key, base)));
  const rows = group.runs.flatMap(({ name }) => {
    const mine = rounds.filter((round) => round.group === group.key && round.name === name);
    if (mine.length === 0) return [];
    const values = valuesOf(rounds, group.key, name);
    return [
      [
        name,
        ...[two(least(values)), two(median(values))],
        ...[two(least(values) / baseLeast), two(median(values) / baseMedian)],
        Math.round(median(mine.map(({ rate }) => rate))).toLocaleString('en-US'),
        String(mine.reduce((sum, { failed }) => sum + failed, 0)),
      ],
    ];
  });
  return {
    title: `CPU per request in µs: ${group.title}`,
    columns: [
      ['', '<'],
      ['least', '>'],
      ['median', '>'],
      [`least ÷ ${base}`, '>'],
      [`median ÷ ${base}`, '>'],
      ['requests/s', '>'],
      ['failed', '>'],
    ],
    rows,
  };
}

function makePacedTable({ paced, bare }) {
  const row = (name, list, read) => [name, ...read.map((key) => one(median(list.map((each) => each[key]))))];
  return {
    title: `Open model, ${RATE}/s: µs between due and sent, and requests per ${WINDOW_MS} ms as the server saw them (medians)`,
    columns: [['', '<'], ['p50', '>'], ['p99', '>'], ['p1 per window', '>'], ['p99 per window', '>']],
    rows: [
      [...row('bare timerfd loop', bare, ['p50', 'p99']), '', ''],
      row('leakcheck', paced, ['p50', 'p99', 'low', 'high']),
    ],
  };
}

function makeStallTable(stalls) {
  const ms = (value) => (Number.isFinite(value) ? Math.round(value) : '-');
  return {
    title: 'A server that stands still for a second, in 6 s at 1000/s: latency in ms, measured and (true)',
    columns: [['', '<'], ['stopped', '>'], ['p90', '>'], ['p95', '>'], ['p99', '>']],
    rows: stalls.map(({ name, stopMs, latency, truth }) => [
      name,
      ms(stopMs),
      ...[90, 95, 99].map((each) => `${ms(latency?.[`p${each}Ms`])} (${ms(truth[each])})`),
    ]),
  };
}

function makeMemoryTable({ requests, peak, growth, readings }) {
  return {
    title: 'Resident memory of leakcheck, 64 connections',
    columns: [['requests', '>'], ['peak MB', '>'], ['growth KB', '>'], ['readings', '>']],
    rows: [[requests.toLocaleString('en-US'), one(peak / 1024), one(growth), readings]],
    notes: ['growth: from a tenth of the run to its end'],
  };
}

export function makeTables({ rounds, paced, bare, stalls, memory, starts }) {
  const tables = GROUPS.map((group) => makeCpuTable(group, rounds));
  const shown = Object.entries(starts).map(([tool, seconds]) => `${tool} ${Math.round(1000 * seconds)} ms`);
  tables[0].notes = [
    `user and system time of the whole process, less what it takes to start, send one request and end: ${shown.join(', ')}`,
  ];
  return [...tables, makePacedTable({ paced, bare }), makeStallTable(stalls), makeMemoryTable(memory)];
}

export function makeGoals({ rounds, paced, bare, stalls, memory }) {
  const goals = RATIOS.map(([name, group, ours, theirs, limit]) =>
    makeGoal(name, least(valuesOf(rounds, group, ours)) / least(valuesOf(rounds, group, theirs)), limit, (x) => x.toFixed(2)),
  );
  const ours = rounds.filter(({ tool }) => tool === 'leakcheck');
  const mine = stalls.filter(({ name }) => name === 'leakcheck').map(({ error }) => error);
  const micros = (x) => `${x.toFixed(0)}us`;
  return [
    ...goals,
    makeGoal('load.failed_requests', ours.length > 0 ? ours.reduce((sum, { failed }) => sum + failed, 0) : NaN, 0),
    makeGoal('load.peak_rss', memory.peak / 1024, 20, (x) => `${x.toFixed(1)}MB`),
    // A page or two of a library's own are no growth.
    makeGoal('load.rss_growth', memory.growth, 64, (x) => `${x.toFixed(0)}KB`),
    makeGoal('load.lateness_p99', median(paced.map(({ p99 }) => p99)), median(bare.map(({ p99 }) => p99)) + 100, micros),
    makeGoal('load.window', median(paced.map(({ worst }) => worst)), 4, (x) => x.toFixed(1)),
    makeGoal('load.stall_error', quantile(mine, 0.5), 0.1, percent),
  ];
}
