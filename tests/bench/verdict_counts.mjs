// What the tables and goals of `verdict` count; pure.
import { percent } from './report.mjs';
import { upperBound } from './statistics.mjs';

export const ANSWERS = [
  'clean',
  'bounded',
  'time_bounded',
  'keyed_growth',
  'leak',
  'inconclusive',
  'broken',
];
export const ALARMS = ['leak', 'keyed_growth'];

export const count = (runs, ...answers) =>
  runs.filter((run) => answers.includes(run.answer)).length;
export const ofStratum = (runs, ...names) => runs.filter((run) => names.includes(run.stratum));
export const healthyOf = (runs) => runs.filter((run) => run.truth === 'healthy');
/// Leaks of the heap and of Buffers; native ones, those of one route and those in threads have goals
/// of their own too.
export const leakyOf = (runs) => runs.filter((run) => run.truth === 'leaky');
export const alarmsOf = (runs) => count(runs, ...ALARMS);
export const missesOf = (runs) =>
  runs.filter(({ answer }) => !['leak', 'broken'].includes(answer)).length;
export const errorsOf = (runs) => runs.map((run) => run.error).filter(Number.isFinite);
export const worstOf = (errors) => {
  const known = errors.filter(Number.isFinite);
  return known.length > 0 ? percent(Math.max(...known), 2) : '-';
};
export const share = (k, n) => (n > 0 ? k / n : NaN);

/// Groups with their name, in its order.
export function groupsOf(runs, nameOf) {
  const groups = new Map();
  for (const run of runs) groups.set(nameOf(run), [...(groups.get(nameOf(run)) ?? []), run]);
  return [...groups].sort(([a], [b]) =>
    String(a).localeCompare(String(b), 'en', { numeric: true }),
  );
}

export const bound = (k, n) =>
  `${k} of ${n}: with 95 % confidence below ${percent(upperBound(k, n), 2)} of runs like these`;
