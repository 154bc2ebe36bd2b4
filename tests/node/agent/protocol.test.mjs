// What the agent says and does when it is asked, on every Node.js that is here. Its lines have the
// shape of those in tests/fixtures/agent, which leakcheck's end is tested with too.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { idle, nodes, oldNode, openHub, readLines, startService, until } from './fake_hub.mjs';

/** A function that gets hot, and whether V8 has optimised it (bit 4 of the status). */
const hot = `
  function isOptimized() {
    const square = new Function('x', 'let y = 0; for (let i = 0; i < 50; ++i) y += x * i; return y');
    for (let i = 0; i < 100000; ++i) square(i);
    return (eval('%GetOptimizationStatus(square)') & 16) !== 0;
  }`;
const natives = ['--allow-natives-syntax'];

for (const [major, node] of nodes) {
  test(`hello, node ${major}`, async (t) => {
    const hub = await openHub(t);
    const file = path.join(hub.folder, 'server.cjs');
    fs.writeFileSync(file, idle);
    const service = startService(t, hub, '', { node, file });
    const peer = await hub.peer();
    const hello = await peer.next('hello');
    assert.equal(hello.protocol, 1);
    assert.match(hello.agent, /^\d+\.\d+\.\d+$/);
    assert.equal(hello.pid, service.child.pid);
    assert.equal(hello.ppid, process.pid);
    assert.match(hello.node, new RegExp(`^${major}\\.`));
    assert.match(hello.v8, /^\d+\.\d+/);
    assert.deepEqual(hello.argv, [fs.realpathSync(node), file]);
    assert.equal(hello.canCollect, true);
    assert.equal(peer.lines.length, 1, 'one who is not asked says nothing more');
  });

  test(`collect collects, reads memory and tells its number, node ${major}`, async (t) => {
    const hub = await openHub(t);
    const watch = `
      let ref = new WeakRef({});
      setInterval(() => ref && !ref.deref() && (console.log('collected'), (ref = undefined)), 5);
      // Freed by a callback of the first collection, so only the second one can take it.
      let large = new Array(2e6).fill(1.5);
      const registry = new FinalizationRegistry(() => (large = undefined));
      (() => registry.register({}, 0))();`;
    const service = startService(t, hub, watch + idle, { node });
    const peer = await hub.peer();
    await service.says('up');
    assert.ok(!service.stdout.includes('collected'));
    const { memory, ms, seen } = await peer.collect();
    await service.says('collected');
    assert.ok(memory.heapUsed < 12e6, `what a finalizer gives back is collected: ${memory.heapUsed}`);
    assert.ok(memory.heapUsed > 1 << 20 && memory.heapUsed <= memory.heapTotal, memory.heapUsed);
    assert.ok(memory.rss > memory.heapTotal);
    assert.ok(memory.external >= memory.arrayBuffers);
    assert.ok(ms > 0);
    assert.equal(seen, 0);
    assert.equal(service.stderr, '', 'V8 knows every flag that the agent sets');
  });

  test(`memory that stands still is read as standing still, node ${major}`, async (t) => {
    const hub = await openHub(t);
    const service = startService(t, hub, idle, { node });
    const peer = await hub.peer();
    await service.says('up');
    peer.say('sample', { everyMs: 10 });
    const readings = [];
    for (let i = 0; i < 51; ++i) readings.push((await peer.collect()).memory.heapUsed);
    // The first twenty are V8's, which makes room for code that runs for the first time.
    const steps = readings.map((reading, i) => reading - readings[i - 1]).slice(21);
    const growth = readings[50] - readings[20];
    t.diagnostic(`node ${major}: ${growth} B in 30 collections; steps ${steps.filter(Boolean)}`);
    // Anything that is kept of each collection or sample is in every step; a single step is V8's.
    assert.equal(steps.sort((a, b) => a - b)[15], 0, `the median step of ${steps}`);
    assert.ok(Math.abs(growth) <= 2048, `${growth} B in 30 collections: ${steps}`);
  });

  test(`samples, when asked for, until silenced, node ${major}`, async (t) => {
    const hub = await openHub(t);
    const busy = `
      const end = Date.now() + 300;
      while (Date.now() < end) continue; // the event loop's delay
      let garbage; // and pauses
      setInterval(() => (garbage = Array.from({ length: 2e4 }, (_, i) => ({ i }))), 5);`;
    const service = startService(t, hub, `${idle} process.stdin.once('data', () => { ${busy} });`, { node });
    const peer = await hub.peer();
    peer.say('sample', { everyMs: 20 });
    const first = await peer.next('sample');
    assert.ok(first.handles >= 1, 'the pipe of its standard input');
    await peer.collect();
    const later = await peer.next('sample');
    assert.equal(later.gc.major, 0, 'collections that leakcheck forces are no pauses of the service');
    service.child.stdin.write('work\n');
    const sampled = (check) => peer.lines.find((line) => line.type === 'sample' && check(line));
    await until(() => sampled(({ delay }) => delay.maxMs >= 200), 'a delay of 300 ms');
    const { gc } = await until(() => sampled((line) => line.gc.count > first.gc.count + 3), 'pauses');
    assert.ok(gc.totalMs > 0 && gc.maxMs > 0 && gc.maxMs <= gc.totalMs);
    peer.say('silence');
    await peer.collect(); // answered after the silence has been heard
    const count = peer.lines.filter((line) => line.type === 'sample').length;
    for (let i = 0; i < 5; ++i) await peer.collect();
    assert.equal(peer.lines.filter((line) => line.type === 'sample').length, count);
  });

  test(`requests are counted, of http and https servers, node ${major}`, async (t) => {
    const hub = await openHub(t);
    // A key known to both sides: TLS without a certificate.
    const servers = `
      const http = require('node:http');
      const https = require('node:https');
      const tls = { ciphers: 'PSK', maxVersion: 'TLSv1.2' };
      const key = Buffer.alloc(32, 7);
      const answer = (request, response) => response.end('ok');
      const plain = http.createServer(answer).listen(0, '127.0.0.1');
      const secure = https.createServer({ ...tls, pskCallback: () => key }, answer).listen(0, '127.0.0.1');
      const get = (module, server, options) =>
        new Promise((resolve, reject) => {
          const { port } = server.address();
          module
            .get({ host: '127.0.0.1', port, agent: false, ...options }, (response) =>
              response.resume().on('end', resolve))
            .on('error', reject);
        });
      const client = { ...tls, pskCallback: () => ({ psk: key, identity: 'x' }), checkServerIdentity: () => undefined };
      process.stdin.on('data', async (text) => {
        for (const kind of String(text).trim())
          await (kind === 's' ? get(https, secure, client) : get(http, plain, {}));
        console.log('asked', String(text).trim());
      });`;
    const service = startService(t, hub, servers + idle, { node });
    const peer = await hub.peer();
    assert.equal((await peer.collect()).seen, 0);
    service.child.stdin.write('pp\n');
    assert.equal((await peer.next('requests')).seen, 1);
    await service.says('asked pp');
    assert.equal((await peer.collect()).seen, 2);
    service.child.stdin.write('sps\n');
    await service.says('asked sps');
    assert.equal((await peer.collect()).seen, 5);
    assert.equal(peer.lines.filter((line) => line.type === 'requests').length, 1, 'the first one only');
    peer.say('sample');
    assert.equal((await peer.next('sample')).seen, 5);
  });

  test(`quiet from the start, freeze when asked, native never, node ${major}`, async (t) => {
    const ask = `${hot} ${idle} process.stdin.on('data', () => console.log(isOptimized()));`;
    const answers = {};
    for (const mode of ['quiet', 'freeze', 'native']) {
      const hub = await openHub(t);
      const service = startService(t, hub, ask, { node, mode, flags: natives });
      const peer = await hub.peer();
      await service.says('up');
      service.child.stdin.write('?\n');
      await until(() => /true|false/.test(service.stdout), 'an answer');
      if (mode === 'freeze') {
        peer.say('freeze', { id: 31 });
        assert.equal((await peer.next('frozen')).id, 31);
        service.child.stdin.write('?\n');
        await until(() => /(true|false)\n(true|false)/.test(service.stdout), 'a second answer');
      }
      // The compiler works beside the service, and may not be through yet.
      if (mode === 'native')
        await until(() => service.child.stdin.write('?\n') && /true/.test(service.stdout), 'optimized code');
      assert.equal(service.stderr, '');
      const said = service.stdout.match(/true|false/g);
      answers[mode] = mode === 'native' ? said.at(-1) : said.join(' ');
    }
    assert.deepEqual(answers, { quiet: 'false', freeze: 'true false', native: 'true' });
  });

  test(`warnings are passed on, cut, fifty at most, node ${major}`, async (t) => {
    const hub = await openHub(t);
    const warn = `
      process.stdin.once('data', () => {
        const emitter = new (require('node:events'))();
        for (let i = 0; i < 11; ++i) emitter.on('data', () => {});
        process.nextTick(() => {
          process.emitWarning('x'.repeat(999) + '\\u{1F600}', 'LongWarning');
          for (let i = 0; i < 100; ++i) process.emitWarning('number ' + i, 'ManyWarning');
          setImmediate(() => console.log('warned'));
        });
      });`;
    const service = startService(t, hub, warn + idle, { node, flags: ['--trace-warnings'] });
    const peer = await hub.peer();
    service.child.stdin.write('go\n');
    const warning = await peer.next('warning');
    assert.equal(warning.name, 'MaxListenersExceededWarning');
    assert.match(warning.message, /11 data listeners/);
    const long = await peer.next('warning');
    assert.equal(long.name, 'LongWarning');
    assert.equal(long.message, `${'x'.repeat(999)}\ufffd`, 'half a surrogate pair is no text');
    await service.says('warned');
    await peer.collect();
    assert.equal(peer.lines.filter((line) => line.type === 'warning').length, 50);
    assert.match(service.stderr, /MaxListenersExceededWarning/, "Node's own words still come");
  });
}

test('nothing is done for one that has not welcomed, or speaks another protocol', async (t) => {
  const hub = await openHub(t, { greets: false });
  startService(t, hub, idle);
  const peer = await hub.peer();
  peer.say('collect');
  peer.say('sample');
  peer.say('welcome', { protocol: 2 });
  peer.say('collect');
  peer.say('welcome');
  const { id } = await (peer.say('collect', { id: 9 }), peer.next('collected'));
  assert.equal(id, 9);
  assert.deepEqual(peer.lines.map((line) => line.type), ['hello', 'collected']);
});

test('what is no line is passed over, also in pieces and in floods', async (t) => {
  const hub = await openHub(t);
  const service = startService(t, hub, idle);
  const peer = await hub.peer();
  for (const line of readLines('ignored_by_agent.jsonl')) peer.socket.write(`${line}\n`);
  await peer.collect();
  peer.socket.write('x'.repeat(3 << 20));
  peer.socket.write('\n');
  await peer.collect();
  peer.socket.write('{"type":"coll');
  await new Promise((resolve) => setTimeout(resolve, 20));
  peer.socket.write('ect","id":7}\n');
  assert.equal((await peer.next('collected')).id, 7);
  assert.ok(!service.end);
  assert.equal(service.stderr, '');
});

test('two questions at once are both answered', async (t) => {
  const hub = await openHub(t);
  startService(t, hub, idle);
  const peer = await hub.peer();
  peer.say('collect', { id: 1 });
  peer.say('collect', { id: 2 });
  assert.equal((await peer.next('collected')).id, 1);
  assert.equal((await peer.next('collected')).id, 2);
});

test('what cannot be done is answered with an error', async (t) => {
  const hub = await openHub(t);
  const broken = `require('node:perf_hooks').monitorEventLoopDelay = () => { throw new Error('not here'); };`;
  startService(t, hub, broken + idle);
  const peer = await hub.peer();
  peer.say('sample', { id: 5 });
  const error = await peer.next('error');
  assert.equal(error.id, 5);
  assert.match(error.message, /not here/);
  await peer.collect();
});

test('a Node.js that is too old says who it is, and nothing else', async (t) => {
  if (!fs.existsSync(oldNode)) return t.skip('node 16 has no package for this machine');
  const hub = await openHub(t);
  const service = startService(t, hub, idle, { node: oldNode });
  const peer = await hub.peer();
  const hello = await peer.next('hello');
  assert.match(hello.node, /^16\./);
  assert.equal(hello.canCollect, false);
  peer.say('collect');
  peer.socket.end();
  service.child.stdin.end();
  assert.deepEqual(await service.ended, { code: 0, signal: null });
  assert.equal(peer.lines.length, 1);
});
