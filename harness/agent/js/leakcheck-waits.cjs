'use strict';
// Lets a worker thread answer while it waits in Atomics.wait, where its event loop stands still:
// the idle threads of pools such as piscina wait there for their next task.
//
// A wait becomes a row of short ones, and between two of them the thread looks into its socket
// itself. The caller gets what one long wait would have given it.
const { readSync } = require('fs');
const { hrtime } = process;
const SLICE_MS = 20;

/** What has come in, or ''; 'again' and the like are no errors here, and neither is the end. */
function readAll(fd, chunk) {
  let text = '';
  try {
    for (let count = 1; count > 0; ) {
      count = readSync(fd, chunk, 0, chunk.length, null);
      text += chunk.latin1Slice(0, count); // what leakcheck says to an agent is ASCII
    }
  } catch (error) {
    return text; // EAGAIN: that was all
  }
  return text;
}

/**
 * Replaces Atomics.wait in this thread. `findSocket` gives the file descriptor of the agent's
 * socket, below 0 for none; `receive` gets the text that came in during a wait.
 */
exports.install = function install(findSocket, receive) {
  const realWait = Atomics.wait;
  const chunk = Buffer.alloc(4096);
  const look = () => {
    const fd = findSocket();
    const text = fd >= 0 ? readAll(fd, chunk) : '';
    if (text !== '') receive(text);
  };

  const wait = function wait(array, index, value, timeout) {
    const limit = timeout === undefined ? Infinity : Number(timeout);
    const started = hrtime();
    for (let slice = 0; ; ++slice) {
      const took = hrtime(started);
      const left = limit - (took[0] * 1e3 + took[1] / 1e6);
      // NaN stands for no limit, as it does in Atomics.wait.
      const ms = left < SLICE_MS ? Math.max(left, 0) : SLICE_MS;
      const answer = realWait(array, index, value, ms);
      // A value that has changed between two slices is one for which the caller was woken up.
      if (answer === 'not-equal') return slice === 0 ? answer : 'ok';
      if (answer === 'ok' || left < SLICE_MS) return answer;
      look();
    }
  };
  Object.defineProperty(wait, 'length', { value: realWait.length, configurable: true });
  Object.defineProperty(Atomics, 'wait', {
    value: wait,
    writable: true,
    enumerable: false,
    configurable: true,
  });
};
