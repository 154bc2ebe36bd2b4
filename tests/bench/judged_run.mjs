// One run of leakcheck, from its exit code and its run record to what the tables count; pure.
import { meanOf, truthOf } from './plan.mjs';
import { pack } from './series.mjs';

/// The answer as leakcheck ended: its exit code, the ending and the verdict must say the same.
/// Anything else is broken.
function answerOf(code, record) {
  const ending = record?.outcome?.ending;
  const answer = record?.verdict?.answer;
  if (
    code === 0 &&
    ending === 'clean' &&
    ['clean', 'bounded', 'time_bounded', 'keyed_growth'].includes(answer)
  )
    return answer;
  if (code === 1 && ending === 'leak' && ['leak', 'keyed_growth'].includes(answer)) return answer;
  if (code === 5 && ending === 'inconclusive') return 'inconclusive';
  return 'broken';
}

/// What there is to say about a run that is not as it should be.
function reasonOf(code, signal, record) {
  if (!record) return `no run record; ${signal ? `ended by ${signal}` : `exit ${code}`}`;
  return record.verdict?.reason || record.outcome?.message || `exit ${code}`;
}

/// When the answer was there, in milliseconds since the launch, less the time that the routes and
/// the snapshots took: they say where, not whether.
function answeredAt(cycles) {
  let asideMs = 0;
  for (const [i, { phase, atMs }] of cycles.entries())
    if (phase === 'routes' || phase === 'explain') asideMs += atMs - (cycles[i - 1]?.atMs ?? atMs);
  return (cycles.at(-1)?.atMs ?? NaN) - asideMs;
}

function judgeEstimate(run, record) {
  const truth = truthOf(run);
  const found =
    truth && record.verdict.quantities.find(({ quantity }) => quantity === truth.quantity);
  if (!found) return {};
  const estimate = found.growth.bytesPerRequest;
  return {
    estimate,
    error: Math.abs(estimate - truth.bytes) / truth.bytes,
    ...(truth.allocations ? { allocations: found.allocationsPerRequest ?? null } : {}),
  };
}

/// Whether the leaky route was named, and it alone; and how near its own bytes per request are.
function judgeRoutes(run, record) {
  const leaky = (record.verdict.routes ?? []).filter(({ leaks }) => leaks);
  const named = leaky.map(({ name }) => name);
  const judged = { named, routeRight: named.length === 1 && named[0] === run.route };
  if (!judged.routeRight || !truthOf(run)) return judged;
  const bytes = meanOf(run.leak);
  return { ...judged, routeError: Math.abs(leaky[0].growth.bytesPerRequest - bytes) / bytes };
}

/// What is wrong although the answer is right; undefined for nothing.
function flawOf(run, judged, record) {
  if (run.route && judged.answer === 'leak' && !judged.routeRight)
    return `${run.route} leaks; named: ${judged.named.join(', ') || 'none'}; ${record.verdict.routesSay || 'no routes'}`;
  if (run.nativeBytes && judged.answer === 'leak' && record.verdict.culprit !== 'native')
    return `the add-on leaks; named: ${record.verdict.culprit}`;
  return undefined;
}

export function judgeRun(run, { code, signal, wallMs }, record) {
  const answer = answerOf(code, record);
  const cycles = record?.cycles ?? [];
  const quantities = record?.verdict?.quantities ?? [];
  const judged = {
    ...run,
    answer,
    right: run.expected.includes(answer),
    culprit: record?.verdict?.culprit ?? undefined,
    wallMs: Math.round(wallMs),
    answeredMs: Math.round(answeredAt(cycles)),
    requests: cycles.at(-1)?.requestsTotal ?? 0,
    nativeCounted: quantities.some(({ quantity }) => quantity === 'native'),
    smallestLeak: quantities.find(({ quantity }) => quantity === 'heapUsed')?.smallestLeak,
    budget: quantities.find(({ quantity }) => quantity === 'heapUsed')?.budgetPerRequest,
    nodeVersion: record?.target?.nodeVersion,
    series: pack(cycles),
  };
  if (answer === 'leak' && run.truth === 'leaky') Object.assign(judged, judgeEstimate(run, record));
  if (answer === 'leak' && run.route) Object.assign(judged, judgeRoutes(run, record));
  const flaw = judged.right ? flawOf(run, judged, record) : reasonOf(code, signal, record);
  if (flaw) judged.reason = flaw;
  return judged;
}
