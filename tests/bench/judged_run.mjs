// One run of leakcheck, from its exit code and its run record to what the tables count; pure.

/// The quantity whose bytes per request a leak's size is of, where they are exact: the table of a
/// Map that grows adds to the size, in steps.
export function exactQuantity(leak) {
  if (leak.kind === 'map') return undefined;
  return leak.kind === 'buffer' ? 'arrayBuffers' : 'heapUsed';
}

/// clean, bounded, leak and inconclusive as leakcheck ended; anything else is broken.
function answerOf(code, record) {
  const ending = record?.outcome?.ending;
  if (code === 0 && ending === 'clean') return record.verdict.answer === 'bounded' ? 'bounded' : 'clean';
  if (code === 1 && ending === 'leak') return 'leak';
  if (code === 5 && ending === 'inconclusive') return 'inconclusive';
  return 'broken';
}

/// What there is to say about a run that is not as it should be.
function reasonOf(code, signal, record) {
  if (!record) return `no run record; ${signal ? `ended by ${signal}` : `exit ${code}`}`;
  return record.verdict?.reason ?? record.outcome?.message ?? `exit ${code}`;
}

export function judgeRun(run, { code, signal, wallMs }, record) {
  const answer = answerOf(code, record);
  const last = record?.cycles?.at(-1);
  const judged = {
    name: run.name,
    truth: run.truth,
    service: run.service,
    variant: run.variant.name,
    leak: run.leak,
    seed: run.seed,
    answer,
    wallMs: Math.round(wallMs),
    requests: last?.requestsTotal ?? 0,
    cycles: record?.cycles?.length ?? 0,
    // From ready to the last reading, which the verdict follows at once.
    verdictMs: last ? Math.round(last.atMs - record.target.readyMs) : NaN,
    heapUsed: record?.cycles?.map((cycle) => cycle.postGc.heapUsed),
    arrayBuffers: record?.cycles?.at(-1)?.postGc.arrayBuffers,
    requestsPerCycle: record?.scenario?.requestsPerCycle,
  };
  if (answer === 'leak' && run.leak) {
    const quantity = exactQuantity(run.leak);
    const found = record.verdict.quantities.find((entry) => entry.quantity === quantity);
    if (found) {
      judged.estimate = found.growth.bytesPerRequest;
      judged.error = Math.abs(judged.estimate - run.leak.size) / run.leak.size;
    }
  }
  const expected = run.truth === 'healthy' ? ['clean', 'bounded'] : ['leak'];
  if (!expected.includes(answer)) judged.reason = reasonOf(code, signal, record);
  return judged;
}
