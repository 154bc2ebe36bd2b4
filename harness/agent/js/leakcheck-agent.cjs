'use strict';
// leakcheck's agent: preloaded into every process of the service through NODE_OPTIONS.
//
// It speaks JSON lines over the unix socket LEAKCHECK_SOCKET (harness/agent/README.md has the
// protocol). It opens no port, keeps nothing alive, throws nothing into the service and does
// nothing in package managers and worker threads. This file must parse on any Node.js that people
// may still have, so that an old one can say that it is too old.
(function leakcheckAgent() {
  const PROTOCOL = 1;
  const VERSION = '@PROJECT_VERSION@';
  const OLDEST_NODE = 18;
  const LONGEST_MESSAGE = 1000;
  const MOST_WARNINGS = 50;
  const MAJOR = 4; // mark-compact, as PerformanceObserver's detail.kind has it
  const FORCED = 4; // by gc(), as its detail.flags has it
  const PACKAGE_MANAGERS = /^(npm|npx|pnpm|pnpx|yarn|yarnpkg|corepack)(-cli)?(\.c?js)?$/;
  // Compiling in the background, and the inline caches and feedback that go with it, move heapUsed
  // for thousands of requests; without them it stands still.
  const STILL_FLAGS = ['--no-opt', '--no-sparkplug', '--no-lazy-feedback-allocation'];

  const socketPath = process.env.LEAKCHECK_SOCKET;
  const mode = process.env.LEAKCHECK_MODE;
  const nodeMajor = parseInt(process.versions.node, 10);

  let socket;
  let saidBye = false;
  let requestsSeen = 0;
  let collecting = 0;
  let warnings = 0;
  let collectGarbage;
  let sampler;
  let requestChannel; // held: a channel that nobody holds is collected, with its subscribers
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

  function send(line) {
    if (socket && !socket.destroyed && socket.writable) socket.write(JSON.stringify(line) + '\n');
  }

  function isOurBusiness() {
    if (!socketPath) return false;
    const path = require('path');
    if (process.argv[1] && PACKAGE_MANAGERS.test(path.basename(process.argv[1]))) return false;
    return require('worker_threads').isMainThread;
  }

  // ---- V8 --------------------------------------------------------------------------------------

  function keepStill() {
    const v8 = require('v8');
    STILL_FLAGS.forEach((flag) => v8.setFlagsFromString(flag));
    if (nodeMajor >= 20) v8.setFlagsFromString('--no-maglev');
  }

  function findCollector() {
    if (typeof globalThis.gc === 'function') return globalThis.gc;
    // Node.js 18 refuses --expose-gc in NODE_OPTIONS.
    require('v8').setFlagsFromString('--expose-gc');
    return require('vm').runInNewContext('gc');
  }

  /** The collect sequence; one collection is not enough, and a third gains nothing. */
  function collect(id) {
    const started = process.hrtime();
    collecting += 1;
    const last = guarded(() => {
      collecting -= 1;
      collectGarbage();
      const memory = process.memoryUsage();
      const took = process.hrtime(started);
      const ms = took[0] * 1e3 + took[1] / 1e6;
      send({ type: 'collected', id: id, ms: ms, memory: memory, seen: requestsSeen });
    });
    setImmediate(
      guarded(() => {
        collectGarbage();
        setImmediate(() => setImmediate(last));
      }),
    );
  }

  // ---- samples ---------------------------------------------------------------------------------

  function startSampling(everyMs) {
    if (sampler) return;
    const hooks = require('perf_hooks');
    const delay = hooks.monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    const observer = new hooks.PerformanceObserver(guarded(countPauses));
    observer.observe({ entryTypes: ['gc'] });
    const sample = guarded(() => collecting === 0 && sendSample(delay));
    // What V8 allocates for code that runs for the first time is spent before anything is measured.
    for (let i = 0; i < 3; ++i) sample();
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
    const entries = list.getEntries();
    for (let i = 0; i < entries.length; ++i) {
      const detail = entries[i].detail || {};
      if (detail.flags & FORCED) continue;
      pauses.count += 1;
      if (detail.kind === MAJOR) pauses.major += 1;
      pauses.totalMs += entries[i].duration;
      pauses.maxMs = Math.max(pauses.maxMs, entries[i].duration);
    }
  }

  function inMs(nanoseconds) {
    return nanoseconds > 0 && isFinite(nanoseconds) ? nanoseconds / 1e6 : 0;
  }

  function sendSample(delay) {
    send({
      type: 'sample',
      memory: process.memoryUsage(),
      seen: requestsSeen,
      gc: pauses,
      delay: {
        p50Ms: inMs(delay.percentile(50)),
        p99Ms: inMs(delay.percentile(99)),
        maxMs: inMs(delay.max),
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
      if (++warnings > MOST_WARNINGS) return;
      const name = String(warning.name).slice(0, 100);
      const message = String(warning.message).slice(0, LONGEST_MESSAGE);
      send({ type: 'warning', name: name, message: message });
    });
    process.on('warning', forward);
  }

  // ---- the socket ------------------------------------------------------------------------------

  const handlers = {
    welcome: (line) => {
      if (line.protocol !== PROTOCOL) stopSampling();
    },
    sample: (line) => startSampling(line.everyMs),
    silence: () => stopSampling(),
    collect: (line) => collect(line.id),
    freeze: (line) => {
      keepStill();
      send({ type: 'frozen', id: line.id });
    },
    bye: () => {
      saidBye = true;
      stopSampling();
      socket.end();
    },
  };

  const receive = guarded((text) => {
    const line = JSON.parse(text);
    if (!Object.prototype.hasOwnProperty.call(handlers, line.type)) return;
    try {
      handlers[line.type](line);
    } catch (error) {
      const message = String(error).slice(0, LONGEST_MESSAGE);
      send({ type: 'error', id: line.id || 0, message: message });
    }
  });

  function connect() {
    let pending = '';
    let connected = false;
    socket = require('net').connect(socketPath);
    socket.unref();
    socket.setEncoding('utf8');
    socket.on('connect', () => {
      connected = true;
    });
    socket.on('data', (text) => {
      const lines = (pending + text).split('\n');
      pending = lines.pop();
      lines.forEach((line) => receive(line));
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      // leakcheck died without a word: the service must not outlive it.
      if (connected && !saidBye) process.kill(process.pid, 'SIGKILL');
    });
  }

  const start = guarded(() => {
    if (!isOurBusiness()) return;
    if (nodeMajor >= OLDEST_NODE) {
      if (mode === 'quiet') keepStill();
      collectGarbage = findCollector();
      countRequests();
      forwardWarnings();
    }
    connect();
    send({
      type: 'hello',
      protocol: PROTOCOL,
      agent: VERSION,
      pid: process.pid,
      ppid: process.ppid,
      node: process.versions.node,
      v8: process.versions.v8,
      argv: process.argv,
      canCollect: typeof collectGarbage === 'function',
    });
  });
  start();
})();
