'use strict';
// leakcheck's agent: preloaded into every process and worker thread of the service through
// NODE_OPTIONS.
//
// It speaks JSON lines over the unix socket LEAKCHECK_SOCKET (harness/agent/README.md has the
// protocol). It opens no port, keeps nothing alive, throws nothing into the service and does
// nothing in package managers. Each thread has a socket of its own, but only the main one samples
// and speaks for its process. This file must parse on any Node.js that people may still have, so
// that an old one can say that it is too old: no syntax past ES2017.
(function leakcheckAgent() {
  const PROTOCOL = 1;
  const VERSION = '@PROJECT_VERSION@';
  const OLDEST_NODE = 18;
  const MOST_WARNINGS = 50;
  const MOST_ARGUMENTS = 64;
  const LONGEST_TEXT = 1000;
  const LONGEST_LINE = 1 << 20;
  // Under this name the threads of a process of ours find that it is one: they see no arguments.
  const OURS = 'leakcheck';
  // What leakcheck has not read yet: past this it is stopped, and samples would only pile up here.
  const MOST_UNSENT = 1 << 16;
  // The histogram of the event loop's delay counts the time between two ticks of such a timer.
  const DELAY_RESOLUTION_MS = 10;
  // With and without the version, as Yarn names the file that it puts into a repository.
  const PACKAGE_MANAGERS =
    /^(npm|npx|pnpm|pnpx|yarn|yarnpkg|corepack)(-cli|-berry|-[0-9][0-9a-z.+-]*)?(\.[cm]?js)?$/i;
  // Compiling in the background, and the inline caches and feedback that go with it, move heapUsed
  // for thousands of requests; without them it stands still.
  const STILL_FLAGS = ['--no-opt', '--no-sparkplug', '--no-lazy-feedback-allocation'];

  // Taken now: a service may replace them (fake timers, patched process), and must not notice us.
  const { setImmediate, setInterval, clearInterval, Buffer } = global;
  const { parse, stringify } = JSON;
  const hasOwn = Object.prototype.hasOwnProperty;
  const { hrtime, memoryUsage } = process;
  const kill = process.kill.bind(process);
  const { writeSync } = require('fs');
  const socketPath = process.env.LEAKCHECK_SOCKET;
  const mode = process.env.LEAKCHECK_MODE;
  const suspects = process.env.LEAKCHECK_STAND_INS;
  const threads = findThreads();
  const thread = threads ? threads.threadId : 0; // 0: the main one
  const nodeMajor = parseInt(process.versions.node, 10);

  let socket;
  let pending = ''; // of a line
  let isWaiting = false; // in Atomics.wait
  let welcomed = false; // and no bye yet
  let requestsSeen = 0;
  let collecting = 0;
  let warnings = 0;
  let collectGarbage;
  let sampler;
  let standIns;
  let requestChannel; // held: a channel that nobody holds is collected, with its subscribers
  const parts = {};
  const pauses = { count: 0, major: 0, totalMs: 0, maxMs: 0 };

  /** `work`, but whatever it throws stays out of the service. */
  function guarded(work) {
    return function run(argument) {
      try {
        return work(argument);
      } catch (error) {
        return undefined;
      }
    };
  }

  /** Text that fits a line: cut, and half a surrogate pair replaced. */
  function cut(value) {
    return Buffer.from(String(value).slice(0, LONGEST_TEXT)).toString();
  }

  function send(line) {
    if (!socket || socket.destroyed || !socket.writable) return;
    const text = stringify(line) + '\n';
    if (thread === 0) socket.write(text);
    // A thread may be about to block: what its event loop would write then would never be written.
    else guarded(() => writeSync(findSocket(), text))();
  }

  /** The socket's file descriptor; below 0 for none. */
  function findSocket() {
    return socket && socket._handle ? socket._handle.fd : -1;
  }

  function sendError(id, error) {
    send({ type: 'error', id: id || 0, message: cut(error) });
  }

  function findThreads() {
    try {
      return require('worker_threads');
    } catch (error) {
      return undefined; // too old to have threads
    }
  }

  function isOurBusiness() {
    if (!socketPath) return false;
    if (thread > 0) {
      // A thread of Node.js's own, for module loaders, has no port to its parent.
      if (nodeMajor < OLDEST_NODE || !threads.parentPort) return false;
      return threads.getEnvironmentData(OURS) === true;
    }
    const program = process.argv[1] ? require('path').basename(process.argv[1]) : '';
    if (PACKAGE_MANAGERS.test(program)) return false;
    if (threads && threads.setEnvironmentData) threads.setEnvironmentData(OURS, true);
    return true;
  }

  /** A file beside this one, once. The service's list of its own modules stays its own. */
  function loadPart(name) {
    if (!parts[name]) {
      const file = require('path').join(__dirname, 'leakcheck-' + name + '.cjs');
      parts[name] = require(file);
      delete require.cache[file];
    }
    return parts[name];
  }

  // ---- V8 --------------------------------------------------------------------------------------

  function keepStill() {
    const v8 = require('v8');
    STILL_FLAGS.forEach((flag) => v8.setFlagsFromString(flag));
    if (nodeMajor >= 20) v8.setFlagsFromString('--no-maglev');
  }

  /** The collect sequence; one collection is not enough, and a third gains nothing. */
  function collect(id) {
    // Threads may be blocked for good: one that says this is worth waiting for.
    if (thread > 0) send({ type: 'collecting', id: id });
    // A thread may live for one request only: it looks for gc() when it is asked to collect.
    if (!collectGarbage) collectGarbage = loadPart('collector').find(thread);
    const started = hrtime();
    const step = (work) => () => {
      try {
        work();
      } catch (error) {
        collecting -= 1;
        sendError(id, error);
      }
    };
    const finish = step(() => {
      collectGarbage();
      const memory = memoryUsage();
      const took = hrtime(started);
      if (standIns) standIns.report();
      send({
        type: 'collected',
        id: id,
        ms: took[0] * 1e3 + took[1] / 1e6,
        memory: memory,
        seen: requestsSeen,
      });
      collecting -= 1;
    });
    const begin = step(() => {
      collectGarbage();
      if (isWaiting) finish();
      else setImmediate(() => setImmediate(finish));
    });
    collecting += 1;
    if (isWaiting) begin();
    else setImmediate(begin);
  }

  // ---- samples ---------------------------------------------------------------------------------

  function startSampling(everyMs) {
    if (sampler) return;
    const hooks = require('perf_hooks');
    const delay = hooks.monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
    const observer = new hooks.PerformanceObserver(guarded(countPauses));
    let ticked = hrtime();
    const sample = guarded(() => {
      const since = hrtime(ticked);
      ticked = hrtime();
      // The histogram begins anew with each sample, and misses what its first tick waited for.
      const lateMs = since[0] * 1e3 + since[1] / 1e6 - everyMs;
      if (collecting === 0) sendSample(delay, lateMs);
    });
    delay.enable();
    observer.observe({ entryTypes: ['gc'] });
    sample(); // also so that what its first call allocates is there before the first collection
    const timer = setInterval(sample, everyMs);
    timer.unref();
    sampler = { delay: delay, observer: observer, timer: timer };
  }

  function stopSampling() {
    if (!sampler) return;
    clearInterval(sampler.timer);
    sampler.observer.disconnect();
    sampler.delay.disable();
    sampler = undefined;
  }

  function countPauses(list) {
    const constants = require('perf_hooks').constants;
    const entries = list.getEntries();
    for (let i = 0; i < entries.length; ++i) {
      const detail = entries[i].detail || {};
      if (detail.flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) continue;
      pauses.count += 1;
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) pauses.major += 1;
      pauses.totalMs += entries[i].duration;
      pauses.maxMs = Math.max(pauses.maxMs, entries[i].duration);
    }
  }

  /** What a tick of the histogram's timer was late. */
  function lateness(nanoseconds) {
    return isFinite(nanoseconds) ? Math.max(0, nanoseconds / 1e6 - DELAY_RESOLUTION_MS) : 0;
  }

  function sendSample(delay, lateMs) {
    if (socket.writableLength > MOST_UNSENT) return;
    send({
      type: 'sample',
      memory: memoryUsage(),
      seen: requestsSeen,
      gc: pauses,
      delay: {
        p50Ms: lateness(delay.percentile(50)),
        p99Ms: lateness(delay.percentile(99)),
        maxMs: Math.max(0, lateMs, delay.max > 0 ? lateness(delay.max) : 0),
      },
      handles: process.getActiveResourcesInfo().length,
    });
    delay.reset();
  }

  // ---- the service's requests and warnings -----------------------------------------------------

  function countRequests() {
    requestChannel = require('diagnostics_channel').channel('http.server.request.start');
    requestChannel.subscribe(
      guarded(() => {
        requestsSeen += 1;
        // The first one tells which of many processes is the service.
        if (requestsSeen === 1) send({ type: 'requests', seen: 1 });
      }),
    );
  }

  function forwardWarnings() {
    const forward = guarded((warning) => {
      if (warnings === MOST_WARNINGS) return;
      warnings += 1;
      send({ type: 'warning', name: cut(warning.name), message: cut(warning.message) });
    });
    process.on('warning', forward);
  }

  // ---- the end of a run, and ablation -----------------------------------------------------------

  function takeSnapshot(line) {
    send({ type: 'snapshotTaken', id: line.id, ms: loadPart('snapshot').write(line.file) });
  }

  function moveClock(line) {
    const isOurs = (timer) => sampler !== undefined && sampler.timer === timer;
    loadPart('clock').move(line.aheadMs, isOurs, (timers) => {
      send({ type: 'clockMoved', id: line.id, timers: timers });
    });
  }

  function replaceSuspects() {
    const report = guarded((it) => send({ type: 'standIn', module: cut(it.module), uses: it.uses }));
    standIns = loadPart('stand-ins').install(suspects.split(','), report);
    if (standIns.problem) sendError(0, standIns.problem);
  }

  // ---- the socket ------------------------------------------------------------------------------

  const handlers = {
    welcome: (line) => {
      welcomed = line.protocol === PROTOCOL && nodeMajor >= OLDEST_NODE;
    },
    sample: (line) => startSampling(line.everyMs),
    silence: () => stopSampling(),
    collect: (line) => collect(line.id),
    freeze: (line) => {
      keepStill();
      send({ type: 'frozen', id: line.id });
    },
    clock: (line) => moveClock(line),
    snapshot: (line) => takeSnapshot(line),
    bye: () => {
      welcomed = false;
      stopSampling();
      socket.end();
    },
  };

  const receive = guarded((text) => {
    const line = parse(text);
    if (typeof line.type !== 'string' || !hasOwn.call(handlers, line.type)) return;
    // One that speaks another protocol, or greets a Node.js that is too old, gets nothing done.
    if (!welcomed && line.type !== 'welcome') return;
    try {
      handlers[line.type](line);
    } catch (error) {
      sendError(line.id, error);
    }
  });

  const take = guarded((text) => {
    const lines = (pending + text).split('\n');
    pending = lines.pop();
    if (pending.length > LONGEST_LINE) pending = '';
    lines.forEach(receive);
  });

  function takeInAWait(text) {
    isWaiting = true;
    take(text);
    isWaiting = false;
  }

  function connect() {
    socket = require('net').connect(socketPath);
    socket.unref();
    socket.setEncoding('utf8');
    socket.on('data', take);
    socket.on('error', () => {}); // 'close' follows
    socket.on(
      'close',
      guarded(() => {
        stopSampling();
        // leakcheck died without a word: the service must not outlive it.
        if (welcomed && thread === 0) kill(process.pid, 'SIGKILL');
      }),
    );
  }

  const start = guarded(() => {
    // The service's list of its own modules stays its own.
    if (typeof module === 'object' && module) delete require.cache[module.filename];
    if (!isOurBusiness()) return;
    if (nodeMajor >= OLDEST_NODE) {
      countRequests();
      // The flags of V8 are the whole process's.
      if (thread === 0) {
        if (mode === 'quiet') keepStill();
        collectGarbage = loadPart('collector').find(thread);
        forwardWarnings();
      }
    }
    connect();
    send({
      type: 'hello',
      protocol: PROTOCOL,
      agent: VERSION,
      pid: process.pid,
      thread: thread,
      ppid: process.ppid,
      node: process.versions.node,
      v8: process.versions.v8,
      argv: process.argv.slice(0, MOST_ARGUMENTS).map(cut),
      canCollect: thread > 0 || typeof collectGarbage === 'function',
    });
    if (suspects && nodeMajor >= OLDEST_NODE) replaceSuspects();
    if (thread > 0) loadPart('waits').install(findSocket, takeInAWait);
  });
  start();
})();
