// Keeps something of every "request" in all the places where leaks are found, and writes a heap
// snapshot after each batch: one inspector session, so that V8's ids hold.
'use strict';
const { EventEmitter } = require('node:events');
const fs = require('node:fs');
const { Session } = require('node:inspector');

class User {
  constructor(number) {
    this.id = `user ${number}`;
    this.name = { first: `first ${number}`, last: `last ${number}` };
  }
}

const sessionCache = new Map();
const byNumber = new Map();
const seen = new Set();
const auditLog = [];
const byUrl = {};
const bus = new EventEmitter().setMaxListeners(0);
const uploads = [];
let requests = 0;

function handle(count) {
  for (let i = 0; i < count; i += 1) {
    const user = new User(requests);
    sessionCache.set(`key ${requests}`, user);
    byNumber.set(requests, { value: `value ${requests}` });
    seen.add(`seen ${requests}`);
    auditLog.push({ url: `/orders/${requests}`, headers: { accept: '*/*' }, body: `body ${requests}` });
    byUrl[`/path ${requests}`] = [requests];
    bus.on('reload', () => user);
    if (requests % 100 === 0) uploads.push(Buffer.alloc(20_000));
    requests += 1;
  }
}

const session = new Session();
session.connect();
// Node.js 18 and 20 look up the line of every function without this, for minutes.
session.post('Debugger.enable');
session.post('Debugger.disable');

function snapshot(file) {
  return new Promise((resolve, reject) => {
    const descriptor = fs.openSync(file, 'w');
    const write = ({ params }) => fs.writeSync(descriptor, params.chunk);
    session.on('HeapProfiler.addHeapSnapshotChunk', write);
    session.post('HeapProfiler.takeHeapSnapshot', { reportProgress: false }, (error) => {
      session.removeListener('HeapProfiler.addHeapSnapshotChunk', write);
      fs.closeSync(descriptor);
      if (error) reject(new Error(error.message));
      else resolve();
    });
  });
}

async function main([first, ...files]) {
  handle(200);
  await snapshot(first);
  await snapshot(first); // the profiler's own objects are there by now
  for (const file of files) {
    handle(3000);
    await snapshot(file);
  }
  globalThis.kept = { sessionCache, byNumber, seen, auditLog, byUrl, bus, uploads };
}

main(process.argv.slice(2));
