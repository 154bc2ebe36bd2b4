'use strict';
// Writes heap snapshots of this thread: loaded by leakcheck-agent.cjs when it is first asked for one,
// after everything was measured.
//
// No inspector session takes them: v8.writeHeapSnapshot() is done when it returns, also in a thread
// that waits in Atomics.wait, and objects keep their ids from one to the next on Node.js 18 to 26.
const { writeHeapSnapshot } = require('v8');
const { hrtime } = process;
const major = parseInt(process.versions.node, 10);

let session;

/**
 * Node.js 18 and 20 look for the line ends of every script anew in each snapshot, which takes
 * minutes where sources are large; a debugger that was on for a moment has found them. The session
 * is inside the process and opens no port; it stays, for its end would give the objects new ids.
 */
function findLineEnds() {
  const { Session } = require('inspector');
  session = new Session();
  session.connect();
  session.post('Debugger.enable');
  session.post('Debugger.disable');
}

/**
 * Writes one to `file`; the thread stands still meanwhile. Returns the milliseconds it took.
 * Throws what the file system has to say.
 */
exports.write = function write(file) {
  const started = hrtime();
  if (major < 22 && !session) findLineEnds();
  writeHeapSnapshot(file);
  const took = hrtime(started);
  return took[0] * 1e3 + took[1] / 1e6;
};
