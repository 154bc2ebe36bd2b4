'use strict';
// Runs under the Node.js that makes the snapshots: all kinds of objects, then a first snapshot, more
// and fewer of them, and a second, in one inspector session so that ids hold.
//
//   node make_snapshots.cjs FOLDER
const { EventEmitter } = require('node:events');
const fs = require('node:fs');
const inspector = require('node:inspector');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const vm = require('node:vm');
const { MessageChannel, Worker } = require('node:worker_threads');

const kept = {};
const session = new inspector.Session();
session.connect();

async function takeSnapshot(file) {
  const fd = fs.openSync(file, 'w');
  const write = ({ params }) => fs.writeSync(fd, params.chunk);
  session.on('HeapProfiler.addHeapSnapshotChunk', write);
  await new Promise((resolve, reject) =>
    session.post('HeapProfiler.takeHeapSnapshot', { reportProgress: false }, (error) => (error ? reject(error) : resolve())),
  );
  session.off('HeapProfiler.addHeapSnapshotChunk', write);
  fs.closeSync(fd);
}

class Account {
  static all = new Map();
  #secret = [1, 2, 3];
  constructor(name) {
    this.name = name;
    Account.all.set(name, this);
  }
  get secret() {
    return this.#secret;
  }
}
class Savings extends Account {
  rate = 0.5;
}

/// WeakMap pairs: a key that another pair's value holds, in a circle; a key that the table holds; a
/// key in two tables; a value that is also held elsewhere; a table that only its value holds.
function makeEphemerons() {
  const [a, b] = [new WeakMap(), new WeakMap()];
  const keys = Array.from({ length: 40 }, (_, i) => ({ key: i }));
  keys.forEach((key, i) => a.set(key, { value: i, next: keys[(i + 1) % keys.length] }));
  keys.slice(0, 10).forEach((key) => b.set(key, { first: a, text: `value ${key.key}` }));
  const shared = { shared: true };
  b.set(keys[11], shared).set(keys[12], shared);
  a.itself = keys[13];
  let circle = {};
  const inner = new WeakMap();
  inner.set(circle, { inner, circle });
  const symbol = [new WeakSet(keys.slice(0, 5)), new WeakRef(keys[0]), new WeakRef({ gone: true })];
  const registry = new FinalizationRegistry(() => {});
  for (const key of keys) registry.register(key, key.key, key);
  return { a, b, keys: keys.slice(5), shared, circle, symbol, registry };
}

function makeStrings() {
  const long = 'long '.repeat(4000) + process.pid;
  const cons = `${long}, ${Math.random()}`;
  const flat = cons + cons;
  flat.charCodeAt(3);
  return {
    ...{ long, cons, flat, slices: [long.slice(20, 90), flat.slice(5, 5000)], two: 'é\u4e16😀"\\\n'.repeat(30) },
    ...{ external: fs.readFileSync(__filename, 'latin1'), symbols: [Symbol('one'), Symbol.for('two')] },
    numbers: [1.5, 2n ** 90n, -(2n ** 200n), 0.1, NaN],
  };
}

function makeClosures(count) {
  const closures = [];
  for (let i = 0; i < count; ++i) {
    const captured = { index: i, text: `closure ${i}` };
    const other = new Array(i % 50).fill(i);
    closures.push(() => captured, function named() { return eval('other'); });
    closures.push({ a: i, b: `${i}`, ['key' + (i % 7)]: closures.at(-1) });
  }
  return closures;
}

function makeAsync() {
  const never = new Promise(() => {});
  async function waits(value) {
    const held = { value };
    await never;
    return held;
  }
  function* counts() {
    const own = new Uint16Array(100);
    for (let i = 0; ; ++i) yield own[i];
  }
  const generators = [counts(), counts(), (async function* later() { yield await never; })()];
  generators.forEach((each) => each.next());
  const controller = new AbortController();
  controller.signal.addEventListener('abort', () => kept);
  return {
    ...{ never, waiting: [1, 2, 3].map(waits), generators, controller, chain: never.then(() => kept).catch(() => {}) },
    ...{ rejected: Promise.reject(new Error('kept')).catch((error) => error), async: new Proxy({}, { get: () => kept }) },
    timers: [setTimeout(() => kept, 1e6).unref(), setInterval(makeStrings, 1e6).unref(), setImmediate(() => {}).unref()],
  };
}

function makeBuffers() {
  const shared = new SharedArrayBuffer(1000);
  const whole = new ArrayBuffer(5000);
  const wasm = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  port2.unref();
  const detached = new ArrayBuffer(3000);
  structuredClone(detached, { transfer: [detached] });
  return {
    ...{ shared, views: [new DataView(whole, 10), new Float64Array(whole), new Int8Array(shared)], detached, port1 },
    ...{ pooled: [Buffer.from('pooled'), Buffer.from('too')], own: Buffer.alloc(100_000), wasm, port2 },
    memory: new WebAssembly.Instance(wasm),
  };
}

function makeRealms() {
  const context = vm.createContext({ outer: kept });
  const inside = vm.runInContext('globalThis.own = new Map([[{}, []]]); ({ inside: () => own })', context);
  const script = new vm.Script('var later = [1, 2, { three: 3 }]; later', { filename: 'detached.js' });
  return { context, inside, script, lost: vm.runInNewContext('({ map: new Map(), weak: new WeakMap() })') };
}

function makeCollections(count) {
  const emitter = new EventEmitter();
  for (let i = 0; i < 8; ++i) emitter.on('event', () => i);
  const holed = [1, , 3];
  holed[5000] = { far: true };
  let list;
  for (let i = 0; i < count; ++i) list = { next: list };
  const both = { map: new Map(), set: new Set() };
  for (let i = 0; i < count; ++i) both.map.set(`key ${i}`, { i }).set({ i }, both.set.add(i * 1.1));
  const dictionary = Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`property${i}`, { i }]));
  delete dictionary.property7;
  const accessors = { get now() { return kept; }, set now(value) {}, [Symbol.iterator]: () => kept, date: new Date(), regexp: /a(b)/g };
  accessors.regexp.exec('cab');
  return { emitter, holed, list, both, dictionary, accessors, entries: both.map.entries(), frozen: Object.freeze([{}]) };
}

async function main([folder]) {
  Object.assign(kept, { ephemerons: makeEphemerons(), strings: makeStrings(), closures: makeClosures(60) });
  Object.assign(kept, { async: makeAsync(), buffers: makeBuffers(), realms: makeRealms() });
  Object.assign(kept, { collections: makeCollections(300), accounts: [new Account('a'), new Savings('b')] });
  const module = path.join(folder, 'module.mjs');
  fs.writeFileSync(module, 'export const exported = new Map([[1, { from: "a module" }]]); export default class Of {}; export let many = [new Of()];');
  kept.module = await import(pathToFileURL(module));
  // A thread of its own is not in the snapshot, but what this thread has of it is.
  const worker = new Worker('setInterval(() => {}, 1000)', { eval: true, stdout: true });
  await new Promise((resolve) => worker.once('online', resolve));
  kept.worker = worker;
  await takeSnapshot(path.join(folder, 'first.heapsnapshot'));

  kept.more = { closures: makeClosures(40), collections: makeCollections(100), buffers: makeBuffers() };
  kept.strings = null;
  kept.realms.context = null;
  kept.accounts.push(...Array.from({ length: 30 }, (_, i) => new Savings(`more ${i}`)));
  kept.collections.both.map.clear();
  await takeSnapshot(path.join(folder, 'second.heapsnapshot'));
  await worker.terminate();
}

main(process.argv.slice(2).map((each) => path.resolve(each))).then(() => process.exit(0));
