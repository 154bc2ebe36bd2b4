// Packages as people use them, from npm, on Node.js 20 and on a newer one; npm start and tsx.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { expectEnding, findNode, forService, judged, makeFolder, packages, run, services, start } from './leakcheck_process.mjs';

const app = (body) => `
  const express = require('express');
  const app = express();
  ${body}
  app.get('/', (request, response) => response.json({ hello: 'world' }));
  app.listen(process.env.PORT, '127.0.0.1');`;
const sessions = `
  const session = require('express-session');
  app.use(session({ secret: 'x', resave: false, saveUninitialized: true }));`;
const env = { PORT: '{{ $port }}', NODE_PATH: packages };

for (const major of [20, 24]) {
  const node = major === 20 ? process.execPath : findNode(major);
  const skip = node ? false : `no package of node ${major} for this machine`;

  test(`express with the default MemoryStore is a leak, node ${major}`, { skip }, async (t) => {
    const command = [node, '-e', app(sessions)];
    const result = await run(t, forService('express.cjs', { command, target: { env } }));
    expectEnding(result, { code: 1, ending: 'leak', says: /request/ });
    assert.equal(judged(result, 'heapUsed').answer, 'leak');
  });

  test(`the same express without sessions is clean, node ${major}`, { skip }, async (t) => {
    const command = [node, '-e', app('')];
    const result = await run(t, forService('express.cjs', { command, target: { env } }));
    expectEnding(result, { code: 0, ending: 'clean', says: /request/ });
  });
}

const old = Number(process.versions.node.split('.')[0]) < 20 && 'fastify 5 needs Node.js 20';

test('fastify is clean, and sees as many requests as were sent', { skip: old }, async (t) => {
  const code = `
    const app = require('fastify')();
    app.get('/', async () => ({ hello: 'world' }));
    app.listen({ port: process.env.PORT, host: '127.0.0.1' });`;
  const command = [process.execPath, '-e', code];
  const result = await run(t, forService('fastify.cjs', { command, target: { env } }));
  expectEnding(result, { code: 0, ending: 'clean', says: /request/ });
  assert.equal(result.report.load.failed, 0);
  assert.equal(result.report.requestsSeen, result.report.cycles.at(-1).requestsTotal);
});

test('npm start', async (t) => {
  const folder = makeFolder(t);
  const script = `node ${path.join(services, 'entry_per_request.cjs')}`;
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ scripts: { start: script } }));
  const result = await run(
    t,
    forService('entry_per_request.cjs', { command: ['npm', 'start'], target: { cwd: folder } }),
  );
  expectEnding(result, { code: 1, ending: 'leak', says: /request/ });
  const { bytesPerRequest } = judged(result, 'heapUsed').growth;
  assert.ok(Math.abs(bytesPerRequest - 64) <= 6, `read ${bytesPerRequest}`);
});

test('npx tsx server.ts', async (t) => {
  const folder = makeFolder(t);
  fs.symlinkSync(packages, path.join(folder, 'node_modules'));
  fs.writeFileSync(
    path.join(folder, 'server.ts'),
    `import http from 'node:http';
     type Visit = { url: string | undefined; at: number };
     const visits: Visit[] = [];
     http.createServer((request, response) => {
       visits.push({ url: request.url, at: Date.now() });
       response.end('ok');
     }).listen(Number(process.env.PORT), '127.0.0.1');`,
  );
  const result = await run(
    t,
    forService('server.ts', {
      command: ['npx', '--no-install', 'tsx', 'server.ts'],
      target: { cwd: folder },
    }),
  );
  expectEnding(result, { code: 1, ending: 'leak', says: /request/ });
});

test('a cluster: the workers are measured, and summed', async (t) => {
  const result = await run(t, forService('two_workers.cjs', { load: { keepAlive: false } }));
  expectEnding(result, { code: 1, ending: 'leak', says: /request/ });
  assert.equal(result.report.cycles.at(-1).processes, 2);
  const { bytesPerRequest } = judged(result, 'heapUsed').growth;
  assert.ok(Math.abs(bytesPerRequest - 64) <= 6, `read ${bytesPerRequest}`);
});

test('an ES module service in a folder with spaces and quotes', async (t) => {
  const folder = path.join(makeFolder(t), `it's a "folder"`);
  fs.mkdirSync(folder);
  fs.writeFileSync(
    path.join(folder, 'server.mjs'),
    `import http from 'node:http';
     http.createServer((request, response) => response.end('ok')).listen(process.env.PORT, '127.0.0.1');`,
  );
  const scenario = {
    version: 1,
    target: { command: ['node', 'server.mjs'], env: { PORT: '{{ $port }}' } },
    load: { flows: [{ name: 'main', steps: [{ get: '/' }] }] },
  };
  fs.writeFileSync(path.join(folder, 'scenario.yaml'), JSON.stringify(scenario));
  const { done } = start(folder, ['run', 'scenario.yaml']);
  const result = await done;
  assert.equal(result.code, 0, result.stdout + result.stderr);
  const runs = fs.readdirSync(path.join(folder, '.leakcheck/runs')).filter((name) => name !== '.gitignore');
  assert.equal(runs.length, 1);
  const runFolder = path.join(folder, '.leakcheck/runs', runs[0]);
  assert.equal(fs.statSync(runFolder).mode & 0o777, 0o700);
  assert.equal(fs.statSync(path.join(runFolder, 'run.json')).mode & 0o777, 0o600);
});
