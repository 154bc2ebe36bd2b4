'use strict';
// Moves the clock of this thread on: loaded by leakcheck-agent.cjs when it is first asked to, at
// the end of a run, when nothing is left to measure but what time alone gives back.
//
// Nothing is replaced before that, so code that took Date.now itself into a variable keeps the old
// clock; code that calls Date.now(), new Date(), performance.now() and the like gets the new one.
const { setTimeout, clearTimeout, setImmediate } = global;
const TAKEN = '__leakcheck_timers';
const FAR_MS = 1e9;

let aheadMs = 0;
let replaced = false;

function replace(object, name, value) {
  const before = Object.getOwnPropertyDescriptor(object, name);
  const enumerable = before ? before.enumerable : true;
  const descriptor = { value: value, writable: true, enumerable: enumerable, configurable: true };
  Object.defineProperty(object, name, descriptor);
}

function replaceDate() {
  const RealDate = Date;
  const realNow = RealDate.now;
  replace(RealDate, 'now', function now() {
    return realNow() + aheadMs;
  });
  const MovedDate = new Proxy(RealDate, {
    apply: () => new MovedDate().toString(),
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [RealDate.now()] : args, newTarget),
  });
  replace(RealDate.prototype, 'constructor', MovedDate);
  replace(global, 'Date', MovedDate);
}

function replaceHighResolution() {
  const hrtime = process.hrtime;
  const bigint = hrtime.bigint;
  const moved = function hrtime_(before) {
    // A difference to an earlier time, whether it was taken before the clock was moved or after.
    const time = before === undefined ? hrtime() : hrtime(before);
    const nanoseconds = time[1] + (aheadMs % 1000) * 1e6;
    const carry = Math.floor(nanoseconds / 1e9);
    return [time[0] + Math.floor(aheadMs / 1000) + carry, nanoseconds - carry * 1e9];
  };
  replace(moved, 'name', 'hrtime');
  moved.bigint = () => bigint() + BigInt(aheadMs) * BigInt(1e6);
  replace(process, 'hrtime', moved);

  // On Node.js 18 performance.now() asks process.hrtime(), and has moved by now.
  const performance = require('perf_hooks').performance;
  const now = performance.now.bind(performance);
  const before = now();
  aheadMs = FAR_MS;
  const follows = now() - before >= FAR_MS;
  aheadMs = 0;
  if (!follows) replace(performance, 'now', () => now() + aheadMs);

  const uptime = process.uptime;
  replace(process, 'uptime', () => uptime() + aheadMs / 1000);
}

/** All objects with this prototype, from V8's heap: the inspector inside the process, no port. */
function findObjects(prototype) {
  const { Session } = require('inspector');
  const session = new Session();
  let found;
  // Answers come before post() returns.
  const ask = (method, params) => {
    let problem = new Error('the inspector does not answer');
    let answer;
    session.post(method, Object.assign({ objectGroup: TAKEN }, params), (error, result) => {
      problem = error;
      answer = result;
    });
    if (problem) throw problem;
    return answer;
  };
  const hand = { prototype: prototype, take: (list) => (found = list) };
  session.connect();
  try {
    Object.defineProperty(global, TAKEN, { value: hand, configurable: true });
    const asked = ask('Runtime.evaluate', { expression: `globalThis.${TAKEN}.prototype` });
    const { objects } = ask('Runtime.queryObjects', { prototypeObjectId: asked.result.objectId });
    ask('Runtime.callFunctionOn', {
      objectId: objects.objectId,
      functionDeclaration: `function () { globalThis.${TAKEN}.take(this); }`,
    });
    ask('Runtime.releaseObjectGroup');
  } finally {
    delete global[TAKEN];
    session.disconnect();
  }
  if (!found) throw new Error('the inspector does not hand over the timers');
  return found;
}

function isActive(timer) {
  return typeof timer._onTimeout === 'function' && timer._idleTimeout >= 0 && timer._idleNext;
}

/**
 * As if `ms` more had passed: timers that are due by then fire once, in their order; the others are
 * that much nearer to it. `done(count)` when they have fired.
 */
exports.move = function move(ms, isOurs, done) {
  if (!Number.isSafeInteger(ms) || ms < 0) throw new RangeError('aheadMs is no time');
  const probe = setTimeout(() => {}, 1);
  const now = probe._idleStart;
  clearTimeout(probe);
  const Timeout = probe.constructor;
  const timers = findObjects(Timeout.prototype).filter((it) => isActive(it) && !isOurs(it));

  if (!replaced) {
    replaceDate();
    replaceHighResolution();
    replaced = true;
  }
  aheadMs += ms;

  const dueAt = (timer) => timer._idleStart + timer._idleTimeout;
  const due = timers.filter((timer) => dueAt(timer) - now <= ms);
  const isDue = new Set(due);
  timers.forEach((timer) => {
    if (!isDue.has(timer)) timer._idleStart -= ms;
  });
  due.sort((a, b) => dueAt(a) - dueAt(b));
  // Node.js itself fires them, from its list of timers of 1 ms, so that their contexts, their
  // exceptions and their next rounds are what they always are. With its own length again, a timer
  // that is refreshed later waits as long as ever.
  due.forEach((timer) => {
    const length = timer._idleTimeout;
    timer._idleTimeout = 1;
    Timeout.prototype.refresh.call(timer);
    timer._idleTimeout = length;
  });
  // The last one of the same list, then what the callbacks have put off.
  setTimeout(() => setImmediate(() => setImmediate(() => done(due.length))), 1);
};
