// The cycles of a run as numbers: packed for the results' file, and written as test data for the
// verdict's unit tests (tests/fixtures/series/README.md has the format); pure.

/// In the order of model::Phase.
export const PHASES = [
  'launch',
  'warmup',
  'measure',
  'confirm',
  'replay',
  'explore',
  'routes',
  'settle',
  'explain',
  'stop',
];
const COLUMNS = 10;
const AS_THEY_ARE = [0, 2, 8, 9]; // columns that are no differences

/// Rows of phase, requests, failed, heapUsed, external, arrayBuffers, live native bytes and blocks
/// (-1 where they were not counted), the route's number (0 for none), and how far the service's clock
/// was ahead in milliseconds. Requests and memory are differences to the row before.
export function pack(cycles) {
  const routes = [];
  const numberOf = (route) => {
    if (!route) return 0;
    if (!routes.includes(route)) routes.push(route);
    return routes.indexOf(route) + 1;
  };
  let before = new Array(COLUMNS).fill(0);
  const rows = cycles.map((cycle) => {
    const { heapUsed, external, arrayBuffers } = cycle.postGc;
    const row = [
      PHASES.indexOf(cycle.phase),
      cycle.requestsTotal,
      cycle.failed ?? 0,
      heapUsed,
      external,
      arrayBuffers,
      cycle.native?.live ?? -1,
      cycle.native?.allocations ?? -1,
      numberOf(cycle.route),
      Math.round(cycle.aheadMs ?? 0),
    ];
    const packed = row.map((value, i) => (AS_THEY_ARE.includes(i) ? value : value - before[i]));
    before = row;
    return packed;
  });
  return { routes, rows };
}

/// The rows with differences added up again, as objects.
export function unpack({ rows }) {
  let before = new Array(COLUMNS).fill(0);
  return rows.map((packed) => {
    const row = packed.map((value, i) => (AS_THEY_ARE.includes(i) ? value : value + before[i]));
    before = row;
    const [
      phase,
      requests,
      failed,
      heapUsed,
      external,
      arrayBuffers,
      native,
      allocations,
      route,
      aheadMs,
    ] = row;
    return {
      phase: PHASES[phase],
      requests,
      failed,
      heapUsed,
      external,
      arrayBuffers,
      native,
      allocations,
      route,
      aheadMs,
    };
  });
}

/// What the classical tests are given: post-GC heapUsed of fresh requests, against requests.
export function measuredOf(series) {
  const cycles = unpack(series).filter(({ phase }) => ['measure', 'confirm'].includes(phase));
  return { x: cycles.map(({ requests }) => requests), y: cycles.map(({ heapUsed }) => heapUsed) };
}

const word = (value) => String(value).replaceAll(/\s+/g, '_');

/// One run: a header of words, then a line a cycle.
export function renderSeries(run, truth) {
  const fields = {
    truth: run.truth,
    expected: run.expected.join(','),
    answer: run.answer,
    service: run.service,
    node: run.node,
    mode: run.mode,
    budget: run.budget ?? 4,
    ...(run.leak ? { kind: run.leak.kind, size: run.leak.size, often: run.leak.often ?? '1' } : {}),
    ...(truth ? { quantity: truth.quantity, bytes: truth.bytes } : {}),
    ...(run.store ? { store: run.store } : {}),
    ...(run.route ? { leaky_route: run.route } : {}),
    ...(run.series.routes.length > 0 ? { routes: run.series.routes.map(word).join(',') } : {}),
    cycles: run.series.rows.length,
  };
  const header = [
    'run',
    run.name,
    ...Object.entries(fields).map(([name, value]) => `${name}=${word(value)}`),
  ];
  return `${[header.join(' '), ...run.series.rows.map((row) => row.join(' '))].join('\n')}\n`;
}

/// At most `most` runs, of each stratum in turn the next one with cycles: as many of each as can be.
export function chooseSeries(runs, most) {
  const queues = new Map();
  for (const run of runs)
    if (run.series.rows.length >= 3)
      queues.set(run.stratum, [...(queues.get(run.stratum) ?? []), run]);
  const chosen = [];
  for (let turn = 0; chosen.length < most; ++turn) {
    const next = [...queues.values()].flatMap((queue) => queue.slice(turn, turn + 1));
    if (next.length === 0) break;
    chosen.push(...next.slice(0, most - chosen.length));
  }
  return chosen;
}
