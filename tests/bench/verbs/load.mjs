// How much a request costs the load generator, how even its load is, and whether its latencies are
// true, beside wrk, autocannon and hey. The server has one core, the generator the other.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandOf, parseCpu, PARSERS, PLAIN_STEPS, RICH_STEPS, scenarioFor } from '../generators.mjs';
import { cpuPerRequest, GROUPS, makeGoals, makeTables, RATE, WINDOW_MS } from '../load_tables.mjs';
import { findPorts, startNginx, waitFor } from '../nginx.mjs';
import { countWindows, errorOfStall, growthOf, parseStatus, truthOfStall, unevenness } from '../paced.mjs';
import { UsageError } from '../usage_error.mjs';
import { buildNative, CannotRun, installPackages } from '../world.mjs';

export const summary = 'CPU per request, evenness and honest latencies of the load engine, beside its peers';
export const usage = [
  '--quick     5 rounds of 2 s, and a million requests for the memory',
  '--full      7 rounds of 8 s, and ten million requests (the default)',
  '--rounds N  N rounds (at least 5 to mean something)',
];
export const options = { quick: { type: 'boolean' }, full: { type: 'boolean' }, rounds: { type: 'string' } };

export function check({ quick, full, rounds }) {
  if (quick && full) throw new UsageError('--quick and --full exclude each other');
  if (rounds !== undefined && !/^[1-9]\d{0,2}$/.test(rounds))
    throw new UsageError(`--rounds takes a whole number from 1; this is "${rounds}"`);
  const wants = quick
    ? { rounds: 5, seconds: 2, pacedSeconds: 4, stalls: 3, requests: 1e6 }
    : { rounds: 7, seconds: 8, pacedSeconds: 10, stalls: 5, requests: 1e7 };
  return { ...wants, ...(rounds ? { rounds: Number(rounds) } : {}) };
}

const STALL = { rate: 1000, ms: 6000, stopAfterMs: 2000, stopMs: 1000 };
const TIMED = `ulimit -n 8192; TIMEFORMAT='cpu %3U %3S'; time "$@"`;

function isInstalled(program) {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function findTools(packages, missing) {
  const autocannon = path.join(packages, 'autocannon/autocannon.js');
  const tools = { leakcheck: true, wrk: isInstalled('wrk'), autocannon: fs.existsSync(autocannon), hey: isInstalled('hey') };
  for (const [tool, there] of Object.entries(tools)) if (!there) missing.push(`${tool}: it is not installed`);
  if (!isInstalled('nginx')) throw new CannotRun('nginx is not installed; ci/setup --tests installs it');
  return { tools, autocannon };
}

/// What all measurements need: see bench.mjs, and the server.
class Place {
  constructor({ children, binary, folder, autocannon, native, server }) {
    Object.assign(this, { children, binary, folder, autocannon, native, server });
    this.cores = os.cpus().length > 1 ? { server: 0, generator: 1 } : { server: 0, generator: 0 };
    this.report = path.join(folder, 'load.json');
  }

  scenario(name, content) {
    const file = path.join(this.folder, `${name}.yaml`);
    fs.writeFileSync(file, JSON.stringify(content, null, 2));
    return file;
  }

  /// Runs a command on the generator's core: { code, out, err }.
  async run(command, { timed = false } = {}) {
    const pinned = ['taskset', '-c', String(this.cores.generator), ...command];
    const [file, ...args] = timed ? ['bash', '-c', TIMED, 'bash', ...pinned] : pinned;
    const { child, done } = this.children.start(file, args, {
      cwd: this.folder,
      env: { ...process.env, NODE_OPTIONS: '', LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const text = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (part) => (text.out += part));
    child.stderr.setEncoding('utf8').on('data', (part) => (text.err += part));
    const running = { child, done: done.then(({ code }) => ({ code, ...text })) };
    return timed ? running.done : running;
  }

  readReport() {
    return fs.existsSync(this.report) ? fs.readFileSync(this.report, 'utf8') : '';
  }
}

/// One round of one generator: CPU in seconds, requests, failed.
async function runRound(place, tool, call) {
  fs.rmSync(place.report, { force: true });
  const { code, out, err } = await place.run(commandOf(tool, { ...place, ...call }), { timed: true });
  const said = PARSERS[tool](tool === 'leakcheck' ? place.readReport() : out);
  if (!Number.isFinite(said.requests))
    throw new CannotRun(`${tool} measured nothing (exit ${code}):\n${(out + err).slice(-2000)}`);
  return { cpu: parseCpu(err), requests: said.requests, failed: said.failed };
}

/// What a tool takes to start, send one request and end, at least.
async function measureStarts(place, tools) {
  const scenario = place.scenario('start', scenarioFor());
  const { url } = place.server;
  const commands = {
    leakcheck: [place.binary, 'load', scenario, '--url', url, '--quiet', '--requests', '1', '--vus', '1'],
    wrk: ['wrk', '--version'],
    autocannon: [process.execPath, place.autocannon, '--json', '--no-progress', '-c', '1', '-a', '1', url],
    hey: ['hey', '-cpus', '1', '-n', '1', '-c', '1', url],
  };
  const starts = {};
  for (const [tool, command] of Object.entries(commands)) {
    if (!tools[tool]) continue;
    const cpus = [];
    for (let i = 0; i < 3; ++i) cpus.push(parseCpu((await place.run(command, { timed: true })).err));
    starts[tool] = Math.min(...cpus);
  }
  return starts;
}

async function measureCpu(place, wants, tools, starts, progress) {
  const rounds = [];
  const scenarioOf = (run, tls) => {
    const steps = { plain: PLAIN_STEPS, rich: RICH_STEPS }[run.steps];
    return place.scenario(`${run.steps ?? 'root'}${tls ? '-tls' : ''}`, scenarioFor({ steps, tls }));
  };
  for (let round = 1; round <= wants.rounds; ++round)
    for (const group of GROUPS)
      for (const run of group.runs) {
        if (!tools[run.tool]) continue;
        progress(`load, round ${round}/${wants.rounds}: ${group.key}, ${run.name}`);
        const measured = await runRound(place, run.tool, {
          scenario: scenarioOf(run, group.tls),
          url: group.tls ? place.server.tlsUrl : place.server.url,
          connections: group.connections,
          seconds: wants.seconds,
          fullPath: run.fullPath,
        });
        rounds.push({
          ...{ round, group: group.key, name: run.name, tool: run.tool, ...measured },
          rate: measured.requests / wants.seconds,
          micros: cpuPerRequest(measured, starts[run.tool]),
        });
      }
  return rounds;
}

/// Starts the receiver, runs `use(url, pid)`, and returns what it gave with the times of arrival.
async function withReceiver(place, use) {
  const [port] = await findPorts(1);
  const { child, done } = place.children.start(
    'taskset',
    ['-c', String(place.cores.server), path.join(place.native, 'bench_receiver'), String(port)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (part) => (out += part));
  await waitFor(port, 'bench_receiver');
  const result = await use(`http://127.0.0.1:${port}`, child.pid);
  child.stdin.end();
  await done;
  return { result, times: out.split('\n').slice(1, -1).map(Number) };
}

const openCommand = (place, scenario, url, ms, rate) => [
  ...[place.binary, 'load', scenario, '--url', url, '--quiet', '--json', place.report],
  ...['--duration', `${ms}ms`, '--arrival-rate', String(rate), '--vus', '64'],
];

async function measurePaced(place, wants, progress) {
  const scenario = place.scenario('paced', scenarioFor());
  const [paced, bare] = [[], []];
  for (let round = 1; round <= wants.rounds; ++round) {
    progress(`load, round ${round}/${wants.rounds}: ${RATE}/s`);
    const timer = [path.join(place.native, 'bench_timer'), String(RATE), String(wants.pacedSeconds)];
    bare.push(JSON.parse((await place.run(timer, { timed: true })).out));
    const command = (url) => openCommand(place, scenario, url, 1000 * wants.pacedSeconds, RATE);
    const { times } = await withReceiver(place, (url) => place.run(command(url), { timed: true }));
    const { load } = PARSERS.leakcheck(place.readReport());
    // A generator that does not say how late it was has not measured it.
    const late = load?.lateness?.maxMs > 0 ? load.lateness : {};
    const windows = countWindows(times, 1000 * WINDOW_MS, 500_000);
    paced.push({
      ...{ p50: 1000 * late.p50Ms, p99: 1000 * late.p99Ms, seen: times.length },
      ...unevenness(windows, (RATE * WINDOW_MS) / 1000),
    });
  }
  return { paced, bare };
}

/// Stops the server for a second in the middle of a run; what the generator says of it.
async function measureStall(place, name, command, read) {
  let stopMs = 0;
  await withReceiver(place, async (url, pid) => {
    const { done } = await place.run(command(url));
    await sleep(STALL.stopAfterMs);
    const stopped = performance.now();
    process.kill(pid, 'SIGSTOP');
    await sleep(STALL.stopMs);
    process.kill(pid, 'SIGCONT');
    stopMs = performance.now() - stopped;
    const { out } = await done;
    place.said = out;
  });
  const latency = read(place.said);
  const truth = Object.fromEntries([90, 95, 99].map((p) => [p, truthOfStall(p, stopMs, STALL.ms)]));
  return { name, stopMs, latency, truth, error: errorOfStall(latency, stopMs, STALL.ms) };
}

async function measureStalls(place, wants, tools, progress) {
  const scenario = place.scenario('stall', scenarioFor());
  const stalls = [];
  for (let round = 1; round <= wants.stalls; ++round) {
    progress(`load, ${round}/${wants.stalls}: a server that stands still`);
    const command = (url) => openCommand(place, scenario, url, STALL.ms, STALL.rate);
    const read = () => PARSERS.leakcheck(place.readReport()).load?.latency;
    stalls.push(await measureStall(place, 'leakcheck', command, read));
  }
  if (tools.autocannon) {
    const args = ['--json', '--no-progress', '-c', '64', '-R', String(STALL.rate), '-d', String(STALL.ms / 1000)];
    const command = (url) => [process.execPath, place.autocannon, ...args, url];
    stalls.push(
      await measureStall(place, 'autocannon -R', command, (out) => {
        const { latency } = JSON.parse(out); // it has no p95
        return { p90Ms: latency.p90, p99Ms: latency.p99 };
      }),
    );
  }
  return stalls;
}

async function measureMemory(place, wants, progress) {
  progress(`load: memory over ${wants.requests.toLocaleString('en-US')} requests`);
  const scenario = place.scenario('memory', scenarioFor());
  const count = ['--requests', String(wants.requests), '--vus', '64', '--json', place.report];
  const { child, done } = await place.run([place.binary, 'load', scenario, '--url', place.server.url, '--quiet', ...count]);
  const readings = [];
  let ended = false;
  done.then(() => (ended = true));
  while (!ended) {
    await sleep(200);
    try {
      const now = parseStatus(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'));
      if (Number.isFinite(now.rss)) readings.push(now);
    } catch {
      // It has ended.
    }
  }
  const { requests } = PARSERS.leakcheck(place.readReport());
  return {
    ...{ requests, peak: Math.max(...readings.map(({ peak }) => peak)) },
    ...{ growth: growthOf(readings), readings: readings.length },
  };
}

export async function measure({ wants, children, binary, folder, progress }) {
  const missing = [];
  const { tools, autocannon } = findTools(await installPackages(children, 'npm'), missing);
  const native = await buildNative(children);
  const place = new Place({ children, binary, folder, autocannon, native });
  place.server = await startNginx(children, path.join(folder, 'nginx'), place.cores.server);
  const starts = await measureStarts(place, tools);
  const rounds = await measureCpu(place, wants, tools, starts, progress);
  const memory = await measureMemory(place, wants, progress);
  await place.server.stop();
  const { paced, bare } = await measurePaced(place, wants, progress);
  const stalls = await measureStalls(place, wants, tools, progress);
  const measured = { rounds, paced, bare, stalls, memory, starts };
  return {
    heading: `ci/bench load: ${wants.rounds} rounds of ${wants.seconds} s, the server on core ${place.cores.server}, the generator on core ${place.cores.generator}`,
    tables: makeTables(measured),
    goals: makeGoals(measured),
    missing,
    data: [...rounds, ...paced, ...bare, ...stalls, memory],
  };
}
