// The load generators that are compared: how each is called, and what it says. Pure.

/// Numbers with a unit, as wrk and hey print them.
const integer = (text, pattern) => Number(pattern.exec(text)?.[1] ?? 0);

/// What wrk prints: { requests, failed }; requests NaN when it says nothing.
export function parseWrk(text) {
  const requests = Number(/^\s*(\d+) requests in /m.exec(text)?.[1] ?? NaN);
  const socket = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text);
  const errors = socket ? socket.slice(1).reduce((sum, each) => sum + Number(each), 0) : 0;
  return { requests, failed: errors + integer(text, /Non-2xx or 3xx responses: (\d+)/) };
}

/// What autocannon --json prints.
export function parseAutocannon(text) {
  try {
    const result = JSON.parse(text);
    return {
      requests: result['2xx'] + result.non2xx,
      failed: result.non2xx + result.errors + result.timeouts,
    };
  } catch {
    return { requests: NaN, failed: 0 };
  }
}

/// What hey prints: its table of status codes counts the answers.
export function parseHey(text) {
  let requests = 0;
  let failed = 0;
  for (const [, status, count] of text.matchAll(/^\s*\[(\d{3})\]\s+(\d+) responses/gm)) {
    requests += Number(count);
    if (status >= 400) failed += Number(count);
  }
  const errors = text.split('Error distribution:')[1] ?? '';
  for (const [, count] of errors.matchAll(/^\s*\[(\d+)\]/gm)) failed += Number(count);
  return { requests: requests || NaN, failed };
}

/// The load report of leakcheck.
export function parseLeakcheck(text) {
  try {
    const { load } = JSON.parse(text);
    return { requests: load.answered, failed: load.failed, load };
  } catch {
    return { requests: NaN, failed: 0 };
  }
}

/// CPU of a command under bash's `time` with TIMEFORMAT='cpu %3U %3S': its whole life, and that of
/// its children, in seconds; NaN when it is not there.
export function parseCpu(text) {
  const found = /^cpu (\d+\.\d{3}) (\d+\.\d{3})$/m.exec(text);
  return found ? Number(found[1]) + Number(found[2]) : NaN;
}

/// A scenario for one service that runs already.
export function scenarioFor({ steps = [{ get: '/' }], load = {}, tls = false } = {}) {
  return {
    version: 1,
    name: 'bench',
    target: { command: ['false'], url: 'http://127.0.0.1:1', ...(tls ? { tls: { verify: false } } : {}) },
    load: { max: '24h', ...load, flows: [{ name: 'main', steps }] },
  };
}

/// A template, a capture and two checks on each of two steps.
export const RICH_STEPS = [
  {
    get: {
      url: '/item?n={{ $sequence }}',
      expect: { statusCode: 200, json: { '$.id': 'a-17' } },
      capture: { json: '$.next', as: 'next' },
    },
  },
  {
    get: {
      url: '/item?next={{ next }}',
      expect: { statusCode: 200, json: { '$.price': 12 } },
      capture: { json: '$.id', as: 'id' },
    },
  },
];
export const PLAIN_STEPS = [{ get: '/item' }];

/// The command of a generator, for so long, with so many connections.
export function commandOf(tool, { binary, autocannon, scenario, report, url, connections, seconds, fullPath }) {
  switch (tool) {
    case 'leakcheck':
      return [
        ...[binary, 'load', scenario, '--url', url, '--quiet', '--json', report],
        ...['--duration', `${Math.round(1000 * seconds)}ms`, '--vus', String(connections)],
        ...(fullPath ? ['--full-path'] : []),
      ];
    case 'wrk':
      // It takes whole seconds only.
      return ['wrk', '-t1', `-c${connections}`, `-d${Math.max(1, Math.round(seconds))}s`, `${url}/`];
    case 'autocannon':
      return [
        ...[process.execPath, autocannon, '--json', '--no-progress'],
        ...['-c', String(connections), '-d', String(Math.max(1, Math.round(seconds))), `${url}/`],
      ];
    case 'hey':
      return ['hey', '-cpus', '1', '-z', `${seconds}s`, '-c', String(connections), `${url}/`];
    default:
      throw new Error(`no generator is called ${tool}`);
  }
}

export const PARSERS = { leakcheck: parseLeakcheck, wrk: parseWrk, autocannon: parseAutocannon, hey: parseHey };
