// Judged runs to the tables and goals of `explain`; pure.
import { makeGoal, percent, seconds } from './report.mjs';
import { median } from './statistics.mjs';

const CHECKS = [
  ['pattern', 'patternRight', 'pattern_wrong', 0],
  ['culprit', 'culpritNamed', 'culprit_not_named', 0],
  ['file', 'fileRight', 'file_wrong', 0.1],
  ['line', 'lineRight', 'line_wrong', 0.2],
  ['route', 'routeRight', 'route_wrong', 0.05],
];
const GATE_LIMITS = { leaky: 30_000, clean: 5_000 };

const ofKind = (runs, kind) => runs.filter((run) => run.kind === kind);
const say = (right) => (right ? 'right' : 'WRONG');
const shareOf = (list, key) => list.filter((run) => run[key]).length / list.length;

function leakyTable(runs) {
  const all = CHECKS.map(([, key]) => percent(shareOf(runs, key), 0));
  const rows = runs.map((run) => [
    run.name,
    ...CHECKS.map(([, key]) => say(run[key])),
    run.confidence ?? '-',
    Number.isFinite(run.share) ? percent(run.share) : '-',
    seconds(run.wallMs),
    run.printed,
  ]);
  const ms = median(runs.map((run) => run.wallMs));
  return {
    title: 'Leaky services: what the report says of each',
    columns: [
      ['service', '<'],
      ...CHECKS.map(([heading]) => [heading, '<']),
      ['confidence', '<'],
      ['explains', '>'],
      ['launch to report', '>'],
      ['printed', '<'],
    ],
    rows: [...rows, [`all ${runs.length}`, ...all, '', '', seconds(ms), '']],
    notes: ['all: shares that are right, and the median of the times'],
  };
}

function healthyTable(runs) {
  return {
    title: 'Healthy services: clean, and nothing to explain',
    columns: [
      ['service', '<'],
      ['right', '<'],
      ['answer', '<'],
      ['exit', '>'],
      ['launch to report', '>'],
      ['printed', '<'],
    ],
    rows: runs.map((run) => [
      run.name,
      say(run.right),
      run.answer,
      run.code,
      seconds(run.wallMs),
      run.printed,
    ]),
  };
}

function gateTable(runs) {
  const toMb = (bytes) => (Number.isFinite(bytes) ? `${(bytes / 2 ** 20).toFixed(1)} MB` : '-');
  const rows = [...new Set(runs.map(({ name }) => name))].map((name) => {
    const group = runs.filter((run) => run.name === name);
    const times = group.map((run) => run.wallMs);
    return [
      name,
      group.length,
      say(group.every((run) => run.right)),
      toMb(median(group.map((run) => run.heapBytes))),
      Math.round(median(group.map((run) => run.requests))),
      seconds(median(group.map((run) => run.explainMs ?? NaN))),
      seconds(median(times)),
      seconds(Math.max(...times)),
    ];
  });
  return {
    title: 'A gate: an Express service with a heap of about 20 MB, launch to full report',
    columns: [
      ['service', '<'],
      ['runs', '>'],
      ['answer', '<'],
      ['heap', '>'],
      ['requests', '>'],
      ['explaining', '>'],
      ['median', '>'],
      ['worst', '>'],
    ],
    rows,
  };
}

export function makeTables(runs) {
  return [
    ['leaky', leakyTable],
    ['healthy', healthyTable],
    ['gate', gateTable],
  ]
    .filter(([kind]) => ofKind(runs, kind).length > 0)
    .map(([kind, make]) => make(ofKind(runs, kind)));
}

/// The goals of which these runs say something. A gate whose answer is wrong has no time.
export function makeGoals(runs) {
  const leaky = ofKind(runs, 'leaky');
  const healthy = ofKind(runs, 'healthy');
  const goals = CHECKS.map(([, key, name, limit]) => [
    leaky,
    name,
    1 - shareOf(leaky, key),
    limit,
    percent,
  ]);
  goals.push([healthy, 'healthy_not_clean', healthy.filter((run) => !run.right).length, 0]);
  for (const [name, limit] of Object.entries(GATE_LIMITS)) {
    const group = ofKind(runs, 'gate').filter((run) => run.name === name);
    const measured = group.every((run) => run.right) ? median(group.map((run) => run.wallMs)) : NaN;
    goals.push([group, `gate_${name}_ms_median`, measured, limit, Math.round]);
  }
  return goals
    .filter(([list]) => list.length > 0)
    .map(([, name, measured, limit, show]) => makeGoal(`explain.${name}`, measured, limit, show));
}
