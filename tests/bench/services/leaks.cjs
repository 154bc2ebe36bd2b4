// What a leaky service of the bench keeps for every request, by kind and by size in bytes.
//
// The sizes follow from V8's layout on 64 bits without pointer compression (Node.js 18 to 24):
// 8 bytes a word; a number that is no small integer is 2 words; an object literal of five fields
// map, properties, elements and the five; a one-byte string 2 words and its characters; a function
// 8 words; a function's context 4 words and its variables. `node --expose-gc leaks.cjs` counts them.
'use strict';

// Never grows, so that what holds the kept things adds nothing: a growing array would add steps.
const SLOTS = 1 << 18;

function makeText(characters) {
  const source = Buffer.alloc(characters, 'a');
  return () => source.latin1Slice(0, characters);
}

function makeEntry(makeBody) {
  return (count) => ({ id: count, at: count, status: 200, size: count, body: makeBody?.() ?? null });
}

function makeClosure(makeBody) {
  return (count) => {
    const body = makeBody();
    return function describe() {
      return `${count} ${body}`;
    };
  };
}

const functionAlone = () =>
  function describe() {
    return SLOTS;
  };

// [what is kept, for one request in so many]
const KINDS = {
  entry: {
    16: [(count) => count + 0.5, 1],
    64: [makeEntry(), 1],
    256: [makeEntry(makeText(176)), 1],
  },
  // The table of a Map that grows comes on top, in steps: it doubles.
  map: {
    16: [(count) => count + 0.5, 1],
    64: [makeEntry(), 1],
    256: [makeEntry(makeText(176)), 1],
  },
  closure: {
    16: [functionAlone, 4],
    64: [functionAlone, 1],
    256: [makeClosure(makeText(128)), 1],
  },
  // Its bytes are arrayBuffers; the Buffer itself comes on top in the heap. Up to 64 bytes V8 would
  // keep in the heap as well.
  buffer: {
    16: [() => Buffer.allocUnsafeSlow(128), 8],
    64: [() => Buffer.allocUnsafeSlow(128), 2],
    256: [() => Buffer.allocUnsafeSlow(256), 1],
  },
  string: {
    16: [makeText(48), 4],
    64: [makeText(48), 1],
    256: [makeText(240), 1],
  },
};

/// A function to call once a request, which then keeps what `spec` says ("closure:64"); nothing
/// for no spec.
function makeLeak(spec) {
  if (!spec) return () => {};
  const [kind, size] = spec.split(':');
  const [make, every] = KINDS[kind][size];
  let count = 0;
  if (kind === 'map') {
    const kept = new Map();
    return () => void kept.set(++count, make(count));
  }
  const kept = new Array(SLOTS).fill(null);
  return () => {
    if (++count % every === 0) kept[count % SLOTS] = make(count);
  };
}

/// Bytes per call by kind and size, counted: { "closure:64": { heapUsed, arrayBuffers } }.
async function countBytes(collect, calls = 8000) {
  // Code that V8 compiles meanwhile would be counted too.
  const v8 = require('node:v8');
  for (const flag of ['--no-opt', '--no-sparkplug', '--no-lazy-feedback-allocation'])
    v8.setFlagsFromString(flag);
  const counted = {};
  const kept = []; // else what the kind before kept goes while this one is counted
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const read = async () => {
    collect();
    await turn();
    collect();
    return process.memoryUsage();
  };
  await read();
  for (const [kind, sizes] of Object.entries(KINDS))
    for (const size of Object.keys(sizes)) {
      const keep = makeLeak(`${kind}:${size}`);
      kept.push(keep);
      for (let i = 0; i < 2000; ++i) keep();
      const before = await read();
      for (let i = 0; i < calls; ++i) keep();
      const after = await read();
      const per = (quantity) => Number(((after[quantity] - before[quantity]) / calls).toFixed(1));
      counted[`${kind}:${size}`] = { heapUsed: per('heapUsed'), arrayBuffers: per('arrayBuffers') };
    }
  return counted;
}

module.exports = { KINDS: Object.keys(KINDS), SIZES: [16, 64, 256], makeLeak };
if (require.main === module)
  countBytes(globalThis.gc).then((counted) => console.log(JSON.stringify(counted)));
