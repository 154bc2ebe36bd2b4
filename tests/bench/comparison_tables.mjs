// leakcheck's runs beside textbook tests, a clock, and the same by hand; pure.
import { DESCRIPTION, RULES } from './by_hand.mjs';
import { percent, seconds } from './report.mjs';
import { measuredOf } from './series.mjs';
import { fitLine, mannKendall, median, quantile } from './statistics.mjs';
import { ALARMS, ofStratum, healthyOf, leakyOf, share } from './verdict_counts.mjs';

const isRise = ({ slope, p }) => slope > 0 && p < 0.01;
export const CLASSICAL = {
  'Mann-Kendall, p < .01': ({ y }) => {
    const { s, p } = mannKendall(y);
    return isRise({ slope: s, p });
  },
  'OLS slope, p < .01': ({ x, y }) => isRise(fitLine(x, y)),
};

/// How textbook tests do on what leakcheck recorded: heapUsed alone, so only leaks of the heap.
export function classicalTable(runs) {
  const judge = (group) =>
    group
      .map((run) => ({ run, series: measuredOf(run.series) }))
      .filter(({ series }) => series.y.length >= 8);
  const healthy = judge(healthyOf(runs));
  const leaky = judge(
    leakyOf(runs).filter((run) => !run.nativeBytes && run.leak?.kind !== 'buffer' && !run.inWorker),
  );
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
    title:
      'The same recorded series, post-GC heapUsed of the measured cycles, judged by textbook tests for a rise',
    columns: [
      ['test', '<'],
      ['false alarms', '>'],
      ['', '>'],
      ['found', '>'],
      ['', '>'],
    ],
    rows: [
      row('leakcheck', ({ run }) => ALARMS.includes(run.answer)),
      ...Object.entries(CLASSICAL).map(([name, rule]) => row(name, ({ series }) => rule(series))),
    ],
    notes: [
      'healthy, saturating and TTL services; leaks of the heap, on the cycles that leakcheck took',
    ],
  };
}

export function timesTable(alone) {
  const row = (name, group, timeOf) => {
    const times = group.map(timeOf);
    return [name, group.length, ...[0.5, 0.9, 1].map((q) => seconds(quantile(times, q)))];
  };
  const healthy = ofStratum(alone, 'alone, healthy');
  const leaky = ofStratum(alone, 'alone, leak').filter((run) => run.answer === 'leak');
  return {
    title: 'Times, from runs alone on the machine: http, express, fastify, koa',
    columns: [
      ['time', '<'],
      ['runs', '>'],
      ['median', '>'],
      ['p90', '>'],
      ['worst', '>'],
    ],
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
export function peerTable(runs) {
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
    rows: [
      row(
        'leakcheck',
        (run) => run.answer === 'leak',
        (run) => run.wallMs,
      ),
      ...byHand,
    ],
    notes: DESCRIPTION,
  };
}
