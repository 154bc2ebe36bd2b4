// The sample services of tests/fixtures/leaks: what they say of themselves, and snapshots of them.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const folder = path.resolve(here, '../fixtures/leaks');
const preload = path.join(here, 'snapshot_on_demand.cjs');

/** Where the line that ends in `// mark` is; `line` counts from 1. */
function findMark(file, mark) {
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  const index = lines.findIndex((line) => line.endsWith(`// ${mark}`));
  return index < 0 ? undefined : { file, line: index + 1 };
}

function findLine(file, text) {
  const index = fs.readFileSync(file, 'utf8').split('\n').findIndex((line) => line.includes(text));
  assert.ok(index >= 0, `${file} has no line with ${text}`);
  return { file, line: index + 1 };
}

/**
 * Every sample service with its truth: the JSON of its first line, and the lines that are marked
 * "// declared" and "// site". `in` names the file of the declaration when that is another one;
 * `says` finds its line there.
 */
export function readFixtures(packages) {
  return fs
    .readdirSync(folder)
    .filter((name) => /\.[cm]js$/.test(name))
    .map((name) => {
      const file = path.join(folder, name);
      const truth = JSON.parse(/^\/\/ truth: (.*)$/m.exec(fs.readFileSync(file, 'utf8'))[1]);
      const place = truth.package ? path.join(packages, truth.in) : path.join(folder, truth.in ?? name);
      const declared = truth.says ? findLine(place, truth.says) : findMark(place, 'declared');
      return { name, file, ...truth, declared, site: findMark(file, 'site') };
    });
}

async function request(agent, socketPath, target) {
  const sent = http.get({ agent, socketPath, path: target });
  const [response] = await once(sent, 'response');
  response.resume();
  await once(response, 'end');
}

async function answers(agent, socketPath) {
  for (let tries = 0; ; ++tries) {
    try {
      return await request(agent, socketPath, '/0');
    } catch (error) {
      if (tries === 400) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

async function ask(child, message) {
  child.send(message);
  const [answer] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => assert.fail(`the service ended with code ${code}`)),
  ]);
  return answer;
}

/**
 * Starts a service, and takes `count` snapshots of it with `requests` requests before each; they
 * are numbered, so that no two are the same. Returns the files' names.
 */
export async function takeSnapshots(service, { node = process.execPath, packages, into, requests, count = 2 }) {
  const socketPath = path.join(into, `${path.basename(service)}.sock`);
  const child = fork(service, [], {
    execPath: node,
    execArgv: ['--expose-gc', '--require', preload],
    env: { ...process.env, PORT: socketPath, NODE_PATH: packages, NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let agent = new http.Agent();
  try {
    await answers(agent, socketPath);
    const files = [];
    for (let step = 0; step < count; ++step) {
      // New connections each time: the service may have closed those of before the last snapshot.
      agent.destroy();
      agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
      const targets = Array.from({ length: requests }, (_, i) => `/item/${step * requests + i}`);
      const worker = async () => {
        for (let target; (target = targets.pop()); ) await request(agent, socketPath, target);
      };
      await Promise.all([worker(), worker(), worker(), worker()]);
      const file = path.join(into, `${path.basename(service)}.${step}.heapsnapshot`);
      assert.equal(await ask(child, file), file);
      files.push(file);
    }
    return files;
  } finally {
    agent.destroy();
    child.kill('SIGKILL');
    fs.rmSync(socketPath, { force: true });
  }
}
