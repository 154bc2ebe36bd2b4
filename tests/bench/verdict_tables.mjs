// Judged runs to the tables and goals of `verdict`; pure.
import { DESCRIPTION, RULES } from './by_hand.mjs';
import { makeGoal, percent, seconds } from './report.mjs';
import { median, quantile, upperBound } from './statistics.mjs';

const count = (runs, answer) => runs.filter((run) => run.answer === answer).length;
const times = (runs) => [
  seconds(median(runs.map((run) => run.wallMs))),
  seconds(quantile(runs.map((run) => run.wallMs), 0.9)),
  seconds(median(runs.map((run) => run.verdictMs))),
  seconds(quantile(runs.map((run) => run.verdictMs), 0.9)),
];
const TIME_COLUMNS = [
  ['wall median', '>'],
  ['p90', '>'],
  ['to verdict median', '>'],
  ['p90', '>'],
];

/// Groups in the order in which they first appear, with their name; then all of them.
function groupsOf(runs, nameOf) {
  const groups = new Map();
  for (const run of runs) groups.set(nameOf(run), [...(groups.get(nameOf(run)) ?? []), run]);
  return [...groups].sort(([a], [b]) => String(a).localeCompare(String(b), 'en', { numeric: true }));
}

const bound = (k, n) => `${k} of ${n}: with 95 % confidence below ${percent(upperBound(k, n))} of runs like these`;

function healthyTable(runs, heading, nameOf) {
  const row = (name, group) => [
    name,
    group.length,
    count(group, 'clean'),
    count(group, 'bounded'),
    count(group, 'leak'),
    count(group, 'inconclusive'),
    count(group, 'broken'),
    Math.round(median(group.map((run) => run.requests))),
    ...times(group),
  ];
  const groups = groupsOf(runs, nameOf);
  return {
    title: `Healthy services, by ${heading}`,
    columns: [
      [heading, '<'],
      ['runs', '>'],
      ['clean', '>'],
      ['bounded', '>'],
      ['false alarms', '>'],
      ['inconclusive', '>'],
      ['broken', '>'],
      ['requests median', '>'],
      ...TIME_COLUMNS,
    ],
    rows: [...groups.map(([name, group]) => row(name, group)), row('all', runs)],
    notes: [`false alarms ${bound(count(runs, 'leak'), runs.length)}`],
  };
}

const errorsOf = (runs) => runs.map((run) => run.error).filter(Number.isFinite);
const missesOf = (runs) => runs.filter((run) => !['leak', 'broken'].includes(run.answer)).length;

function leakyTable(runs, heading, nameOf) {
  const row = (name, group) => {
    const errors = errorsOf(group);
    return [
      name,
      group.length,
      count(group, 'leak'),
      missesOf(group),
      count(group, 'inconclusive'),
      count(group, 'broken'),
      errors.length > 0 ? percent(median(errors), 2) : '-',
      errors.length > 0 ? percent(Math.max(...errors), 2) : '-',
      Math.round(median(group.map((run) => run.requests))),
      ...times(group),
    ];
  };
  const groups = groupsOf(runs, nameOf);
  return {
    title: `Leaky services, by ${heading}`,
    columns: [
      [heading, '<'],
      ['runs', '>'],
      ['found', '>'],
      ['missed', '>'],
      ['of these inconclusive', '>'],
      ['broken', '>'],
      ['error median', '>'],
      ['worst', '>'],
      ['requests median', '>'],
      ...TIME_COLUMNS,
    ],
    rows: [...groups.map(([name, group]) => row(name, group)), row('all', runs)],
    notes: [
      `misses ${bound(missesOf(runs), runs.length)}`,
      'error: of the estimate, against the bytes known from the code (leaks.cjs); none for a Map, whose table',
      'grows in steps on top of what it holds',
    ],
  };
}

/// Paired runs: leakcheck, and the team by hand with either number of requests.
function peerTable(runs) {
  const paired = runs.filter((run) => run.byHand);
  const healthy = paired.filter((run) => run.truth === 'healthy');
  const leaky = paired.filter((run) => run.truth === 'leaky');
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

function unexpectedTable(runs) {
  const unexpected = runs.filter((run) => run.reason);
  return {
    title: 'Runs that are not as they should be (their files are in build/bench/runs/verdict)',
    columns: [
      ['run', '<'],
      ['variant', '<'],
      ['seed', '>'],
      ['kept', '<'],
      ['answer', '<'],
      ['reason', '<'],
    ],
    rows: unexpected.map((run) => [
      run.name,
      run.variant,
      run.seed,
      run.leak ? `${run.leak.kind}:${run.leak.size}` : '-',
      run.answer,
      run.reason,
    ]),
    notes: unexpected.length > 0 ? [] : ['none'],
  };
}

export function makeTables(runs) {
  const healthy = runs.filter((run) => run.truth === 'healthy');
  const leaky = runs.filter((run) => run.truth === 'leaky');
  const tables = [healthyTable(healthy, 'service', (run) => run.service)];
  const hasVariants = new Set(runs.map((run) => run.variant)).size > 1;
  if (hasVariants) tables.push(healthyTable(healthy, 'variant', (run) => run.variant));
  tables.push(leakyTable(leaky, 'size', (run) => `${run.leak.size} B`));
  tables.push(leakyTable(leaky, 'kind', (run) => run.leak.kind));
  if (hasVariants) tables.push(leakyTable(leaky, 'variant', (run) => run.variant));
  if (runs.some((run) => run.byHand)) tables.push(peerTable(runs));
  tables.push(unexpectedTable(runs));
  return tables;
}

export function makeGoals(runs) {
  const healthy = runs.filter((run) => run.truth === 'healthy');
  const leaky = runs.filter((run) => run.truth === 'leaky');
  const errors = errorsOf(leaky);
  return [
    makeGoal('verdict.false_alarms', count(healthy, 'leak'), 0),
    makeGoal('verdict.misses', missesOf(leaky), 0),
    makeGoal('verdict.broken_runs', count(runs, 'broken'), 0),
    makeGoal('verdict.inconclusive', count(healthy, 'inconclusive') / healthy.length, 0.05, percent),
    makeGoal('verdict.estimate_error_worst', Math.max(...errors), 0.1, percent),
  ];
}
