'use strict';
// Finds gc() for this thread: loaded by leakcheck-agent.cjs before the first collection.
const v8 = require('v8');
// Worker threads collect at the same time, and one may take back the flag that another has set.
const MOST_GC_LOOKS = 100;

/** How often --expose-gc stands in a text of options; V8 takes an underscore too. */
function countExposeGc(options) {
  return (options.match(/--expose[-_]gc(?![-_\w])/g) || []).length;
}

/** gc(), in the `thread` of that number; 0: the main one. Throws where there is none. */
exports.find = function find(thread) {
  const gc = global.gc;
  // In a worker thread gc() is there only if the service wanted it: the main one took it back.
  if (thread > 0 && typeof gc === 'function') return gc;
  const wanted = countExposeGc(process.execArgv.join(' ')) > 0;
  if (typeof gc === 'function') {
    // There are services that collect when they can: without leakcheck this one could not. One
    // --expose-gc in NODE_OPTIONS is ours, the user's would be a second.
    if (!wanted && countExposeGc(process.env.NODE_OPTIONS || '') < 2) {
      v8.setFlagsFromString('--no-expose-gc');
      global.gc = undefined; // V8 does not let it be deleted
    }
    return gc;
  }
  // Node.js 18 refuses --expose-gc in NODE_OPTIONS. The flag is for our context only: contexts
  // that the service makes later look as they would without us.
  for (let i = 0; i < MOST_GC_LOOKS; ++i) {
    v8.setFlagsFromString('--expose-gc');
    try {
      const found = require('vm').runInNewContext('typeof gc === "function" ? gc : undefined');
      if (found) return found;
    } finally {
      v8.setFlagsFromString('--no-expose-gc');
    }
  }
  throw new Error('there is no gc()');
};
