// Moving a service's clock on: its time, its timers, and what it keeps for a time only.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idle, nodes, openHub, startService, until } from './fake_hub.mjs';

let lastId = 1000;
async function move(peer, aheadMs) {
  const id = ++lastId;
  peer.say('clock', { id, aheadMs });
  const answer = await peer.next('clockMoved');
  assert.equal(answer.id, id);
  return answer.timers;
}

/** Stores of 2,000 entries that a minute takes back, each in its own way; `size()` counts all. */
const stores = {
  'a timer for each entry': `
    const store = new Map();
    for (let i = 0; i < 2000; ++i) { store.set(i, { i }); setTimeout(() => store.delete(i), 60_000); }
    const size = () => store.size;`,
  'a sweep every ten seconds that asks Date.now()': `
    const store = new Map();
    for (let i = 0; i < 2000; ++i) store.set(i, { at: Date.now() });
    const sweep = () => store.forEach((it, key) => Date.now() - it.at >= 60_000 && store.delete(key));
    setInterval(sweep, 10_000).unref();
    const size = () => store.size;`,
  'a timer that sets itself again, and performance.now()': `
    const store = new Map();
    for (let i = 0; i < 2000; ++i) store.set(i, { at: performance.now() });
    const sweep = () => {
      store.forEach((it, key) => performance.now() - it.at >= 60_000 && store.delete(key));
      setTimeout(sweep, 5_000);
    };
    setTimeout(sweep, 5_000);
    const size = () => store.size;`,
};

for (const [major, node] of nodes) {
  for (const [name, store] of Object.entries(stores)) {
    test(`${name}: all comes back after a minute, and nothing before, node ${major}`, async (t) => {
      const hub = await openHub(t);
      const script = `${store} process.stdin.on('data', () => console.log('size', size()));`;
      const service = startService(t, hub, script + idle, { node });
      const peer = await hub.peer();
      await service.says('up');
      const sizes = [];
      const look = async () => {
        service.child.stdin.write('?\n');
        await until(() => service.stdout.match(/size/g)?.length > sizes.length, 'a size');
        sizes.push(Number(/(\d+)\n$/.exec(service.stdout)[1]));
      };
      for (const aheadMs of [0, 1000, 10_000, 10_000, 60_000]) {
        await move(peer, aheadMs);
        await peer.collect();
        await look();
      }
      assert.deepEqual(sizes, [2000, 2000, 2000, 2000, 0]);
      assert.equal(service.stderr, '');
    });
  }

  test(`every clock runs ahead, by the sum of all moves, node ${major}`, async (t) => {
    const hub = await openHub(t);
    const script = `
      const performance_ = require('node:perf_hooks').performance;
      const earlier = process.hrtime();
      const read = () => ({
        date: Date.now(), new: new Date().getTime(), constructed: Reflect.construct(Date, []).getTime(),
        text: new Date(Date()).getTime(), performance: performance.now(), hooks: performance_.now(),
        hrtime: process.hrtime()[0] * 1e3, bigint: Number(process.hrtime.bigint() / 1000000n),
        since: process.hrtime(earlier)[0] * 1e3, uptime: process.uptime() * 1e3,
      });
      const before = read();
      class Later extends Date {}
      process.stdin.on('data', () => {
        const after = read();
        const ahead = {};
        for (const key in after) ahead[key] = after[key] - before[key];
        const date = new Date(2020, 1, 29);
        const same = date.getFullYear() === 2020 && date instanceof Date && date.constructor === Date &&
          new Later() instanceof Later && new Later() instanceof Date && Date.UTC(2020) > 0 && Date.length === 7 &&
          new Date(5).getTime() === 5 && typeof Date() === 'string' && Date.name === 'Date';
        console.log(JSON.stringify({ ahead, same }));
      });`;
    const service = startService(t, hub, script + idle, { node });
    const peer = await hub.peer();
    await service.says('up');
    await move(peer, 1_234_567);
    await move(peer, 86_400_001);
    service.child.stdin.write('?\n');
    await service.says('ahead');
    const { ahead, same } = JSON.parse(service.stdout.split('\n').find((line) => line.startsWith('{')));
    for (const [name, ms] of Object.entries(ahead)) {
      const more = ms - 87_634_568;
      assert.ok(more > -1001 && more < 20_000, `${name}: ${more}`);
    }
    assert.ok(same);
  });

  test(`timers fire in their order, once, and go on as before, node ${major}`, async (t) => {
    const hub = await openHub(t);
    const script = `
      const { AsyncLocalStorage } = require('node:async_hooks');
      const context = new AsyncLocalStorage();
      const say = (...words) => console.log(...words, context.getStore() ?? '');
      context.run('inside', () => setTimeout(say, 30_000, 'thirty'));
      setTimeout(say, 10_000, 'ten').unref();
      const interval = setInterval(() => say('interval', interval._repeat, interval._idleTimeout), 20_000);
      const fresh = setTimeout(() => say('fresh'), 40_000);
      const cleared = setTimeout(() => say('never'), 5_000);
      clearTimeout(cleared);
      setTimeout(() => clearTimeout(victim), 25_000);
      const victim = setTimeout(() => say('never'), 26_000);
      setTimeout(say, 3_600_000, 'hour');
      setTimeout(() => { fresh.refresh(); say('length', fresh._idleTimeout); }, 50_000);
      process.on('uncaughtException', (error) => console.log('caught', error.message));
      setTimeout(() => { throw new Error('thrown'); }, 15_000);`;
    const service = startService(t, hub, script + idle, { node });
    const peer = await hub.peer();
    peer.say('sample', { everyMs: 3_000_000 });
    await service.says('up');
    assert.equal(await move(peer, 9_000), 0);
    assert.equal(await move(peer, 60_000), 8);
    const first = ['ten', 'caught thrown', 'interval 20000 20000', 'thirty inside', 'fresh', 'length 40000'];
    const said = () => service.stdout.trim().split('\n').map((line) => line.trim()).slice(1);
    await until(() => said().length === first.length, first.join());
    assert.deepEqual(said(), first);
    const samples = peer.lines.filter((line) => line.type === 'sample').length;
    assert.equal(await move(peer, 3_600_000), 3);
    const then = ['interval 20000 20000', 'fresh', 'hour'];
    await until(() => said().length === first.length + then.length, then.join());
    assert.deepEqual(said().slice(first.length), then);
    await peer.collect();
    assert.equal(peer.lines.filter((line) => line.type === 'sample').length, samples, 'ours never fire');
    assert.equal(service.stderr, '');
  });

  test(`a timer that throws ends the service as ever, node ${major}`, async (t) => {
    const hub = await openHub(t);
    const script = `setTimeout(() => { throw new Error('due one day'); }, 86_400_000);`;
    const service = startService(t, hub, script + idle, { node });
    const peer = await hub.peer();
    await move(peer, 3_600_000);
    peer.say('clock', { id: 1, aheadMs: 86_400_000 });
    assert.deepEqual(await service.ended, { code: 1, signal: null });
    assert.match(service.stderr, /due one day/);
  });
}

test('a time that is none is an error, and moves nothing', async (t) => {
  const hub = await openHub(t);
  const service = startService(t, hub, `process.stdin.on('data', () => console.log(Date.now()));${idle}`);
  const peer = await hub.peer();
  for (const aheadMs of [-1, 1.5, '1000', null]) {
    peer.say('clock', { id: 3, aheadMs });
    assert.match((await peer.next('error')).message, /no time/);
  }
  service.child.stdin.write('?\n');
  await service.says('1');
  assert.ok(Number(/\d+/.exec(service.stdout)[0]) <= Date.now());
});
