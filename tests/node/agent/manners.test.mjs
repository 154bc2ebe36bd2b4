// What the agent must not do: it never changes the service, never keeps it alive, never throws into
// it, and does nothing where it has no business. And the one thing that it must: end the service
// when leakcheck dies without a word.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { endsQuietly, idle, nodes, openHub, startService, until } from './fake_hub.mjs';

const none = { socketPath: '/nowhere/agent.sock' };
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

test('package managers are left alone, whatever their file is called', async (t) => {
  const hub = await openHub(t);
  const names = ['npm', 'npm-cli.js', 'npx-cli.js', 'npx', 'pnpm.cjs', 'pnpx.js', 'yarn', 'yarn.js'];
  names.push('yarnpkg', 'yarn-1.22.22.cjs', 'yarn-berry.cjs', 'corepack.js', 'NPM-CLI.JS');
  for (const name of [...names, 'npm-server.js', 'yarn-shop.js', 'server.js']) {
    const file = path.join(hub.folder, name);
    fs.writeFileSync(file, 'console.log(process.listenerCount("warning"))');
    if (name === 'pnpm.cjs') fs.appendFileSync(file, `;new (require('worker_threads').Worker)('', { eval: true })`);
    const service = startService(t, hub, '', { file });
    await endsQuietly(service, names.includes(name) ? '1\n' : '2\n');
  }
  // The three services may have ended before they had said hello; the managers never connect.
  await until(() => hub.peers.every((peer) => peer.closed), 'the end of the connections');
  assert.equal(hub.peers.length, 3);
});

test('npm start: the service speaks, npm does not', async (t) => {
  const hub = await openHub(t);
  fs.writeFileSync(path.join(hub.folder, 'server.js'), idle);
  const scripts = { start: 'node server.js' };
  fs.writeFileSync(path.join(hub.folder, 'package.json'), JSON.stringify({ scripts }));
  const service = startService(t, hub, '', { command: ['npm', 'start'] });
  const peer = await hub.peer();
  await service.says('up');
  assert.equal(path.basename(peer.hello.argv[1]), 'server.js');
  assert.equal(hub.peers.length, 1);
  service.child.stdin.end();
  assert.equal((await service.ended).code, 0);
});

test('threads, forks and cluster workers speak for themselves', async (t) => {
  const hub = await openHub(t);
  const script = `
    const cluster = require('node:cluster');
    const { Worker } = require('node:worker_threads');
    const thread = 'require("worker_threads").parentPort.postMessage([process.listenerCount("warning"), typeof gc])';
    if (cluster.isPrimary) {
      for (const options of [{}, { execArgv: [] }, { argv: ['x'] }])
        new Worker(thread, { eval: true, ...options }).on('message', (it) => console.log('thread', ...it));
      cluster.fork().on('exit', (code) => console.log('worker ended', code));
      process.stdin.on('end', () => cluster.disconnect(() => process.exit()));
    }
    ${idle}`;
  const file = path.join(hub.folder, 'server.cjs');
  fs.writeFileSync(file, script);
  const service = startService(t, hub, '', { file });
  // A thread has one listener of warnings, Node's own: the agent listens in the main one only.
  await until(() => service.stdout.match(/thread 1 undefined/g)?.length === 3, 'three threads');
  const worker = await until(() => hub.peers.find((it) => it.hello?.ppid === service.child.pid), 'the worker');
  assert.equal(worker.hello.thread, 0);
  await worker.collect();
  const ours = hub.peers.filter((it) => it.hello?.pid === service.child.pid);
  assert.equal(ours.find((it) => it.hello.thread === 0).hello.ppid, process.pid);
  // The threads may have ended before they had said hello.
  assert.ok(ours.length <= 4);
});

for (const [major, node] of nodes) {
  test(`a script that ends, ends, node ${major}`, async (t) => {
    const hub = await openHub(t);
    await endsQuietly(startService(t, hub, 'console.log("done")', { node }), 'done\n');
    const service = startService(t, hub, `${idle} process.stdin.on('data', () => process.stdin.pause().unref?.())`, { node });
    const peer = await hub.peer(hub.peers.filter((it) => it.hello).length);
    peer.say('sample', { everyMs: 5 });
    await peer.collect();
    await peer.next('sample');
    service.child.stdin.write('enough\n');
    await endsQuietly(service, 'up\n');
  });

  test(`what a service can see of the agent is this and no more, node ${major}`, async (t) => {
    const look = `
      const seen = () => ({
        gc: typeof gc,
        execArgv: process.execArgv,
        argv: process.argv.slice(1),
        events: process.eventNames().map(String).sort(),
        warning: process.listenerCount('warning'),
        exit: process.listenerCount('exit') + process.listenerCount('beforeExit'),
        globals: Object.keys(globalThis).sort(),
        cache: Object.keys(require.cache),
        children: module.children.length,
        resources: process.getActiveResourcesInfo().filter((it) => it !== 'Timeout'),
        gcOfContexts: require('node:vm').runInNewContext('typeof gc'),
        title: process.title,
        env: Object.keys(process.env).filter((it) => /^LEAKCHECK_(SOCKET|MODE)$|^NODE_OPTIONS$/.test(it)).sort(),
      });
      setTimeout(() => console.log(JSON.stringify(seen())), 100);`;
    const hub = await openHub(t);
    const file = path.join(hub.folder, 'look.cjs');
    fs.writeFileSync(file, look);
    const env = { NODE_OPTIONS: undefined, LEAKCHECK_SOCKET: undefined, LEAKCHECK_MODE: undefined };
    const [without, withAgent] = await Promise.all(
      [{ env }, {}].map(async (options) => {
        const service = startService(t, hub, '', { node, file, ...options });
        await endsQuietly(service);
        return JSON.parse(service.stdout);
      }),
    );
    const exposed = major >= 20; // --expose-gc is in NODE_OPTIONS
    assert.deepEqual(withAgent, {
      ...without,
      warning: without.warning + 1,
      globals: exposed ? [...without.globals, 'gc'].sort() : without.globals,
      env: ['LEAKCHECK_MODE', 'LEAKCHECK_SOCKET', 'NODE_OPTIONS'],
    });
    assert.equal(without.gc, 'undefined');
  });

  test(`a service that was to have gc() keeps it, node ${major}`, async (t) => {
    const hub = await openHub(t);
    const script = 'console.log(typeof gc, typeof require("node:vm").runInNewContext("gc"))';
    for (const flag of ['--expose-gc', '--expose_gc'])
      await endsQuietly(startService(t, hub, script, { node, flags: [flag] }), 'function function\n');
  });

  test(`the end of leakcheck's socket ends the service, a bye does not, node ${major}`, async (t) => {
    const hub = await openHub(t);
    const deaf = `
      for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {});
      process.on('exit', () => console.log('never said'));`;
    const killed = startService(t, hub, deaf + idle, { node });
    const peer = await hub.peer();
    await peer.collect();
    peer.socket.destroy();
    assert.deepEqual(await killed.ended, { code: null, signal: 'SIGKILL' });
    assert.equal(killed.stdout, 'up\n');

    const spared = startService(t, hub, idle, { node });
    const other = await hub.peer(1);
    other.say('sample', { everyMs: 5 });
    await other.next('sample');
    other.say('bye');
    await until(() => other.closed, 'the end of the connection');
    const { length } = other.lines;
    await pause(50);
    assert.equal(other.lines.length, length, 'nothing is said after a bye');
    spared.child.stdin.end();
    await endsQuietly(spared, 'up\n');
  });
}

test('NODE_OPTIONS of the user with --expose-gc: gc() stays', async (t) => {
  if (parseInt(process.versions.node, 10) < 20) return t.skip('this Node.js refuses --expose-gc there');
  const hub = await openHub(t);
  const agent = process.env.LEAKCHECK_AGENT;
  const env = { NODE_OPTIONS: `--expose-gc --expose-gc --require "${agent}"` };
  await endsQuietly(startService(t, hub, 'console.log(typeof gc)', { env }), 'function\n');
});

test('without a socket, with a wrong one, or with one that breaks at once, nothing happens', async (t) => {
  const hub = await openHub(t, { accept: (socket) => socket.destroy() });
  const file = path.join(hub.folder, 'no-socket');
  fs.writeFileSync(file, '');
  const script = `
    process.on('uncaughtException', (error) => console.log(error));
    process.on('unhandledRejection', (error) => console.log(error));
    process.on('exit', () => console.log('done'));
    setTimeout(() => {}, 50);`;
  const paths = [undefined, '', none.socketPath, file, hub.folder, `/tmp/${'x'.repeat(300)}`, hub.socketPath];
  for (const LEAKCHECK_SOCKET of paths)
    await endsQuietly(startService(t, hub, script, { env: { LEAKCHECK_SOCKET } }), 'done\n');
  assert.equal(hub.peers.length, 1, 'the last one did connect');
});

test('a service that patches what the agent uses does not notice it', async (t) => {
  const hub = await openHub(t);
  const patch = `
    const refuse = (name) => () => { console.log('somebody called', name); throw new Error(name); };
    JSON.stringify = refuse('stringify');
    JSON.parse = refuse('parse');
    globalThis.setImmediate = refuse('setImmediate');
    globalThis.setInterval = refuse('setInterval');
    globalThis.clearInterval = refuse('clearInterval');
    globalThis.Buffer = undefined;
    process.memoryUsage = refuse('memoryUsage');
    process.hrtime = refuse('hrtime');
    process.kill = refuse('kill');
    process.on('uncaughtException', (error) => console.log(error));`;
  const service = startService(t, hub, patch + idle);
  const peer = await hub.peer();
  peer.say('sample', { everyMs: 5 });
  await peer.next('sample');
  await peer.collect();
  assert.equal(service.stdout, 'up\n');
  peer.socket.destroy();
  assert.equal((await service.ended).signal, 'SIGKILL');
});

test('a warning that throws when it is looked at stays the affair of the service', async (t) => {
  const hub = await openHub(t);
  const nasty = `
    process.on('uncaughtException', (error) => console.log('thrown into the service', error));
    process.stdin.once('data', () => {
      process.listeners('warning').slice(1).forEach((listener) => {
        listener({ get name() { throw new Error('nasty'); } });
        listener({ name: { toString() { throw new Error('nasty'); } } });
        listener(null);
        listener({ name: Symbol('s'), message: 1 });
      });
      console.log('told');
    });`;
  const service = startService(t, hub, nasty + idle);
  const peer = await hub.peer();
  service.child.stdin.write('go\n');
  await service.says('told');
  await peer.collect();
  assert.equal(service.stdout, 'up\ntold\n');
  assert.equal(service.stderr, '');
});

test('leakcheck does not read any more: samples do not pile up in the service', async (t) => {
  const hub = await openHub(t);
  // The agent looks at the resources for each sample: whoever counts that counts the samples.
  const script = `
    const look = process.getActiveResourcesInfo;
    let samples = 0;
    process.getActiveResourcesInfo = () => (++samples, look.call(process));
    let last = 0;
    let idleFor = 0;
    setInterval(() => {
      idleFor = samples > 0 && samples === last ? idleFor + 1 : 0;
      last = samples;
      if (idleFor === 10) process.exit();
    }, 50);
    console.log('up');`;
  const service = startService(t, hub, script);
  const peer = await hub.peer();
  await peer.collect();
  peer.socket.pause();
  peer.say('sample', { everyMs: 1 });
  await until(() => service.end, 'the last sample');
  await endsQuietly(service, 'up\n');
});

test('an ES module, and a script from standard input', async (t) => {
  const hub = await openHub(t);
  const file = path.join(hub.folder, 'server.mjs');
  fs.writeFileSync(file, `import 'node:http'; ${idle}`);
  const service = startService(t, hub, '', { file });
  await (await hub.peer()).collect();
  service.child.stdin.end();
  await endsQuietly(service, 'up\n');

  const piped = startService(t, hub, '', { command: [process.execPath, '-'] });
  piped.child.stdin.end('console.log("from stdin"); setTimeout(() => {}, 1e6)');
  await (await hub.peer(1)).collect();
  assert.equal(piped.stdout, 'from stdin\n');
});

test('a service that closes every socket it can find is not killed for it', async (t) => {
  const hub = await openHub(t);
  const close = `
    process.stdin.once('data', () => {
      for (const handle of process._getActiveHandles()) if (handle !== process.stdin && handle.destroy && !handle._type) handle.destroy();
      console.log('closed');
    });`;
  const service = startService(t, hub, close + idle);
  const peer = await hub.peer();
  await peer.collect();
  service.child.stdin.write('go\n');
  await until(() => service.end || service.stdout.includes('closed') || peer.closed, 'an end');
  assert.notEqual(service.end?.signal, 'SIGKILL');
  assert.equal(peer.closed, false);
});
