'use strict';
// Makes snapshots of about so many megabytes: a mix of many small objects, as services keep them.
//
//   node heap_maker.cjs MEGABYTES FILE [SECOND]
//
// SECOND is of the same process, in the same inspector session, after a twelfth of the objects were
// let go and a sixth were added.
const fs = require('node:fs');
const inspector = require('node:inspector');

const UNITS_PER_MB = 880; // measured on Node.js 20
const BASE_MB = 4; // Node.js itself

class User {
  #token;
  constructor(id) {
    this.id = id;
    this.name = `user ${id}`;
    this.tags = ['a', id, id * 1.5];
    this.#token = { id, at: id * 1000 };
  }
  get token() {
    return this.#token;
  }
}

const sessions = new Map();
const listeners = [];
const byName = {};
const seen = new Set();
const origins = new WeakMap();

function keep(i) {
  const user = new User(i);
  const headers = { host: 'example.com', accept: '*/*', 'x-request': `request ${i}` };
  sessions.set(`session ${i}`, { user, headers, parts: [headers, user, `part ${i % 100}`] });
  if (i % 2 === 0) listeners.push(() => user.name + headers.host);
  if (i % 3 === 0) byName[user.name] = { user, previous: listeners.at(-1) };
  if (i % 5 === 0) seen.add({ id: `${i}:${user.name}` });
  if (i % 50 === 0) origins.set(user, { origin: headers, of: i });
  if (i % 40 === 0) user.body = Buffer.from(`body ${i}`);
}

async function takeSnapshot(session, file) {
  const fd = fs.openSync(`${file}.part`, 'w');
  const write = ({ params }) => fs.writeSync(fd, params.chunk);
  session.on('HeapProfiler.addHeapSnapshotChunk', write);
  await new Promise((resolve, reject) =>
    session.post('HeapProfiler.takeHeapSnapshot', { reportProgress: false }, (error) => (error ? reject(new Error(error.message)) : resolve())),
  );
  session.off('HeapProfiler.addHeapSnapshotChunk', write);
  fs.closeSync(fd);
  fs.renameSync(`${file}.part`, file);
}

async function main([megabytes, file, second]) {
  const count = Math.max(0, Math.round((Number(megabytes) - BASE_MB) * UNITS_PER_MB));
  for (let i = 0; i < count; ++i) keep(i);
  const session = new inspector.Session();
  session.connect();
  await takeSnapshot(session, file);
  if (!second) return;
  for (let i = 0; i < count / 12; ++i) sessions.delete(`session ${i}`);
  for (let i = count; i < count + count / 6; ++i) keep(i);
  await takeSnapshot(session, second);
}

main(process.argv.slice(2));
