// ci/bench heap: snapshots of 10 to 1200 MB read by `leakcheck snapshot` and `leakcheck diff`, and by
// what else can read them.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { compareNodes } from '../../node/heap/compare.mjs';
import { bundleDevtools, loadInDevtools } from '../../node/heap/devtools.mjs';
import { makeGoals, makeTables, PEERS } from '../heap_tables.mjs';
import { readPattern, UsageError } from '../usage_error.mjs';
import { buildNative, CannotRun, here, installPackages } from '../world.mjs';

export const summary = 'CPU, peak memory and time to read a heap snapshot, and to compare two, beside DevTools and others';
export const usage = [
  '--quick     10 and 120 MB, 3 rounds',
  '--full      10, 120, 500 and 1200 MB (the default); needs 12 GB of memory and 4 GB of disk',
  '--only RE   the works whose name fits: 10 MB, 120 MB, 500 MB, 1200 MB, diff of 120 MB',
  '--rounds N  N rounds of 10 and 120 MB (the larger ones have one)',
  '--verify    also compare every node with DevTools, from 120 MB on; builds tests/node/heap/dump_heap',
  '--keep DIR  keep the snapshots there, and take those that are there already',
];
export const options = {
  ...{ quick: { type: 'boolean' }, full: { type: 'boolean' }, verify: { type: 'boolean' } },
  ...{ rounds: { type: 'string' }, keep: { type: 'string' }, only: { type: 'string' } },
};

const HEAP_MB = 10_000; // what peers and the makers of snapshots may use
const PAIR_MB = 120;
const LARGE_MB = 500; // from here on one round is enough: it takes minutes

export function check({ quick, full, rounds, verify = false, keep, only = '' }) {
  if (quick && full) throw new UsageError('--quick and --full exclude each other');
  if (rounds !== undefined && !/^[1-9]\d{0,2}$/.test(rounds))
    throw new UsageError(`--rounds takes a whole number from 1; this is "${rounds}"`);
  const sizes = quick ? [10, PAIR_MB] : [10, PAIR_MB, 500, 1200];
  return { sizes, rounds: Number(rounds ?? (quick ? 3 : 5)), verify, keep, only: readPattern('--only', only) };
}

/// Runs a command to its end; throws when it fails.
async function runOrThrow(children, command, what) {
  const [file, ...args] = command;
  const { child, done } = children.start(file, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (part) => (text += part));
  const { code } = await done;
  if (code !== 0) throw new CannotRun(`${what} failed, exit ${code}:\n${text.slice(-2000)}`);
}

/// Nodes and edges of a snapshot, as its header says.
function countGraph(file) {
  const buffer = Buffer.alloc(16_384);
  const fd = fs.openSync(file, 'r');
  const text = buffer.toString('latin1', 0, fs.readSync(fd, buffer));
  fs.closeSync(fd);
  return ['node_count', 'edge_count'].reduce((sum, key) => sum + Number(text.match(new RegExp(`"${key}":(\\d+)`))?.[1]), 0);
}

async function makeSnapshots(children, folder, { sizes, only }, progress) {
  const works = [];
  const make = async (name, mb, files) => {
    if (!only.test(name)) return;
    const paths = files.map((file) => path.join(folder, file));
    progress(`heap: making ${name}`);
    const maker = path.join(here, 'heap_maker.cjs');
    if (!paths.every((file) => fs.existsSync(file)))
      await runOrThrow(children, [process.execPath, `--max-old-space-size=${HEAP_MB}`, maker, String(mb), ...paths], `making ${name}`);
    works.push({ work: name, mb, files: paths });
  };
  for (const mb of sizes) await make(`${mb} MB`, mb, [`${mb}.heapsnapshot`]);
  await make(`diff of ${PAIR_MB} MB`, PAIR_MB, ['before.heapsnapshot', 'after.heapsnapshot']);
  return works;
}

/// Runs one tool on one work: code, wall, cpu, peakKb.
async function runTool(place, { work, files }, tool) {
  const usageFile = path.join(place.folder, 'usage.json');
  const peer = [process.execPath, `--max-old-space-size=${HEAP_MB}`, path.join(here, 'heap_peer.mjs')];
  const command =
    tool === 'leakcheck'
      ? [place.binary, files.length > 1 ? 'diff' : 'snapshot', ...files]
      : [...peer, tool, place.packages, place.devtools, ...files];
  fs.rmSync(usageFile, { force: true });
  const { child, done } = place.children.start(path.join(place.native, 'bench_usage'), [usageFile, ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (part) => (text = (text + part).slice(-2000)));
  await done;
  if (!fs.existsSync(usageFile)) return { work, tool, code: 3 };
  const used = JSON.parse(fs.readFileSync(usageFile, 'utf8'));
  if (tool === 'leakcheck' && used.code !== 0)
    throw new CannotRun(`leakcheck failed on ${work}, exit ${used.code}:\n${text}`);
  return { work, tool, ...used };
}

async function measureRuns(place, works, wants, missing, progress) {
  const runs = [];
  const peers = PEERS.filter(({ key }) => place.has(key));
  for (const work of works) {
    const rounds = work.mb >= LARGE_MB ? 1 : wants.rounds;
    const tools = work.files.length > 1 ? ['leakcheck', 'devtools'] : ['leakcheck', ...peers.map(({ key }) => key)];
    for (let round = 1; round <= rounds; ++round)
      for (const tool of tools) {
        if (runs.some((run) => run.work === work.work && run.tool === tool && run.code !== 0)) continue;
        progress(`heap, ${work.work}, round ${round}/${rounds}: ${tool}`);
        const run = await runTool(place, work, tool);
        if (run.code !== 0) missing.push(`${tool} on ${work.work}: it fails, exit ${run.code}`);
        runs.push({ round, ...run });
      }
  }
  return runs;
}

/// Every node of the snapshots from PAIR_MB on beside DevTools'.
async function verify(place, works, progress) {
  const all = [];
  for (const { work, mb, files } of works) {
    if (mb < PAIR_MB) continue;
    for (const file of files) {
      progress(`heap, ${work}: comparing every node with DevTools`);
      const dump = path.join(place.folder, 'nodes');
      execFileSync(path.join(place.native, 'dump_heap'), ['nodes', file, dump]);
      all.push(...compareNodes(await loadInDevtools(place.devtools, file), dump));
      fs.rmSync(dump);
    }
  }
  return { differences: all.length, examples: all };
}

export async function measure({ wants, children, binary, folder, progress }) {
  // memlab brings a browser along, which nothing here needs.
  process.env.PUPPETEER_SKIP_DOWNLOAD = 'true';
  const packages = await installPackages(children, 'heap_peers');
  const native = await buildNative(children, wants.verify ? ['dump_heap'] : []);
  const devtools = await bundleDevtools(packages, folder);
  const needs = { memlab: '@memlab/heap-analysis', toolkit: 'heap-snapshot-toolkit', vscode: '@vscode/v8-heap-parser' };
  const has = (key) => !needs[key] || fs.existsSync(path.join(packages, needs[key]));
  const place = { children, binary, folder, packages, native, devtools, has };
  const missing = PEERS.filter(({ key }) => !has(key)).map(({ name }) => `${name}: it is not installed`);
  const snapshots = wants.keep ?? path.join(folder, 'snapshots');
  fs.mkdirSync(snapshots, { recursive: true });
  const works = await makeSnapshots(children, snapshots, wants, progress);
  if (works.length === 0) throw new CannotRun('--only leaves nothing to measure');
  const graphs = Object.fromEntries(works.map(({ work, files }) => [work, countGraph(files[0])]));
  const megabytes = (file) => `${(fs.statSync(file).size / 1e6).toFixed(1)} MB`;
  const sizes = Object.fromEntries(
    works.map(({ work, files }) => [work, `${files.map(megabytes).join(' and ')}, ${(graphs[work] / 1e6).toFixed(2)} million nodes and edges`]),
  );
  const runs = await measureRuns(place, works, wants, missing, progress);
  const verified = wants.verify ? await verify(place, works, progress) : undefined;
  if (!wants.keep) fs.rmSync(snapshots, { recursive: true });
  const tables = makeTables({ runs, sizes });
  if (verified) tables.at(-1).notes.push(...verified.examples);
  return {
    heading: `ci/bench heap: whole processes, ${wants.rounds} rounds up to ${PAIR_MB} MB`,
    tables,
    goals: makeGoals({ runs, graphs, verified }),
    missing,
    data: runs,
  };
}
