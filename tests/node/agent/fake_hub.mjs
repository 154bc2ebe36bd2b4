// leakcheck's end of the agent's protocol, played with the lines of tests/fixtures/agent, and
// services with the agent in them, started as leakcheck starts them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const fixtures = path.resolve(here, '../../fixtures/agent');
const agent = need('LEAKCHECK_AGENT');
const packages = path.join(need('LEAKCHECK_NPM'), 'node_modules');

function need(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set; run the tests with ci/test`);
  return value;
}

export const readLines = (name) =>
  fs.readFileSync(path.join(fixtures, name), 'utf8').trimEnd().split('\n');

/** type → the line leakcheck sends, as text. */
const ours = new Map(
  readLines('from_leakcheck.jsonl').map((line) => [
    JSON.parse(line).type,
    line.replace('VERSION', '0.0.0'),
  ]),
);
/** type → the line the agent sends, parsed. */
export const theirs = new Map(
  readLines('from_agent.jsonl').map((line) => [JSON.parse(line).type, JSON.parse(line)]),
);

/** [major, path] of every Node.js that is here: that of the tests, and those from npm. */
export const nodes = [[Number(process.versions.node.split('.')[0]), process.execPath]];
for (const major of [18, 20, 22, 24]) {
  const file = path.join(packages, `node${major}`, 'bin/node');
  if (fs.existsSync(file) && major !== nodes[0][0]) nodes.push([major, file]);
}
export const oldNode = path.join(packages, 'node16/bin/node');

/** What a value is made of, however large it is: names, nesting and types. */
export function shapeOf(value) {
  if (Array.isArray(value)) return 'list';
  if (value === null || typeof value !== 'object') return typeof value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, shapeOf(value[key])]),
  );
}

/** Polls until `check()` gives something true, and returns it. */
export async function until(check, what, ms = 20_000) {
  const deadline = Date.now() + ms;
  for (;;) {
    const value = check();
    if (value) return value;
    assert.ok(Date.now() < deadline, `${what} did not come within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** One process that has connected. */
class Peer {
  lines = [];
  closed = false;
  #taken = 0;
  #ids = 100;

  constructor(socket, greets) {
    this.socket = socket;
    let pending = '';
    socket.setEncoding('utf8').on('data', (text) => {
      const lines = (pending + text).split('\n');
      pending = lines.pop();
      for (const line of lines) {
        this.lines.push(JSON.parse(line));
        if (greets && this.lines.at(-1).type === 'hello') this.say('welcome');
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => (this.closed = true));
  }

  get hello() {
    return this.lines.find((line) => line.type === 'hello');
  }

  /** Sends the fixture's line, with other values for some of its fields. */
  say(type, fields = {}) {
    const line = ours.get(type);
    assert.ok(line, `no line ${type} in from_leakcheck.jsonl`);
    const changed = Object.keys(fields).length === 0 ? line : JSON.stringify({ ...JSON.parse(line), ...fields });
    this.socket.write(`${changed}\n`);
  }

  /** The next line of this type, checked against the fixture's shape. */
  async next(type) {
    const found = await until(() => {
      const at = this.lines.findIndex((line, i) => i >= this.#taken && line.type === type);
      if (at < 0) return undefined;
      this.#taken = at + 1;
      return this.lines[at];
    }, `a line ${type}`);
    assert.deepEqual(shapeOf(found), shapeOf(theirs.get(type)), JSON.stringify(found));
    return found;
  }

  async collect() {
    const id = ++this.#ids;
    this.say('collect', { id });
    const answer = await this.next('collected');
    assert.equal(answer.id, id);
    return answer;
  }
}

/** Listens where the agent of a service will look. */
export async function openHub(t, { greets = true, accept = (socket) => socket } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'leakcheck-agent-'));
  const socketPath = path.join(folder, 'agent.sock');
  const hub = { folder, socketPath, peers: [] };
  const server = net.createServer((socket) => {
    hub.peers.push(new Peer(socket, greets));
    accept(socket);
  });
  await new Promise((resolve) => server.listen(socketPath, resolve));
  t.after(() => {
    server.close();
    hub.peers.forEach((peer) => peer.socket.destroy());
    fs.rmSync(folder, { recursive: true, force: true });
  });
  /** The first process, or the n-th, that has said hello. */
  hub.peer = (n = 0) => until(() => hub.peers.filter((peer) => peer.hello)[n], `process ${n}`);
  return hub;
}

/** Starts a script with the agent in it, as leakcheck would. */
export function startService(t, hub, script, options = {}) {
  const { node = process.execPath, mode = 'quiet', flags = [], file, env = {}, command } = options;
  const major = nodes.find(([, known]) => known === node)?.[0] ?? 16;
  const expose = major >= 20 ? '--expose-gc ' : '';
  const [program, ...args] = command ?? [node, ...flags, ...(file ? [file] : ['-e', script])];
  const child = spawn(program, args, {
    cwd: hub.folder,
    env: {
      ...process.env,
      NODE_TEST_CONTEXT: undefined,
      NODE_OPTIONS: `${expose}--require "${agent}"`,
      LEAKCHECK_SOCKET: hub.socketPath,
      LEAKCHECK_MODE: mode,
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const service = { child, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (service.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (service.stderr += text));
  child.stdin.on('error', () => {});
  service.ended = new Promise((resolve) => {
    child.on('close', (code, signal) => resolve((service.end = { code, signal })));
  });
  service.says = (text) => until(() => service.stdout.includes(text), `"${text}" on stdout`);
  t.after(() => service.end || child.kill('SIGKILL'));
  return service;
}

/** It ended by itself, as it would have without the agent. */
export async function endsQuietly(service, stdout) {
  const end = await service.ended;
  assert.deepEqual(end, { code: 0, signal: null }, service.stderr);
  assert.equal(service.stderr, '');
  if (stdout !== undefined) assert.equal(service.stdout, stdout);
}

/** A service that does nothing, for ever; it ends when its standard input does. */
export const idle = `process.stdin.resume().on('end', () => process.exit()); console.log('up');`;
