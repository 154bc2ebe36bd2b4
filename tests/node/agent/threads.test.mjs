// The agent in worker threads: it collects and reads there, one by one, and must not be noticed.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { endsQuietly, idle, nodes, openHub, startService, until } from './fake_hub.mjs';

/** The peer of the main thread (0) or of a worker thread. */
const peerOf = (hub, thread) =>
  until(() => hub.peers.find((it) => it.hello?.thread === thread && !it.closed), `thread ${thread}`);

/** A service with workers that run `script`, each with a port to its parent that keeps it alive. */
const withWorkers = (count, script) => `
  const { Worker } = require('node:worker_threads');
  const workers = Array.from({ length: ${count} }, () =>
    new Worker(${JSON.stringify(script)}, { eval: true }).on('exit', (code) => console.log('exit', code)));
  process.stdin.on('data', (text) => workers.forEach((worker) => worker.postMessage(String(text).trim())));
  ${idle}`;

const keeper = `
  const { parentPort } = require('node:worker_threads');
  const kept = [];
  parentPort.on('message', (text) => {
    if (text === 'keep') for (let i = 0; i < 50; ++i) kept.push(new Array(1000).fill(i));
    if (text === 'end') parentPort.close();
  });`;

for (const [major, node] of nodes) {
  test(`each thread collects and reads its own heap, node ${major}`, async (t) => {
    const hub = await openHub(t);
    const service = startService(t, hub, withWorkers(2, keeper), { node });
    const peers = await Promise.all([0, 1, 2].map((thread) => peerOf(hub, thread)));
    await service.says('up');
    for (const peer of peers) {
      assert.equal(peer.hello.pid, service.child.pid);
      assert.equal(peer.hello.canCollect, true);
    }
    // All at once, as leakcheck asks: also for gc(), which each of them has to find first.
    const readings = [];
    for (let i = 0; i < 24; ++i) {
      const answers = await Promise.all(peers.map((peer) => peer.collect()));
      readings.push(answers.map(({ memory }) => memory.heapUsed));
    }
    for (const thread of [0, 1, 2]) {
      const steps = readings.map((reading, i) => reading[thread] - readings[Math.max(0, i - 1)][thread]);
      t.diagnostic(`node ${major} thread ${thread}: steps of heapUsed at rest ${steps}`);
    }
    service.child.stdin.write('keep\n');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const after = await Promise.all(peers.map((peer) => peer.collect()));
    const grown = after.map(({ memory }, i) => memory.heapUsed - readings.at(-1)[i]);
    assert.ok(Math.abs(grown[0]) < 100e3, `main: ${grown[0]}`);
    for (const each of grown.slice(1)) assert.ok(each > 390e3 && each < 500e3, `worker: ${each}`);
    // Only a thread says that it has begun.
    assert.ok(peers[1].lines.some((line) => line.type === 'collecting' && line.id > 0));
    assert.ok(!peers[0].lines.some((line) => line.type === 'collecting'));
    assert.equal(service.stderr, '');
    service.child.stdin.write('end\n');
    await until(() => service.stdout.match(/exit 0/g)?.length === 2, 'the end of both');
    await peers[0].collect();
    service.child.stdin.end();
    await endsQuietly(service);
  });

  test(`a thread that ends, ends, and what it can see of the agent, node ${major}`, async (t) => {
    const look = `
      const { parentPort, threadId } = require('node:worker_threads');
      const seen = () => ({
        gc: typeof gc,
        execArgv: process.execArgv,
        events: process.eventNames().map(String).sort(),
        listeners: process.eventNames().map((it) => process.listenerCount(it)),
        port: parentPort.eventNames().length,
        globals: Object.keys(globalThis).sort(),
        cache: Object.keys(require.cache),
        resources: process.getActiveResourcesInfo().filter((it) => it !== 'Timeout'),
        gcOfContexts: require('node:vm').runInNewContext('typeof gc'),
      });
      setTimeout(() => parentPort.postMessage(seen()), 100);`;
    const script = `
      const { Worker } = require('node:worker_threads');
      const worker = new Worker(${JSON.stringify(look)}, { eval: true });
      worker.on('message', (seen) => console.log(JSON.stringify(seen)));`;
    const hub = await openHub(t);
    const env = { NODE_OPTIONS: undefined, LEAKCHECK_SOCKET: undefined, LEAKCHECK_MODE: undefined };
    const [without, withAgent] = await Promise.all(
      [{ env }, {}].map(async (options) => {
        const service = startService(t, hub, script, { node, ...options });
        await endsQuietly(service);
        return JSON.parse(service.stdout);
      }),
    );
    assert.deepEqual(withAgent, without);
    assert.deepEqual(hub.peers.map((it) => it.hello?.thread).sort(), [0, 1]);
  });

  test(`threads of Node's own are left alone, node ${major}`, async (t) => {
    const hub = await openHub(t);
    fs.writeFileSync(path.join(hub.folder, 'hooks.mjs'), 'export const resolve = (s, c, next) => next(s, c);');
    const file = path.join(hub.folder, 'server.mjs');
    fs.writeFileSync(
      file,
      `import { register } from 'node:module';
       register('./hooks.mjs', import.meta.url);
       await import('node:http');
       ${idle}`,
    );
    const service = startService(t, hub, '', { node, file });
    await service.says('up');
    await (await hub.peer()).collect();
    assert.equal(hub.peers.length, 1);
  });
}

for (const [major, node] of nodes) {
  test(`a thread that waits in Atomics.wait from its start answers all the same, node ${major}`, async (t) => {
    const hub = await openHub(t);
    // As a pool's: it keeps something at each task, and waits for the next.
    const waiter = `
      const { parentPort, workerData } = require('node:worker_threads');
      const kept = [];
      for (;;) {
        const before = kept.length;
        if (Atomics.wait(workerData, 0, before) === 'timed-out') throw new Error('there was no limit');
        kept.push(new Array(50_000).fill(before));
        parentPort.postMessage('task ' + kept.length);
      }`;
    const script = `
      const { Worker } = require('node:worker_threads');
      const tasks = new Int32Array(new SharedArrayBuffer(4));
      const worker = new Worker(${JSON.stringify(waiter)}, { eval: true, workerData: tasks });
      worker.on('message', (text) => console.log(text));
      worker.on('error', (error) => console.log(error)).on('exit', (code) => console.log('exit', code));
      process.stdin.on('data', (text) => {
        if (String(text) === 'end\\n') return worker.terminate();
        Atomics.add(tasks, 0, 1);
        Atomics.notify(tasks, 0, 1);
      });
      ${idle}`;
    const service = startService(t, hub, script, { node });
    const worker = await peerOf(hub, 1);
    await service.says('up');
    const readings = [];
    for (let i = 0; i < 6; ++i) {
      readings.push((await worker.collect()).memory.heapUsed);
      service.child.stdin.write('task\n');
      await service.says(`task ${i + 1}`);
    }
    const steps = readings.slice(1).map((reading, i) => reading - readings[i]);
    for (const step of steps.slice(1)) assert.ok(Math.abs(step - 400_000) < 20_000, `${steps}`);
    service.child.stdin.write('end\n');
    await service.says('exit 1');
    assert.equal(service.stderr, '');
  });
}

test('Atomics.wait in a thread gives what it gives without us', async (t) => {
  const hub = await openHub(t);
  const waits = `
    const { parentPort, workerData: cells } = require('node:worker_threads');
    const wait = (...args) => {
      try {
        return Atomics.wait(...args);
      } catch (error) {
        return error.name;
      }
    };
    const started = performance.now();
    const answer = wait(cells, 0, 0, 100);
    parentPort.postMessage([
      [answer, performance.now() - started >= 95],
      wait(cells, 0, 0, 0),
      wait(cells, 0, 0, -5),
      wait(cells, 0, 0, null),
      wait(cells, 0, 7, 100),
      wait(cells, 0, 7),
      wait(new Int32Array(4), 0, 0, 100),
      wait(cells, 9, 0, 100),
      [Atomics.wait.name, Atomics.wait.length, Object.keys(Atomics).length],
    ]);
    parentPort.postMessage(wait(cells, 1, 0)); // notified, though nothing is changed
    parentPort.postMessage(wait(cells, 2, 0, NaN)); // changed, and notified`;
  const script = `
    const { Worker } = require('node:worker_threads');
    const cells = new Int32Array(new SharedArrayBuffer(12));
    const worker = new Worker(${JSON.stringify(waits)}, { eval: true, workerData: cells });
    let notifier;
    worker.on('message', (it) => {
      console.log(JSON.stringify(it));
      clearInterval(notifier);
      notifier = setInterval(() => {
        if (Atomics.notify(cells, 1) === 0) cells[2] = Atomics.load(cells, 2) + 1;
        Atomics.notify(cells, 2);
      }, 150);
    }).on('exit', () => clearInterval(notifier));`;
  const outputs = await Promise.all(
    [{ env: { NODE_OPTIONS: undefined, LEAKCHECK_SOCKET: undefined } }, {}].map(async (options) => {
      const service = startService(t, hub, script, options);
      await endsQuietly(service);
      return service.stdout;
    }),
  );
  assert.equal(outputs[1], outputs[0]);
  assert.equal(
    outputs[1].split('\n')[0],
    '[["timed-out",true],"timed-out","timed-out","timed-out","not-equal","not-equal","TypeError",' +
      '"RangeError",["wait",4,0]]',
  );
  assert.deepEqual(hub.peers.map((it) => it.hello?.thread).sort(), [0, 1]);
});

test('a thread that is busy for ever delays nobody, and can still be terminated', async (t) => {
  const hub = await openHub(t);
  const busy = `setTimeout(() => { for (;;); }, 200)`;
  const script = `
    process.stdin.once('data', () => workers.forEach((worker) => worker.terminate()));
    ${withWorkers(1, busy)}`;
  const service = startService(t, hub, script);
  const [main, worker] = [await peerOf(hub, 0), await peerOf(hub, 1)];
  await new Promise((resolve) => setTimeout(resolve, 400));
  worker.say('collect', { id: 1 });
  await main.collect();
  service.child.stdin.write('end\n');
  await service.says('exit 1');
  await until(() => worker.closed, 'the end of its socket');
  await main.collect();
  assert.ok(!worker.lines.some((line) => line.type === 'collected'));
});

test('the end of a thread in the middle of a collection ends nothing else', async (t) => {
  const hub = await openHub(t);
  const quitter = `
    const { parentPort } = require('node:worker_threads');
    parentPort.on('message', () => {});
    setTimeout(() => setInterval(() => process.exit(3), 1), 300);
    const kept = Array.from({ length: 1e5 }, (_, i) => ({ i }));`;
  const service = startService(t, hub, withWorkers(1, quitter));
  const [main, worker] = [await peerOf(hub, 0), await peerOf(hub, 1)];
  for (let id = 1; !worker.closed; ++id) {
    worker.say('collect', { id });
    await main.collect();
  }
  await service.says('exit 3');
  await main.collect();
  assert.ok(!service.end);
});

test('a thread for each request: nothing is left of them', async (t) => {
  const hub = await openHub(t);
  const script = `
    const { Worker } = require('node:worker_threads');
    let ended = 0;
    const next = () =>
      new Worker('', { eval: true }).on('error', (error) => console.log(error)).on('exit', () => {
        if (++ended < 20) next();
        else console.log('all');
      });
    next();
    ${idle}`;
  const service = startService(t, hub, script);
  await service.says('all');
  const main = await peerOf(hub, 0);
  await main.collect();
  await until(() => hub.peers.every((it) => it === main || it.closed), 'the end of their sockets');
  assert.equal(service.stdout.trim().split('\n').sort().join(), 'all,up');
  assert.equal(service.stderr, '');
});

test('a thread that serves counts its requests, and the end of leakcheck ends its process once', async (t) => {
  const hub = await openHub(t);
  const server = `
    require('node:http').createServer((request, response) => response.end('ok')).listen(0, '127.0.0.1', function () {
      require('node:worker_threads').parentPort.postMessage(this.address().port);
    });`;
  const script = `${withWorkers(1, server)}; workers[0].on('message', (port) => console.log('port', port));`;
  const service = startService(t, hub, script);
  const worker = await peerOf(hub, 1);
  await service.says('port');
  const port = Number(/port (\d+)/.exec(service.stdout)[1]);
  const get = () =>
    new Promise((resolve) => http.get({ port, agent: false }, (it) => it.resume().on('end', resolve)));
  await get();
  assert.equal((await worker.next('requests')).seen, 1);
  await get();
  assert.equal((await worker.collect()).seen, 2);
  assert.equal((await (await peerOf(hub, 0)).collect()).seen, 0);
  worker.socket.destroy(); // as any service may close what it finds: only the main thread's counts
  await (await peerOf(hub, 0)).collect();
  assert.ok(!service.end);
});
