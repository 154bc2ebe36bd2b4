// Judged runs to the tables of `verdict`; pure.
import { classicalTable, peerTable, timesTable } from './comparison_tables.mjs';
import { percent, seconds } from './report.mjs';
import { median, quantile } from './statistics.mjs';
import {
  ANSWERS,
  count,
  ofStratum,
  healthyOf,
  leakyOf,
  alarmsOf,
  missesOf,
  errorsOf,
  worstOf,
  share,
  bound,
  groupsOf,
} from './verdict_counts.mjs';

/// Who answers what: a row a group, a column an answer.
function answersTable(title, heading, runs, nameOf, notes = []) {
  const row = (name, group) => [
    name,
    group.length,
    ...ANSWERS.map((answer) => count(group, answer) || '-'),
    group.filter((run) => !run.right).length || '-',
    Math.round(median(group.map((run) => run.requests))),
    seconds(median(group.map((run) => run.wallMs))),
    seconds(
      quantile(
        group.map((run) => run.wallMs),
        0.9,
      ),
    ),
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
  const rows = [
    ...groupsOf(runs, nameOf).map(([name, group]) => row(name, group)),
    row('all', runs),
  ];
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
      errors.length > 0
        ? percent(share(errors.filter((error) => error <= 0.05).length, errors.length))
        : '-',
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
  const rows = [
    ...groupsOf(runs, nameOf).map(([name, group]) => row(name, group)),
    row('all', runs),
  ];
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
    columns: [
      ['route', '<'],
      ['runs', '>'],
      ['leak found', '>'],
      ['that route named', '>'],
      ['another named', '>'],
      ['none named', '>'],
      ['its bytes, worst error', '>'],
    ],
    rows: [
      ...groupsOf(runs, (run) => run.route).map(([name, group]) => row(name, group)),
      row('all', runs),
    ],
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
    columns: [
      ['service', '<'],
      ['runs', '>'],
      ['malloc counted', '>'],
      ['native leak', '>'],
      ['allocations/request', '>'],
      ['worst error', '>'],
    ],
    rows: groupsOf(runs, (run) =>
      run.nativeBytes ? `addon, ${run.nativeBytes} B kept` : `${run.service}, healthy`,
    ).map(([name, group]) => row(name, group)),
    notes: [`truth: malloc_usable_size, 24 B for a block of 16 and 72 B for one of 64`],
  };
}

/// Every run that is not as it should be, so that it can be looked into.
function unexpectedTable(runs) {
  const unexpected = runs.filter((run) => run.reason !== undefined);
  return {
    title: 'Runs that are not as they should be',
    columns: [
      ['run', '<'],
      ['seed', '>'],
      ['answer', '<'],
      ['requests', '>'],
      ['reason', '<'],
    ],
    rows: unexpected.map((run) => [run.name, run.seed, run.answer, run.requests, run.reason]),
    notes: unexpected.length > 0 ? [] : ['none'],
  };
}

const shapeOf = ({ leak, nativeBytes, route }) =>
  nativeBytes
    ? `native, ${nativeBytes} B`
    : `${leak.size} B${route ? ', one route' : ''}${leak.often ? ` in ${leak.often.replace('~', '')}${leak.often.startsWith('~') ? ' by chance' : ''}` : ''}`;
const kindOf = ({ leak, nativeBytes, inWorker }) =>
  nativeBytes ? 'malloc' : inWorker ? `${leak.kind} in a thread` : leak.kind;

export function makeTables(runs) {
  const healthy = healthyOf(runs);
  const leaky = leakyOf(runs);
  const stores = runs.filter((run) => run.store || run.ttl);
  const tables = [answersTable('All runs, by stratum', 'stratum', runs, (run) => run.stratum)];
  const add = (list, make) => {
    if (list.length > 0) tables.push(...make(list));
  };
  add(healthy, (list) => [
    answersTable(
      'Healthy services, by service',
      'service',
      list.filter((run) => !run.store && !run.ttl),
      (run) => run.service,
    ),
    answersTable('Healthy services, by Node.js', 'node', list, (run) => `${run.node}`),
    answersTable(
      'Healthy services, by mode and connections',
      'mode',
      list,
      (run) => `${run.mode}${run.keepAlive ? '' : ', no keep-alive'}`,
      [`false alarms ${bound(alarmsOf(list), list.length)}`],
    ),
  ]);
  add(stores, (list) => [
    answersTable(
      'Caches and stores, by kind',
      'store',
      list,
      (run) => run.store ?? `express-session:${run.ttl}`,
    ),
  ]);
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
  add(
    runs.filter((run) => run.route),
    (list) => [routesTable(list)],
  );
  add(ofStratum(runs, 'native healthy', 'native leak'), (list) => [nativeTable(list)]);
  if (healthy.length > 0 && leaky.length > 0) tables.push(classicalTable(runs));
  add(
    runs.filter((run) => run.alone),
    (list) => [timesTable(list)],
  );
  add(
    runs.filter((run) => run.byHand),
    () => [peerTable(runs)],
  );
  tables.push(unexpectedTable(runs));
  return tables;
}
