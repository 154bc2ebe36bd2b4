// Every fault that a run can meet ends with a clear sentence, its own exit code, all reports
// written, and nothing left running.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import {
  checkLeftovers,
  expectEnding,
  findNode,
  findProcesses,
  forService,
  listens,
  makeFolder,
  run,
  services,
  start,
  until,
  writeScenario,
} from './leakcheck_process.mjs';

const targetFailed = (says) => ({ code: 3, ending: 'target_failed', says });
const node = process.execPath;

test('a command that does not exist', async (t) => {
  const result = await run(t, forService('steady.cjs', { command: ['no-such-program', 'x'] }));
  expectEnding(result, targetFailed(/no-such-program/));
  assert.equal(result.report.target.end, 'not_started');
  assert.match(result.report.outcome.hint, /PATH|install|command/);
});

test('a service that dies before it is ready', async (t) => {
  const script = 'console.error("no database url"); process.exit(7)';
  const result = await run(t, forService('steady.cjs', { command: [node, '-e', script] }));
  expectEnding(result, targetFailed(/exit code 7/));
  assert.equal(result.report.target.end, 'early_exit');
  assert.equal(result.report.target.exitCode, 7);
  assert.match(result.stdout, /no database url/, 'its last words are shown');
});

test('a service that never listens', async (t) => {
  const script = 'setInterval(() => {}, 1000)';
  const result = await run(
    t,
    forService('steady.cjs', {
      command: [node, '-e', script],
      ready: { get: '/healthz', timeout: '700ms' },
    }),
  );
  expectEnding(result, targetFailed(/ready/));
  assert.equal(result.report.target.end, 'never_ready');
});

test('a readiness probe that answers 500', async (t) => {
  const result = await run(
    t,
    forService('always_500.cjs', { ready: { get: '/healthz', timeout: '700ms' } }),
  );
  expectEnding(result, targetFailed(/500/));
  assert.equal(result.report.target.end, 'never_ready');
});

test('a port that somebody else already holds', async (t) => {
  const other = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address();
  try {
    const result = await run(
      t,
      forService('steady.cjs', {
        url: `http://127.0.0.1:${port}`,
        target: { env: { PORT: String(port) } },
      }),
    );
    expectEnding(result, targetFailed(new RegExp(`${port}`)));
    assert.equal(result.report.target.end, 'port_taken');
    assert.ok(await listens(port), 'the other one still listens');
  } finally {
    other.close();
  }
});

test('a service that crashes under load', async (t) => {
  const result = await run(t, forService('crash_under_load.cjs'));
  expectEnding(result, targetFailed(/exit code 1/));
  assert.equal(result.report.target.end, 'early_exit');
  assert.match(result.stdout, /the database went away/);
  assert.ok(result.report.cycles.length > 0, 'the cycles before the crash are kept');
  assert.equal(await listens(result.port), false);
});

test('a service killed by a signal under load', async (t) => {
  const script = `
    let count = 0;
    require('node:http').createServer((request, response) => {
      if (++count === 150) process.kill(process.pid, 'SIGSEGV');
      response.end('ok');
    }).listen(process.env.PORT)`;
  const result = await run(t, forService('steady.cjs', { command: [node, '-e', script] }));
  expectEnding(result, targetFailed(/SIGSEGV/));
  assert.equal(result.report.target.end, 'crashed');
  assert.equal(result.report.target.signal, 11);
});

test('a service that runs out of memory under load is a leak', async (t) => {
  const result = await run(
    t,
    forService('out_of_memory.cjs', { target: { node: { maxOldSpaceSize: 48 } } }),
  );
  expectEnding(result, { code: 1, ending: 'leak', says: /out of memory/ });
  assert.equal(result.report.target.end, 'out_of_memory');
  assert.match(result.junit, /out of memory/);
});

test('a service that hangs in a cycle', async (t) => {
  const result = await run(t, forService('hang_in_request.cjs', { load: { timeout: '2s' } }));
  expectEnding(result, targetFailed(/hangs|event loop/));
  assert.equal(result.report.target.end, 'hung');
});

test('a service that hangs while it is collected', async (t) => {
  const result = await run(t, forService('hang_in_collection.cjs', { load: { timeout: '2s' } }));
  expectEnding(result, targetFailed(/event loop/));
  assert.equal(result.report.target.end, 'hung');
  assert.ok(result.report.cycles.length >= 1);
});

test('a service that ignores SIGTERM is killed, and the verdict stands', async (t) => {
  const script = `
    process.on('SIGTERM', () => {});
    require(${JSON.stringify(path.join(services, 'steady.cjs'))});`;
  const result = await run(
    t,
    forService('steady.cjs', {
      command: [node, '-e', script],
      target: { stop: { timeout: '500ms' } },
    }),
  );
  expectEnding(result, { code: 0, ending: 'clean', says: /request/ });
  assert.equal(result.report.target.end, 'killed');
  assert.match(result.report.notes.join('\n'), /SIGTERM/);
});

test('a child that outlives the service is ended too', async (t) => {
  const script = `
    const { spawn } = require('node:child_process');
    spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' }).unref();
    require(${JSON.stringify(path.join(services, 'steady.cjs'))});`;
  const result = await run(t, forService('steady.cjs', { command: [node, '-e', script] }));
  expectEnding(result, { code: 0, ending: 'clean', says: /request/ });
});

test('NODE_OPTIONS replaced by the command: the agent is missing', async (t) => {
  const result = await run(
    t,
    forService('steady.cjs', {
      command: ['env', 'NODE_OPTIONS=', node, path.join(services, 'steady.cjs')],
    }),
  );
  expectEnding(result, targetFailed(/agent/));
  assert.equal(result.report.target.end, 'agent_missing');
  assert.match(result.report.outcome.hint, /NODE_OPTIONS/);
});

test('a server in a worker process with an environment of its own', async (t) => {
  const result = await run(t, forService('in_worker_env.cjs'));
  expectEnding(result, targetFailed(/agent/));
  assert.equal(result.report.target.end, 'agent_missing');
});

test('a Node.js that is too old says so', async (t) => {
  const old = findNode(16);
  if (!old) return t.skip('node 16 has no package for this machine');
  const result = await run(
    t,
    forService('steady.cjs', { command: [old, path.join(services, 'steady.cjs')] }),
  );
  expectEnding(result, targetFailed(/16\.\d+/));
  assert.match(result.report.outcome.hint, /18/);
});

test('a service that writes 1 GB to stdout', async (t) => {
  const script = `
    const line = 'x'.repeat(1 << 20) + '\\n';
    let left = 1024;
    (function more() {
      if (left-- > 0) process.stdout.write(line, more);
    })();
    require(${JSON.stringify(path.join(services, 'steady.cjs'))});`;
  const result = await run(t, forService('steady.cjs', { command: [node, '-e', script] }));
  expectEnding(result, { code: 0, ending: 'clean', says: /request/ });
  const { size } = fs.statSync(path.join(result.folder, 'run/stdout.log'));
  assert.ok(size < 16 << 20, `the log is bounded: ${size} bytes`);
});

test('a report path that cannot be written ends the run before it begins', async (t) => {
  const scenario = forService('steady.cjs');
  const folder = makeFolder(t);
  const file = writeScenario(folder, {
    ...scenario,
    reporters: ['console', { json: '/proc/no/run.json' }, { junit: 'junit.xml' }],
  });
  const result = await start(folder, ['run', file, '--out', 'run']).done;
  assert.equal(result.code, 6, result.stderr);
  assert.match(result.stderr, /\/proc\/no/);
  assert.match(result.stderr, /hint:/);
  const { junit } = await checkLeftovers(folder, result);
  assert.match(junit, /\/proc\/no/, 'the report that can be written says why there is no result');
  assert.equal(fs.existsSync(path.join(folder, 'run')), false, 'nothing was launched');
});

test('a disk that is full', async (t) => {
  const folder = makeFolder(t);
  const file = writeScenario(folder, forService('steady.cjs'));
  // A disk of 4 KB of its own: the JUnit file is elsewhere, the run record does not fit.
  const script =
    'mkdir full && mount -t tmpfs -o size=4k none full && exec "$0" run "$1" --out run ' +
    '--json full/run.json --junit junit.xml';
  const probe = start(folder, [], {
    wrap: ['unshare', '-rm', 'sh', '-c', 'mkdir probe && mount -t tmpfs none probe'],
  });
  if ((await probe.done).code !== 0) return t.skip('this machine lends no mount namespace');
  const result = await start(folder, [file], {
    wrap: ['unshare', '-rm', 'sh', '-c', script],
  }).done;
  assert.equal(result.code, 6, result.stderr);
  assert.match(result.stderr, /full\/run\.json/);
  assert.match(result.stderr, /space/i);
  const { junit } = await checkLeftovers(folder, result);
  assert.match(junit, /<testsuites/);
});

function withEndlessRun(t) {
  const folder = makeFolder(t);
  const file = writeScenario(
    folder,
    forService('steady.cjs', {
      load: {
        cycles: { requests: 200, min: 900, max: 1000 },
        flows: [{ name: 'main', steps: [{ get: '/' }, { think: '5ms' }] }],
      },
    }),
  );
  const args = ['run', file, '--out', 'run', '--json', 'run.json', '--junit', 'junit.xml'];
  return { folder, ...start(folder, args) };
}

const underLoad = (result) => until(() => /^measure/m.test(result.stderr), 'the measure phase');

test('Ctrl-C once: a partial report, and the service is stopped', async (t) => {
  const { folder, child, done, result } = withEndlessRun(t);
  await underLoad(result);
  child.kill('SIGINT');
  const ended = await done;
  const { report, junit } = await checkLeftovers(folder, ended);
  expectEnding({ ...ended, report, junit }, { code: 130, ending: 'interrupted', says: /Ctrl-C/ });
  assert.ok(report.samples.rows.length > 0);
  assert.equal(report.target.end, 'stopped');
});

test('Ctrl-C twice: at once, even when the service ignores SIGTERM', async (t) => {
  const folder = makeFolder(t);
  const script = `
    process.on('SIGTERM', () => console.log('asked to stop'));
    require(${JSON.stringify(path.join(services, 'steady.cjs'))});`;
  const file = writeScenario(
    folder,
    forService('steady.cjs', {
      command: [node, '-e', script],
      target: { stop: { timeout: '2m' } },
      load: { cycles: { requests: 500, min: 900, max: 1000 } },
    }),
  );
  const { child, done, result } = start(folder, [
    ...['run', file, '--out', 'run', '--json', 'run.json', '--junit', 'junit.xml'],
  ]);
  await underLoad(result);
  child.kill('SIGINT');
  await until(() => /stop/.test(result.stderr), 'the stop phase');
  child.kill('SIGINT');
  const ended = await done;
  const { report } = await checkLeftovers(folder, ended);
  assert.equal(ended.code, 130, ended.stderr);
  assert.equal(report.target.end, 'killed');
});

test('SIGTERM ends the run with 143', async (t) => {
  const { folder, child, done, result } = withEndlessRun(t);
  await underLoad(result);
  child.kill('SIGTERM');
  const ended = await done;
  assert.equal(ended.code, 143, ended.stderr);
  await checkLeftovers(folder, ended);
});

test('leakcheck itself is killed: the service does not outlive it', async (t) => {
  const { folder, child, done, result } = withEndlessRun(t);
  await underLoad(result);
  assert.ok(findProcesses(folder).length >= 2, 'leakcheck and the service run');
  child.kill('SIGKILL');
  await done;
  await until(() => findProcesses(folder).length === 0, 'the end of the service', 5000);
});

test('leakcheck is killed while the service hangs below npm', async (t) => {
  const folder = makeFolder(t);
  fs.writeFileSync(
    path.join(folder, 'package.json'),
    JSON.stringify({ scripts: { start: `node ${path.join(services, 'hang_in_request.cjs')}` } }),
  );
  const file = writeScenario(folder, forService('hang_in_request.cjs', { command: ['npm', 'start'] }));
  const { child, done, result } = start(folder, ['run', file, '--out', 'run']);
  await underLoad(result);
  child.kill('SIGKILL');
  await done;
  await until(() => findProcesses(folder).length === 0, 'the end of the service', 5000);
});

test('requests that all fail make the load invalid', async (t) => {
  const result = await run(t, forService('always_500.cjs'));
  expectEnding(result, { code: 4, ending: 'load_invalid', says: /status 500/ });
  assert.match(result.junit, /<error/);
});

test('requests that come from elsewhere are noticed', async (t) => {
  const result = await run(t, forService('extra_requests.cjs'));
  expectEnding(result, { code: 0, ending: 'clean', says: /request/ });
  assert.match(result.report.notes.join('\n'), /saw [\d,]+ requests, [\d,]+ were sent/);
});

test('the time limit of the run: inconclusive, and it says so', async (t) => {
  const result = await run(
    t,
    forService('steady.cjs', {
      load: { max: '2s', flows: [{ name: 'slow', steps: [{ get: '/' }, { think: '30ms' }] }] },
    }),
  );
  expectEnding(result, { code: 5, ending: 'inconclusive', says: /cycle/ });
  assert.match(result.report.notes.join('\n'), /load\.max/);
  assert.equal(result.report.load.failed, 0, 'what our own limit cut short has not failed');
});

test('a scenario that is wrong: every problem with its place, nothing is launched', async (t) => {
  const folder = makeFolder(t);
  const file = path.join(folder, 'wrong.yaml');
  fs.writeFileSync(
    file,
    'version: 1\ntarget:\n  comand: [node, x.js]\nload:\n  vus: many\n  flows: []\n',
  );
  const result = await start(folder, ['run', file]).done;
  assert.equal(result.code, 2);
  assert.match(result.stderr, /wrong\.yaml:3:3: .*comand/);
  assert.match(result.stderr, /did you mean "command"/);
  assert.match(result.stderr, /wrong\.yaml:5:\d+: .*vus|wrong\.yaml:5:\d+: /);
  assert.deepEqual(fs.readdirSync(folder), ['wrong.yaml']);
});

test('the command line that is wrong exits 2 and names the cure', async (t) => {
  const folder = makeFolder(t);
  for (const args of [[], ['rum'], ['run'], ['run', 'no-such-file.yaml'], ['run', '--nope']]) {
    const result = await start(folder, args).done;
    assert.equal(result.code, 2, `leakcheck ${args.join(' ')}: ${result.stderr}`);
    assert.match(result.stderr, /--help|no-such-file\.yaml/);
  }
});
