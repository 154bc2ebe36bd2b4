// leakcheck load: the real binary against services that it launches and one that runs already. What
// is counted is compared with what the server saw.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import {
  binary,
  findProcesses,
  forService,
  listens,
  makeFolder,
  readText,
  start,
  until,
  writeScenario,
} from './leakcheck_process.mjs';

const json = (file) => JSON.parse(readText(file) ?? 'null');

/** Runs `leakcheck load` on a scenario; checks that nothing of it is left. */
async function load(t, scenario, args = []) {
  const folder = makeFolder(t);
  const file = writeScenario(folder, scenario);
  const result = await start(folder, ['load', file, '--json', 'load.json', ...args]).done;
  const report = json(path.join(folder, 'load.json'));
  const shown = `\nexit ${result.code}\n${result.stdout}\n${result.stderr}`;
  assert.deepEqual(findProcesses(folder), [], `processes are left${shown}`);
  if (report?.target.command.length > 0)
    assert.equal(await listens(new URL(report.target.url).port), false, `it listens still${shown}`);
  return { ...result, folder, report, shown };
}

/** A server in this process that counts what it sees. */
async function serve(t, answer = (request, response) => response.end('ok')) {
  const seen = [];
  const server = http.createServer((request, response) => {
    seen.push(request.url);
    answer(request, response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, port: server.address().port, url: `http://127.0.0.1:${server.address().port}` };
}

const ending = ({ code, report }) => [code, report?.outcome.ending];

/** A command that serves, and tells in `file` how much it has seen: at the 100th request, and when
 *  it is asked to end; with its NODE_OPTIONS. */
const counting = (file) => [
  process.execPath,
  '-e',
  `let seen = 0;
   const tell = () => require('node:fs').writeFileSync(${JSON.stringify(file)},
     JSON.stringify({ seen, options: process.env.NODE_OPTIONS }));
   require('node:http').createServer((request, response) => {
     if (++seen === 100) tell();
     response.end('ok');
   }).listen(process.env.PORT, '127.0.0.1');
   process.on('SIGTERM', () => { tell(); process.exit(0); });`,
];

test('a launched service: exactly as many requests as asked for, without our agent', async (t) => {
  const file = path.join(makeFolder(t), 'seen.json');
  const result = await load(t, forService('steady.cjs', { command: counting(file) }), ['--requests', '1234']);
  assert.deepEqual(ending(result), [0, 'passed'], result.shown);
  const { seen, options } = json(file);
  assert.equal(seen, 1234);
  assert.doesNotMatch(options, /--require|--expose-gc/);
  assert.equal(result.report.load.sent, 1234);
  assert.equal(result.report.load.answered, 1234);
  assert.deepEqual(result.report.asked, { durationMs: null, requests: 1234 });
  assert.equal(result.report.target.end, 'stopped');
});

test('a service that is no Node.js: launched, loaded, stopped', async (t) => {
  const script = `
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Length', '2')
        self.end_headers()
        self.wfile.write(b'ok')
    def log_message(self, *args): pass
http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), Handler).serve_forever()`;
  if (!fs.existsSync('/usr/bin/python3')) return t.skip('there is no python3');
  const result = await load(t, forService('steady.cjs', { command: ['python3', '-c', script] }), ['--requests', '200']);
  assert.deepEqual(ending(result), [0, 'passed'], result.shown);
  assert.equal(result.report.load.statuses['200'], 200);
});

test('a service that runs already: seen as often as sent, and it goes on', async (t) => {
  const { seen, port, url } = await serve(t);
  const scenario = forService('steady.cjs', {
    command: ['no-such-program'],
    load: { flows: [{ name: 'main', steps: [{ get: '/{{ $sequence }}?port={{ $port }}' }] }] },
  });
  const result = await load(t, scenario, ['--url', `${url}/`, '--requests', '500']);
  assert.deepEqual(ending(result), [0, 'passed'], result.shown);
  assert.equal(seen.length, 500);
  assert.equal(new Set(seen).size, 500, 'every request has a number of its own');
  assert.ok(seen.every((each) => each.endsWith(`port=${port}`)), seen[0]);
  assert.equal(result.report.load.sent, 500);
  assert.equal(result.report.load.statuses['200'], 500);
  assert.deepEqual(result.report.target.command, []);
  assert.equal(result.report.runFolder, '');
  assert.equal(fs.existsSync(path.join(result.folder, '.leakcheck')), false, 'nothing was launched');
  assert.ok(await listens(port));
  assert.match(result.stdout, /requests +500 at [\d,.]+\/s, none failed/);
  assert.match(result.stdout, /p50 +p90 +p95 +p99 +max/);
  assert.equal(result.stderr, '', 'no live line in a pipe');
});

test('--duration: so long, and no longer; --vus says how many at once', async (t) => {
  let open = 0;
  let most = 0;
  const { url } = await serve(t, (request, response) => {
    most = Math.max(most, ++open);
    setTimeout(() => (--open, response.end('ok')), 5);
  });
  const result = await load(t, forService('steady.cjs'), ['--url', url, '--duration', '700ms', '--vus', '7']);
  assert.deepEqual(ending(result), [0, 'passed'], result.shown);
  assert.equal(most, 7);
  assert.equal(result.report.scenario.vus, 7);
  assert.ok(result.report.load.busyMs >= 690, result.shown);
  assert.equal(result.report.load.answered, result.report.load.sent);
});

test('thresholds: one that is exceeded is exit code 1, failed requests are 4', async (t) => {
  const { url } = await serve(t);
  const slow = await load(t, forService('steady.cjs', { thresholds: { http_req_duration: ['p(95)<0.001ms'] } }), [
    '--url', url, '--requests', '50',
  ]);
  assert.deepEqual(ending(slow), [1, 'threshold_exceeded'], slow.shown);
  assert.match(slow.stdout, /THRESHOLD EXCEEDED[\s\S]*✗ http_req_duration p\(95\)<0\.001ms/);
  const broken = await serve(t, (request, response) => {
    response.statusCode = 500;
    response.end();
  });
  const failed = await load(t, forService('steady.cjs'), ['--url', broken.url, '--requests', '50']);
  assert.deepEqual(ending(failed), [4, 'load_invalid'], failed.shown);
  assert.match(failed.stdout, /status 500 \(50\)/);
});

test('wrong urls, and options that exclude each other: a clear error', async (t) => {
  const cases = [
    [['--url', 'ftp://example.org'], 2, /ftp:\/\/example\.org is no url/],
    [['--url', 'nonsense'], 2, /nonsense is no url/],
    [['--url', 'http://127.0.0.1:0x'], 2, /no url/],
    [['--requests', '5', '--duration', '5s'], 2, /--requests|--duration/],
    [['--requests', '0'], 2, /--requests/],
    [['--duration', '5'], 2, /--duration 5 is no length of time/],
    [['--duration', '0s'], 2, /no length of time/],
    [['--vus', '0'], 2, /--vus/],
    [['--json', '/proc/no/load.json'], 6, /\/proc\/no/],
  ];
  const folder = makeFolder(t);
  const file = writeScenario(folder, forService('steady.cjs'));
  for (const [args, code, says] of cases) {
    const result = await start(folder, ['load', file, ...args]).done;
    assert.equal(result.code, code, `${args}\n${result.stdout}${result.stderr}`);
    assert.match(result.stdout + result.stderr, says);
    assert.match(result.stdout + result.stderr, /hint/);
  }
  assert.equal(fs.existsSync(path.join(folder, '.leakcheck')), false, 'nothing was launched');
});

test('nobody at --url', async (t) => {
  const held = net.createServer();
  await new Promise((resolve) => held.listen(0, '127.0.0.1', resolve));
  const { port } = held.address();
  await new Promise((resolve) => held.close(resolve));
  const result = await load(t, forService('steady.cjs'), ['--url', `http://127.0.0.1:${port}`]);
  assert.deepEqual(ending(result), [3, 'target_failed'], result.shown);
  assert.match(result.stdout, /nobody listens there/);
});

test('a service that dies under load: exit code 3, with what was measured and its last words', async (t) => {
  const result = await load(t, forService('crash_under_load.cjs'), ['--requests', '1000000']);
  assert.deepEqual(ending(result), [3, 'target_failed'], result.shown);
  assert.match(result.stdout, /the database went away/);
  assert.ok(result.report.load.answered > 0);
  assert.equal(result.report.target.exitCode, 1);
});

for (const [signal, code, word] of [
  ['SIGINT', 130, 'interrupted'],
  ['SIGTERM', 143, 'terminated'],
])
  test(`${signal}: the table of what was measured, exit code ${code}, nothing left`, async (t) => {
    const folder = makeFolder(t);
    const seen = path.join(folder, 'seen.json');
    const file = writeScenario(folder, forService('steady.cjs', { command: counting(seen) }));
    const { child, done } = start(folder, ['load', file, '--out', 'run', '--json', 'load.json', '--requests', '1000000']);
    await until(() => fs.existsSync(seen), 'the 100th request');
    child.kill(signal);
    const result = await done;
    const report = json(path.join(folder, 'load.json'));
    assert.deepEqual([result.code, report.outcome.ending], [code, word], result.stdout + result.stderr);
    assert.match(result.stdout, new RegExp(`^${word.toUpperCase()}`, 'm'));
    assert.match(result.stdout, /requests +[\d,]+ at/);
    assert.ok(report.load.answered > 0);
    assert.equal(report.target.end, 'stopped');
    assert.deepEqual(findProcesses(folder), []);
    assert.equal(json(path.join(folder, 'run/load.json')).outcome.ending, word, 'it stays with the logs');
  });

test('in a terminal: one live line, gone before the table; --quiet: nothing of a load that passed', async (t) => {
  const { url } = await serve(t);
  const folder = makeFolder(t);
  const file = writeScenario(folder, forService('steady.cjs'));
  const line = [binary, 'load', file, '--url', url, '--duration', '900ms'].map((word) => `'${word}'`).join(' ');
  const { code, stdout } = await start(folder, [], {
    wrap: ['sh', '-c', 'exec script -qec "$0" /dev/null', `exec ${line}`],
    env: { TERM: 'xterm', NO_COLOR: '1' },
  }).done;
  assert.equal(code, 0, stdout);
  const frames = stdout.split('\r\u001b[K');
  assert.ok(frames.length > 3, JSON.stringify(stdout));
  assert.ok(frames.some((frame) => /^\d+ % +[\d,]+ requests {2}[\d,.]+\/s {2}0 failed/.test(frame)), JSON.stringify(frames));
  assert.match(frames.at(-1), /PASSED/);
  const quiet = await start(folder, ['load', file, '--url', url, '--requests', '10', '--quiet']).done;
  assert.deepEqual([quiet.code, quiet.stdout, quiet.stderr], [0, '', '']);
});

test('abortOnFail ends the load early', async (t) => {
  const { url } = await serve(t);
  const result = await load(
    t,
    forService('steady.cjs', {
      thresholds: {
        http_req_duration: [{ threshold: 'p(95)<0.001ms', abortOnFail: true }],
      },
    }),
    ['--url', url, '--requests', '1000000'],
  );
  assert.deepEqual(ending(result), [1, 'threshold_exceeded'], result.shown);
  assert.ok(result.report.load.busyMs < 30_000, result.shown);
  assert.match(result.report.notes.join('\n'), /abortOnFail/);
});
