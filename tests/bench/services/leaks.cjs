// What a leaky service of the bench keeps, by kind, size in bytes and how often: "closure:64" for
// every request, "closure:1024:10" for one in ten, "closure:1024:~10" for one in ten by chance.
//
// The sizes follow from V8's layout on 64 bits without pointer compression (Node.js 18 to 26):
// 8 bytes a word; a number that is no small integer is 2 words; an object literal of five fields
// map, properties, elements and the five; a one-byte string 2 words and its characters; a function
// 8 words; a function's context 4 words and its variables; a promise 6 words, and 6 more for what
// waits for it. `node --expose-gc leaks.cjs` counts them.
'use strict';
const { EventEmitter } = require('node:events');

// Never grows, so that what holds the kept things adds nothing: a growing array would add steps.
const SLOTS = 1 << 18;
const LONGEST_TIMEOUT = 2 ** 31 - 1;

function makeText(characters) {
  const source = Buffer.alloc(characters, 'a');
  return () => source.latin1Slice(0, characters);
}

function makeEntry(makeBody) {
  return (count) => ({
    id: count,
    at: count,
    status: 200,
    size: count,
    body: makeBody?.() ?? null,
  });
}

function makeClosure(makeBody) {
  return (count) => {
    const body = makeBody();
    return function describe() {
      return `${count} ${body}`;
    };
  };
}

const makeNumber = (count) => count + 0.5;
const functionAlone = () =>
  function describe() {
    return SLOTS;
  };
const functionWithCount = (count) =>
  function describe() {
    return count;
  };

// What holds the kept things.
function inSlots() {
  const kept = new Array(SLOTS).fill(null);
  let next = 0;
  return (value) => {
    kept[next] = value;
    next = (next + 1) % SLOTS;
  };
}

function inMap() {
  const kept = new Map();
  return (value) => kept.set(kept.size, value);
}

function inSet() {
  const kept = new Set();
  return (value) => kept.add(value);
}

function inArray() {
  const kept = [];
  return (value) => kept.push(value);
}

function inEmitter() {
  const bus = new EventEmitter().setMaxListeners(0);
  return (value) => bus.on('change', value);
}

/// Timers by turns that come again and again, and that come once, in 24 days.
function inTimers() {
  let count = 0;
  return (value) =>
    (++count % 2 ? setInterval(value, 60_000) : setTimeout(value, LONGEST_TIMEOUT)).unref();
}

function inPromise() {
  const forever = new Promise(() => {});
  return (value) => forever.then(value);
}

const SAME_ENTRIES = {
  16: [makeNumber],
  64: [makeEntry()],
  256: [makeEntry(makeText(176))],
  1024: [makeEntry(makeText(944))],
};

// holder; whether nothing is added by it; by size: what is kept, so many of it [1], in so many
// requests [1].
const KINDS = {
  slots: { hold: inSlots, exact: true, sizes: SAME_ENTRIES },
  // The commonest leak there is: nothing but a growing array, 8 bytes a small integer.
  array: {
    hold: inArray,
    sizes: {
      16: [(n) => n & 0xffff, 2],
      64: [(n) => n & 0xffff, 8],
      256: [(n) => n & 0xffff, 32],
      1024: [(n) => n & 0xffff, 128],
    },
  },
  map: { hold: inMap, sizes: SAME_ENTRIES },
  set: { hold: inSet, sizes: SAME_ENTRIES },
  closure: {
    hold: inSlots,
    exact: true,
    sizes: {
      16: [functionAlone, 1, 4],
      64: [functionAlone],
      256: [makeClosure(makeText(128))],
      1024: [makeClosure(makeText(896))],
    },
  },
  listener: {
    hold: inEmitter,
    sizes: {
      16: [functionAlone, 1, 4],
      64: [functionAlone],
      256: [makeClosure(makeText(128))],
      1024: [makeClosure(makeText(896))],
    },
  },
  // A Timeout is 152 bytes on Node.js 18 and 20, and 160 from 22 on.
  timer: {
    hold: inTimers,
    sizes: {
      16: [functionAlone, 1, 13],
      64: [functionAlone, 3, 10],
      256: [functionWithCount],
      1024: [makeClosure(makeText(744))],
    },
  },
  promise: {
    hold: inPromise,
    exact: true,
    sizes: {
      16: [functionAlone, 1, 10],
      64: [functionAlone, 2, 5],
      256: [makeClosure(makeText(32))],
      1024: [makeClosure(makeText(800))],
    },
  },
  // Its bytes are arrayBuffers; the Buffer itself comes on top in the heap. Up to 64 bytes V8 would
  // keep in the heap as well.
  buffer: {
    hold: inSlots,
    exact: true,
    sizes: {
      16: [() => Buffer.allocUnsafeSlow(128), 1, 8],
      64: [() => Buffer.allocUnsafeSlow(128), 1, 2],
      256: [() => Buffer.allocUnsafeSlow(256)],
      1024: [() => Buffer.allocUnsafeSlow(1024)],
    },
  },
  string: {
    hold: inSlots,
    exact: true,
    sizes: {
      16: [makeText(48), 1, 4],
      64: [makeText(48)],
      256: [makeText(240)],
      1024: [makeText(1008)],
    },
  },
};

/// Whether the call of that number keeps something: one in so many, in turn or by chance.
function makeGate(often) {
  if (often === undefined) return () => true;
  if (!often.startsWith('~')) return (count) => count % Number(often) === 0;
  return () => Math.random() * Number(often.slice(1)) < 1;
}

/// A function to call once a request, which then keeps what `spec` says; nothing for no spec.
function makeLeak(spec) {
  if (!spec) return () => {};
  const [kind, size, often] = spec.split(':');
  const { hold, sizes } = KINDS[kind];
  const [make, amount = 1, every = 1] = sizes[size];
  const keep = hold();
  const isTurn = makeGate(often);
  let calls = 0;
  let turns = 0;
  let kept = 0;
  return () => {
    if (!isTurn(++calls) || ++turns % every !== 0) return;
    for (let i = 0; i < amount; ++i) keep(make(++kept));
  };
}

/// Bytes per call by kind and size, counted: { "closure:64": { heapUsed, arrayBuffers } }.
async function countBytes(collect, calls = 4000) {
  // Code that V8 compiles meanwhile would be counted too.
  const v8 = require('node:v8');
  for (const flag of ['--no-opt', '--no-sparkplug', '--no-lazy-feedback-allocation'])
    v8.setFlagsFromString(flag);
  const counted = {};
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const read = async () => {
    collect();
    await turn();
    await turn();
    collect();
    return process.memoryUsage();
  };
  for (let i = 0; i < 3; ++i) await read();
  for (const [kind, { sizes }] of Object.entries(KINDS))
    for (const size of Object.keys(sizes)) {
      const keep = makeLeak(`${kind}:${size}`);
      for (let i = 0; i < 1000; ++i) keep();
      await read(); // what the kind before kept goes
      const before = await read();
      for (let i = 0; i < calls; ++i) keep();
      const after = await read();
      keep();
      const per = (quantity) => Number(((after[quantity] - before[quantity]) / calls).toFixed(1));
      counted[`${kind}:${size}`] = { heapUsed: per('heapUsed'), arrayBuffers: per('arrayBuffers') };
    }
  return counted;
}

module.exports = {
  SIZES: [16, 64, 256, 1024],
  KINDS: Object.keys(KINDS),
  EXACT: Object.keys(KINDS).filter((kind) => KINDS[kind].exact),
  makeLeak,
};
if (require.main === module)
  countBytes(globalThis.gc).then((counted) => {
    console.log(JSON.stringify(counted));
    process.exit();
  });
