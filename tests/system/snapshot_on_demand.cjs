// Preloaded into a service: writes a heap snapshot whenever its parent asks for one. One inspector
// session stays open, for V8's ids of objects hold between snapshots only as long as one is.
const fs = require('node:fs');
const { Session } = require('node:inspector');

const session = new Session();
let descriptor;

session.connect();
// Node.js 18 and 20 look up the line of every function without this, for minutes.
session.post('Debugger.enable');
session.post('Debugger.disable');
session.on('HeapProfiler.addHeapSnapshotChunk', ({ params }) => fs.writeSync(descriptor, params.chunk));

async function collect() {
  await new Promise(setImmediate);
  globalThis.gc();
  await new Promise(setImmediate);
  globalThis.gc();
}

process.on('message', async (file) => {
  if (file === 'ready?') return process.send('ready');
  await collect();
  descriptor = fs.openSync(file, 'w');
  session.post('HeapProfiler.takeHeapSnapshot', { reportProgress: false }, (error) => {
    fs.closeSync(descriptor);
    process.send(error ? String(error.message) : file);
  });
});
