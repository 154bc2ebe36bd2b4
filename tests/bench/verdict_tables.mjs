// Judged runs to the tables and goals of `verdict`; pure.
import { DESCRIPTION, RULES } from './by_hand.mjs';

import { makeGoal, percent, seconds } from './report.mjs';
import { measuredOf } from './series.mjs';
import { fitLine, mannKendall, median, quantile, upperBound } from './statistics.mjs';

const ANSWERS = ['clean', 'bounded', 'time_bounded', 'keyed_growth', 'leak', 'inconclusive', 'broken'];
const ALARMS = ['leak', 'keyed_growth'];

const count = (runs, ...answers) => runs.filter((run) => answers.includes(run.answer)).length;
const ofStratum = (runs, ...names) => runs.filter((run) => names.includes(run.stratum));
const healthyOf = (runs) => runs.filter((run) => run.truth === 'healthy');
/// Leaks of the heap and of Buffers; native ones, those of one route and those in threads have goals
/// of their own too.
const leakyOf = (runs) => runs.filter((run) => run.truth === 'leaky');
const alarmsOf = (runs) => count(runs, ...ALARMS);
const missesOf = (runs) => runs.filter(({ answer }) => !['leak', 'broken'].includes(answer)).length;
const errorsOf = (runs) => runs.map((run) => run.error).filter(Number.isFinite);
const worstOf = (errors) => {
  const known = errors.filter(Number.isFinite);
  return known.length > 0 ? percent(Math.max(...known), 2) : '-';
};
const share = (k, n) => (n > 0 ? k / n : NaN);

/// Groups with their name, in its order.
function groupsOf(runs, nameOf) {
  const groups = new Map();
  for (const run of runs) groups.set(nameOf(run), [...(groups.get(nameOf(run)) ?? []), run]);
  return [...groups].sort(([a], [b]) => String(a).localeCompare(String(b), 'en', { numeric: true }));
}

const bound = (k, n) => `${k} of ${n}: with 95 % confidence below ${percent(upperBound(k, n), 2)} of runs like these`;

/// Who answers what: a row a group, a column an answer.
function answersTable(title, heading, runs, nameOf, notes = []) {
  const row = (name, group) => [
    name,
    group.length,
    ...ANSWERS.map((answer) => count(group, answer) || '-'),
    group.filter((run) => !run.right).length || '-',
    Math.round(median(group.map((run) => run.requests))),
    seconds(median(group.map((run) => run.wallMs))),
    seconds(quantile(group.map((run) => run.wallMs), 0.9)),
  ];
  const columns = [
    [heading, '<'],
    ['runs', '>'],
    ...ANSWERS.map((answer) => [answer.replace('_', ' '), '>']),
    ['not right', '>'],
    ['requests median', '>'],
    ['wall median', '>'],
    ['p90', '>'],
  ];
  const rows = [...groupsOf(runs, nameOf).map(([name, group]) => row(name, group)), row('all', runs)];
  return { title, columns, rows, notes };
}

function leakyTable(runs, heading, nameOf, notes = []) {
  const row = (name, group) => {
    const errors = errorsOf(group);
    return [
      name,
      group.length,
      count(group, 'leak'),
      missesOf(group),
      count(group, 'inconclusive'),
      count(group, 'broken'),
      errors.length,
      errors.length > 0 ? percent(median(errors), 2) : '-',
      errors.length > 0 ? percent(share(errors.filter((error) => error <= 0.05).length, errors.length)) : '-',
      worstOf(errors),
      Math.round(median(group.map((run) => run.requests))),
      seconds(median(group.map((run) => run.wallMs))),
    ];
  };
  const columns = [
    [heading, '<'],
    ['runs', '>'],
    ['found', '>'],
    ['missed', '>'],
    ['of these inconclusive', '>'],
    ['broken', '>'],
    ['exact truth', '>'],
    ['error median', '>'],
    ['within 5 %', '>'],
    ['worst', '>'],
    ['requests median', '>'],
    ['wall median', '>'],
  ];
  const rows = [...groupsOf(runs, nameOf).map(([name, group]) => row(name, group)), row('all', runs)];
  return { title: `Leaky services, by ${heading}`, columns, rows, notes };
}

function routesTable(runs) {
  const row = (name, group) => [
    name,
    group.length,
    count(group, 'leak'),
    group.filter((run) => run.routeRight).length,
    group.filter((run) => run.named?.length > 0 && !run.routeRight).length,
    group.filter((run) => run.answer === 'leak' && !(run.named?.length > 0)).length,
    worstOf(group.map((run) => run.routeError)),
  ];
  return {
    title: 'One route of six leaks, at a weight of 5 %, by route',
    columns: [['route', '<'], ['runs', '>'], ['leak found', '>'], ['that route named', '>'], ['another named', '>'], ['none named', '>'], ['its bytes, worst error', '>']],
    rows: [...groupsOf(runs, (run) => run.route).map(([name, group]) => row(name, group)), row('all', runs)],
    notes: [`not named ${bound(runs.filter((run) => !run.routeRight).length, runs.length)}`],
  };
}

function nativeTable(runs) {
  const row = (name, group) => {
    const known = group.map((run) => run.allocations).filter(Number.isFinite);
    const errors = errorsOf(group);
    return [
      name,
      group.length,
      group.filter((run) => run.nativeCounted).length,
      group.filter((run) => run.answer === 'leak' && run.culprit === 'native').length,
      known.length > 0 ? median(known).toFixed(2) : '-',
      worstOf(errors),
    ];
  };
  return {
    title: 'Native memory: an add-on that mallocs and does not free, and services that free',
    columns: [['service', '<'], ['runs', '>'], ['malloc counted', '>'], ['native leak', '>'], ['allocations/request', '>'], ['worst error', '>']],
    rows: groupsOf(runs, (run) => (run.nativeBytes ? `addon, ${run.nativeBytes} B kept` : `${run.service}, healthy`)).map(
      ([name, group]) => row(name, group),
    ),
    notes: [`truth: malloc_usable_size, 24 B for a block of 16 and 72 B for one of 64`],
  };
}

const isRise = ({ slope, p }) => slope > 0 && p < 0.01;
export const CLASSICAL = {
  'Mann-Kendall, p < .01': ({ y }) => {
    const { s, p } = mannKendall(y);
    return isRise({ slope: s, p });
  },
  'OLS slope, p < .01': ({ x, y }) => isRise(fitLine(x, y)),
};

/// How textbook tests do on what leakcheck recorded: heapUsed alone, so only leaks of the heap.
function classicalTable(runs) {
  const judge = (group) =>
    group.map((run) => ({ run, series: measuredOf(run.series) })).filter(({ series }) => series.y.length >= 8);
  const healthy = judge(healthyOf(runs));
  const leaky = judge(leakyOf(runs).filter((run) => !run.nativeBytes && run.leak?.kind !== 'buffer' && !run.inWorker));
  const row = (name, isLeak) => {
    const alarms = healthy.filter(isLeak).length;
    const found = leaky.filter(isLeak).length;
    return [
      name,
      `${alarms} of ${healthy.length}`,
      percent(share(alarms, healthy.length)),
      `${found} of ${leaky.length}`,
      percent(share(found, leaky.length)),
    ];
  };
  return {
    title: 'The same recorded series, post-GC heapUsed of the measured cycles, judged by textbook tests for a rise',
    columns: [['test', '<'], ['false alarms', '>'], ['', '>'], ['found', '>'], ['', '>']],
    rows: [
      row('leakcheck', ({ run }) => ALARMS.includes(run.answer)),
      ...Object.entries(CLASSICAL).map(([name, rule]) => row(name, ({ series }) => rule(series))),
    ],
    notes: ['healthy, saturating and TTL services; leaks of the heap, on the cycles that leakcheck took'],
  };
}

function timesTable(alone) {
  const row = (name, group, timeOf) => {
    const times = group.map(timeOf);
    return [name, group.length, ...[0.5, 0.9, 1].map((q) => seconds(quantile(times, q)))];
  };
  const healthy = ofStratum(alone, 'alone, healthy');
  const leaky = ofStratum(alone, 'alone, leak').filter((run) => run.answer === 'leak');
  return {
    title: 'Times, from runs alone on the machine: http, express, fastify, koa',
    columns: [['time', '<'], ['runs', '>'], ['median', '>'], ['p90', '>'], ['worst', '>']],
    rows: [
      row('launch to verdict, healthy', healthy, (run) => run.answeredMs),
      row('launch to exit, healthy', healthy, (run) => run.wallMs),
      row('launch to a confirmed leak of 64 B/request', leaky, (run) => run.answeredMs),
      row('launch to exit, 64 B/request (routes too)', leaky, (run) => run.wallMs),
    ],
    notes: ['all other wall times here are from a machine that did several runs at a time'],
  };
}

/// Paired runs: leakcheck, and the team by hand with either number of requests.
function peerTable(runs) {
  const paired = runs.filter((run) => run.byHand);
  const healthy = healthyOf(paired);
  const leaky = leakyOf(paired);
  const row = (name, isLeak, wallOf) => {
    const ratios = paired.map((run) => wallOf(run) / run.wallMs);
    return [
      name,
      `${healthy.filter(isLeak).length} of ${healthy.length}`,
      `${leaky.filter((run) => !isLeak(run)).length} of ${leaky.length}`,
      seconds(median(healthy.map(wallOf))),
      seconds(median(leaky.map(wallOf))),
      median(ratios).toFixed(2),
    ];
  };
  const lengths = { same: 'as many requests', long: 'more requests' };
  const byHand = Object.keys(paired[0].byHand).flatMap((length) =>
    Object.keys(RULES).map((rule) =>
      row(
        `by hand, ${lengths[length]}: ${rule}`,
        (run) => run.byHand[length].leak[rule],
        (run) => run.byHand[length].wallMs,
      ),
    ),
  );
  return {
    title: 'The same services by hand, one after the other with leakcheck',
    columns: [
      ['verdict by', '<'],
      ['false alarms', '>'],
      ['missed', '>'],
      ['wall median, healthy', '>'],
      ['leaky', '>'],
      ['wall ÷ leakcheck, median', '>'],
    ],
    rows: [row('leakcheck', (run) => run.answer === 'leak', (run) => run.wallMs), ...byHand],
    notes: DESCRIPTION,
  };
}

/// Every run that is not as it should be, so that it can be looked into.
function unexpectedTable(runs) {
  const unexpected = runs.filter((run) => run.reason !== undefined);
  return {
    title: 'Runs that are not as they should be',
    columns: [['run', '<'], ['seed', '>'], ['answer', '<'], ['requests', '>'], ['reason', '<']],
    rows: unexpected.map((run) => [run.name, run.seed, run.answer, run.requests, run.reason]),
    notes: unexpected.length > 0 ? [] : ['none'],
  };
}

const shapeOf = ({ leak, nativeBytes, route }) =>
  nativeBytes
    ? `native, ${nativeBytes} B`
    : `${leak.size} B${route ? ', one route' : ''}${leak.often ? ` in ${leak.often.replace('~', '')}${leak.often.startsWith('~') ? ' by chance' : ''}` : ''}`;
const kindOf = ({ leak, nativeBytes, inWorker }) => (nativeBytes ? 'malloc' : inWorker ? `${leak.kind} in a thread` : leak.kind);

export function makeTables(runs) {
  const healthy = healthyOf(runs);
  const leaky = leakyOf(runs);
  const stores = runs.filter((run) => run.store || run.ttl);
  const tables = [answersTable('All runs, by stratum', 'stratum', runs, (run) => run.stratum)];
  const add = (list, make) => {
    if (list.length > 0) tables.push(...make(list));
  };
  add(healthy, (list) => [
    answersTable('Healthy services, by service', 'service', list.filter((run) => !run.store && !run.ttl), (run) => run.service),
    answersTable('Healthy services, by Node.js', 'node', list, (run) => `${run.node}`),
    answersTable('Healthy services, by mode and connections', 'mode', list, (run) => `${run.mode}${run.keepAlive ? '' : ', no keep-alive'}`, [
      `false alarms ${bound(alarmsOf(list), list.length)}`,
    ]),
  ]);
  add(stores, (list) => [answersTable('Caches and stores, by kind', 'store', list, (run) => run.store ?? `express-session:${run.ttl}`)]);
  add(leaky, (list) => [
    leakyTable(list, 'size', shapeOf),
    leakyTable(list, 'kind', kindOf),
    leakyTable(list, 'service', (run) => run.service),
    leakyTable(list, 'Node.js', (run) => `${run.node}`, [
      `misses ${bound(missesOf(list), list.length)}`,
      'error: of the estimate, against the bytes known from the code (leaks.cjs); none where what holds the',
      'kept things grows in steps, and none for leaks by chance',
    ]),
  ]);
  add(runs.filter((run) => run.route), (list) => [routesTable(list)]);
  add(ofStratum(runs, 'native healthy', 'native leak'), (list) => [nativeTable(list)]);
  if (healthy.length > 0 && leaky.length > 0) tables.push(classicalTable(runs));
  add(runs.filter((run) => run.alone), (list) => [timesTable(list)]);
  add(runs.filter((run) => run.byHand), () => [peerTable(runs)]);
  tables.push(unexpectedTable(runs));
  return tables;
}

const isSmallArray = ({ leak }) => leak?.kind === 'array' && leak.size === 16;
const isBounded = ({ store, ttl }) => ttl || /^(lru|lru-cache|ttl|timeouts):/.test(store ?? '');

/// The goals of which these runs say something.
export function makeGoals(runs) {
  const healthy = healthyOf(runs);
  const leaky = leakyOf(runs);
  const errors = errorsOf(leaky);
  const alone = (name) => ofStratum(runs, name);
  const answeredMs = (list) => list.map((run) => run.answeredMs);
  const native = healthy.filter((run) => run.nativeCounted);
  const bounded = runs.filter(isBounded);
  const routes = runs.filter((run) => run.route);
  const wrongNative = ofStratum(runs, 'native leak').filter(
    (run) => run.answer !== 'leak' || run.culprit !== 'native' || !(Math.abs(run.allocations - 1) <= 0.05),
  );
  const goals = [
    [healthy, 'false_alarms', alarmsOf(healthy), 0],
    [healthy, 'inconclusive', share(count(healthy, 'inconclusive'), healthy.length), 0.05, percent],
    [leaky, 'misses', missesOf(leaky), 0],
    [leaky.filter(isSmallArray), 'smallest_array_missed', missesOf(leaky.filter(isSmallArray)), 0],
    [runs, 'broken_runs', count(runs, 'broken'), 0],
    [errors, 'estimates_off_by_5_percent', share(errors.filter((error) => error > 0.05).length, errors.length), 0.05, percent],
    [bounded, 'bounded_called_leak', alarmsOf(bounded), 0],
    [bounded, 'bounded_not_named', share(bounded.filter((run) => !run.right).length, bounded.length), 0.05, percent],
    [ofStratum(runs, 'keyed'), 'keyed_not_named', share(ofStratum(runs, 'keyed').filter((run) => !run.right).length, ofStratum(runs, 'keyed').length), 0.05, percent],
    [ofStratum(runs, 'native leak'), 'native_leaks_not_named', wrongNative.length, 0],
    [ofStratum(runs, 'native healthy', 'native leak'), 'native_false_alarms', native.length > 0 ? alarmsOf(native) : NaN, 0],
    [routes, 'routes_not_named', share(routes.filter((run) => !run.routeRight).length, routes.length), 0.05, percent],
    [alone('alone, healthy'), 'healthy_ms_median', median(answeredMs(alone('alone, healthy'))), 2000, Math.round],
    [alone('alone, healthy'), 'healthy_ms_p90', quantile(answeredMs(alone('alone, healthy')), 0.9), 4000, Math.round],
    [alone('alone, leak'), 'leak_64_ms_median', median(answeredMs(alone('alone, leak'))), 5000, Math.round],
  ];
  return goals
    .filter(([list]) => list.length > 0)
    .map(([, name, measured, limit, show]) => makeGoal(`verdict.${name}`, measured, limit, show));
}

