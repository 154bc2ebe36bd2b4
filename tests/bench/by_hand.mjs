// The peer: what a careful team does by hand today. The service as it is (JIT and all), autocannon,
// blocks of equally many requests, a forced collection after each, and a rule on the readings.
import { once } from 'node:events';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { killGroup } from './children.mjs';
import { fitLine } from './statistics.mjs';
import { fillPath, makeRandom, SHOP } from './workload.mjs';
import { CannotRun, here } from './world.mjs';

export const BLOCKS = 12;
export const WARM_UP_BLOCKS = 2;
export const LONG_REQUESTS = 20_000;

/// The team's rules, on readings of heapUsed against requests; pure.
export const RULES = {
  'grew by more than 10 %': ({ y }) => y.at(-1) > 1.1 * y[0],
  'slope, p < .01': ({ x, y }) => {
    const { slope, p } = fitLine(x, y);
    return slope > 0 && p < 0.01;
  },
  'slope, p < .01, above 8 B/request': ({ x, y }) => {
    const { slope, p } = fitLine(x, y);
    return slope > 8 && p < 0.01;
  },
};

const mapRules = (use) =>
  Object.fromEntries(Object.entries(RULES).map(([name, rule]) => [name, use(rule)]));

/// What the peer does, in the words of the output.
export const DESCRIPTION = [
  'By hand: the same service, without leakcheck and its V8 flags, started with --expose-gc; autocannon',
  `(10 connections, the same mix of requests) in ${BLOCKS} equal blocks, the first ${WARM_UP_BLOCKS} for warm-up; after each, the`,
  "collection that leakcheck uses (two gc() with turns of the event loop between), then heapUsed. Leak, if",
  'the last reading is more than 10 % above the first, or if the least-squares slope over the readings is',
  'positive with p < .01 (two-sided t test), or if that slope is above 8 B/request too, which is half of the',
  'smallest leak here: a limit that nobody would know. With as many requests as leakcheck needed for the same',
  `service; in --full also with ${LONG_REQUESTS.toLocaleString('en')}. Wall time from the start of the service to its end, as for leakcheck.`,
];

export function findAutocannon(packages) {
  if (!fs.existsSync(path.join(packages, 'autocannon/package.json'))) return undefined;
  return createRequire(path.join(packages, 'bench.cjs'))('autocannon');
}

async function findPort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.on('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function waitUntilReady(url, child) {
  for (let i = 0; i < 1500 && child.exitCode === null; ++i) {
    try {
      if ((await fetch(`${url}/items`, { headers: { connection: 'close' } })).ok) return;
    } catch {
      // Not yet.
    }
    await sleep(10);
  }
  throw new CannotRun("the peer's service did not come up");
}

async function readMemory(child, done) {
  child.send('collect');
  const reading = await Promise.race([once(child, 'message'), done]);
  if (!Array.isArray(reading)) throw new CannotRun("the peer's service ended under load");
  return reading[0];
}

/// One flow after another as often as it weighs, each connection from the start of the list.
function makeRequests(random) {
  let sequence = 0;
  return SHOP.flatMap(({ weight, method, path: template, body }) =>
    Array.from({ length: weight }, () => ({
      method,
      ...(body ? { body, headers: { 'content-type': 'application/json' } } : {}),
      setupRequest: (request) => ({ ...request, path: fillPath(template, random, ++sequence) }),
    })),
  );
}

/// Loads the service by hand; returns the readings after warm-up, wall time, and each rule's word.
export async function runByHand({ children, autocannon, service, environment, seed, requests }) {
  const port = await findPort();
  const url = `http://127.0.0.1:${port}`;
  const probe = path.join(here, 'probe.cjs');
  const { child, done } = children.start(process.execPath, ['--expose-gc', '--require', probe, service], {
    env: { ...process.env, NODE_OPTIONS: '', ...environment, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  try {
    await waitUntilReady(url, child);
    const amount = Math.max(10, Math.round(requests / BLOCKS));
    const list = makeRequests(makeRandom(seed));
    const readings = { x: [], y: [] };
    for (let block = 1; block <= BLOCKS; ++block) {
      // autocannon notices the end of a block when it next takes a sample: every second, unless told.
      await autocannon({ url, connections: 10, amount, requests: list, sampleInt: 10 });
      const { heapUsed } = await readMemory(child, done);
      if (block <= WARM_UP_BLOCKS) continue;
      readings.x.push(block * amount);
      readings.y.push(heapUsed);
    }
    killGroup(child);
    const { wallMs } = await done;
    const leak = mapRules((rule) => rule(readings));
    return {
      requests: amount * BLOCKS,
      wallMs: Math.round(wallMs),
      slope: fitLine(readings.x, readings.y).slope,
      leak,
      heapUsed: readings.y,
    };
  } finally {
    killGroup(child);
  }
}
