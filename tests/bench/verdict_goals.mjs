// Judged runs to the goals of `verdict`; pure.
import { makeGoal, percent } from './report.mjs';
import { median, quantile } from './statistics.mjs';
import {
  count,
  ofStratum,
  healthyOf,
  leakyOf,
  alarmsOf,
  missesOf,
  errorsOf,
  share,
} from './verdict_counts.mjs';

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
    (run) =>
      run.answer !== 'leak' || run.culprit !== 'native' || !(Math.abs(run.allocations - 1) <= 0.05),
  );
  const goals = [
    [healthy, 'false_alarms', alarmsOf(healthy), 0],
    [healthy, 'inconclusive', share(count(healthy, 'inconclusive'), healthy.length), 0.05, percent],
    [leaky, 'misses', missesOf(leaky), 0],
    [leaky.filter(isSmallArray), 'smallest_array_missed', missesOf(leaky.filter(isSmallArray)), 0],
    [runs, 'broken_runs', count(runs, 'broken'), 0],
    [
      errors,
      'estimates_off_by_5_percent',
      share(errors.filter((error) => error > 0.05).length, errors.length),
      0.05,
      percent,
    ],
    [bounded, 'bounded_called_leak', alarmsOf(bounded), 0],
    [
      bounded,
      'bounded_not_named',
      share(bounded.filter((run) => !run.right).length, bounded.length),
      0.05,
      percent,
    ],
    [
      ofStratum(runs, 'keyed'),
      'keyed_not_named',
      share(
        ofStratum(runs, 'keyed').filter((run) => !run.right).length,
        ofStratum(runs, 'keyed').length,
      ),
      0.05,
      percent,
    ],
    [ofStratum(runs, 'native leak'), 'native_leaks_not_named', wrongNative.length, 0],
    [
      ofStratum(runs, 'native healthy', 'native leak'),
      'native_false_alarms',
      native.length > 0 ? alarmsOf(native) : NaN,
      0,
    ],
    [
      routes,
      'routes_not_named',
      share(routes.filter((run) => !run.routeRight).length, routes.length),
      0.05,
      percent,
    ],
    [
      alone('alone, healthy'),
      'healthy_ms_median',
      median(answeredMs(alone('alone, healthy'))),
      2000,
      Math.round,
    ],
    [
      alone('alone, healthy'),
      'healthy_ms_p90',
      quantile(answeredMs(alone('alone, healthy')), 0.9),
      4000,
      Math.round,
    ],
    [
      alone('alone, leak'),
      'leak_64_ms_median',
      median(answeredMs(alone('alone, leak'))),
      5000,
      Math.round,
    ],
  ];
  return goals
    .filter(([list]) => list.length > 0)
    .map(([, name, measured, limit, show]) => makeGoal(`verdict.${name}`, measured, limit, show));
}
