// Drives the real binary against real services, and checks after every run that nothing is left:
// no process with the run's mark in its environment, no listener, no temporary file.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
export const source = path.resolve(here, '../..');
export const services = path.join(source, 'tests/fixtures/services');
export const binary = need('LEAKCHECK_BINARY');
export const packages = path.join(need('LEAKCHECK_NPM'), 'node_modules');

function need(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set; run the tests with ci/test`);
  return value;
}

/** A node of another major version, from npm, or undefined where the package has no such binary. */
export function findNode(major) {
  const file = path.join(packages, `node${major}`, 'bin/node');
  return fs.existsSync(file) ? file : undefined;
}

/** A folder of its own for one test; removed at the end of the test. */
export function makeFolder(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'leakcheck-test-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a scenario: an object is YAML too. Returns its path. */
export function writeScenario(folder, scenario, name = 'scenario.yaml') {
  const file = path.join(folder, name);
  fs.writeFileSync(file, JSON.stringify({ version: 1, ...scenario }, null, 2));
  return file;
}

/** A scenario for one fixture service: quick, one route. */
export function forService(script, { command, url, ready, target, load, ...rest } = {}) {
  return {
    name: path.basename(script, path.extname(script)),
    target: {
      command: command ?? [process.execPath, path.join(services, script)],
      env: { PORT: '{{ $port }}' },
      ready: ready ?? { tcp: true, timeout: '10s' },
      stop: { timeout: '3s' },
      ...(url ? { url } : {}),
      ...target,
    },
    load: { vus: 4, flows: [{ name: 'main', steps: [{ get: '/' }] }], ...load },
    ...rest,
  };
}

/** Starts leakcheck; `done` resolves when it has ended. */
export function start(folder, args, { env = {}, wrap = [], stdio } = {}) {
  const [file, ...rest] = [...wrap, binary, ...args];
  const child = spawn(file, rest, {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined, ...env },
    stdio: stdio ?? ['ignore', 'pipe', 'pipe'],
  });
  const result = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text) => (result.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text) => (result.stderr += text));
  const limit = setTimeout(() => child.kill('SIGKILL'), 150_000);
  const done = new Promise((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      resolve({ ...result, code, signal });
    });
  });
  return { child, done, result };
}

/** Runs a scenario to its end, with both report files, and checks what every run must leave. */
export async function run(t, scenario, { args = [], ...options } = {}) {
  const folder = makeFolder(t);
  const file = typeof scenario === 'string' ? scenario : writeScenario(folder, scenario);
  const { done } = start(
    folder,
    ['run', file, '--out', 'run', '--json', 'run.json', '--junit', 'junit.xml', ...args],
    options,
  );
  const result = await done;
  return { ...result, folder, ...(await checkLeftovers(folder, result)) };
}

/** Reads the reports of a run in `folder`, and checks that nothing of the run is left. */
export async function checkLeftovers(folder, result) {
  const shown = `\nexit ${result.code}\n${result.stdout}\n${result.stderr}`;
  const report = readJson(path.join(folder, 'run.json'));
  assert.deepEqual(findProcesses(folder), [], `processes are left${shown}`);
  const strays = fs
    .readdirSync(folder, { recursive: true })
    .filter((name) => /\.[A-Za-z0-9]{6}$/.test(name) || name.endsWith('.sock'));
  assert.deepEqual(strays, [], `temporary files are left${shown}`);
  const port = Number(new URL(report?.target?.url || 'http://localhost:1').port);
  return { report, port, junit: readText(path.join(folder, 'junit.xml')) };
}

export const readText = (file) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined);
const readJson = (file) => (fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined);

/** Living processes whose environment or command line names `folder`. */
export function findProcesses(folder) {
  const found = [];
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (Number(pid) === process.pid) continue;
      const state = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1][0];
      const environment = fs.readFileSync(`/proc/${pid}/environ`, 'utf8');
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      const mark = ['SOCKET', 'RUN'].some((name) => environment.includes(`LEAKCHECK_${name}=${folder}`));
      const ours = mark || command.includes(folder);
      if (state !== 'Z' && ours) found.push(`${pid} ${command.replaceAll('\0', ' ')}`);
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

/** Polls until `check()` gives something true, and returns it. */
export async function until(check, what, ms = 20_000) {
  const deadline = Date.now() + ms;
  for (;;) {
    const value = await check();
    if (value) return value;
    assert.ok(Date.now() < deadline, `${what} did not come within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export function listens(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => (socket.destroy(), resolve(true)));
    socket.on('error', () => resolve(false));
  });
}

/** Exit code, ending and the sentence a person reads, checked at once. */
export function expectEnding(result, { code, ending, says }) {
  const shown = `\n--- stdout\n${result.stdout}\n--- stderr\n${result.stderr}`;
  assert.equal(result.code, code, `exit code ${result.code}, expected ${code}${shown}`);
  assert.equal(result.report?.outcome.ending, ending, shown);
  assert.match(result.report.outcome.message, says, shown);
  assert.match(result.stdout.replace(/\s+/g, ' '), says, 'the console must say it too');
  assert.ok(result.junit?.includes('<testsuites'), `JUnit was not written${shown}`);
}

/** The verdict on one quantity. */
export function judged(result, quantity) {
  return result.report.verdict.quantities.find((entry) => entry.quantity === quantity);
}
