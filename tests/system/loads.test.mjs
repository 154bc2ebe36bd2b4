// Loads of every kind in a whole run: what the service saw, what the verdict and the notes say.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { expectEnding, forService, makeFolder, packages, run } from './leakcheck_process.mjs';

const orders = (load, { env, ...rest } = {}) =>
  forService('orders.cjs', {
    load: { vus: 4, cycles: { requests: 60 }, ...load },
    target: { env: { PORT: '{{ $port }}', PACKAGES: packages, ...env } },
    ...rest,
  });
const clean = { code: 0, ending: 'clean', says: /request/ };
const flow = (...steps) => [{ name: 'main', steps }];

test('a set-up that logs in, values that are captured, checks that hold', async (t) => {
  const create = {
    post: {
      url: '/orders',
      json: { sku: '{{ $sequence }}' },
      expect: { statusCode: 201, headers: { 'Content-Type': 'application/json' } },
      capture: { json: '$.id', as: 'id' },
    },
  };
  const look = {
    get: {
      url: '/orders/{{ id }}',
      name: 'GET /orders/:id',
      expect: { json: { '$.id': '{{ id }}', '$.open': true } },
    },
  };
  const load = {
    setup: [{ post: { url: '/login', capture: { json: '$.token', as: 'token' } } }],
    headers: { Authorization: 'Bearer {{ token }}' },
    teardown: [{ post: '/logout' }],
    flows: flow(create, look),
  };
  const result = await run(t, orders(load, { thresholds: { checks: ['rate==1'] } }));
  expectEnding(result, clean);
  const { report } = result;
  assert.equal(report.load.failed, 0);
  assert.deepEqual(report.load.steps.map((step) => step.name), ['POST /orders', 'GET /orders/:id']);
  const checks = Object.fromEntries(report.load.checks.map((check) => [check.name, check]));
  assert.equal(checks['GET /orders/:id: json $.id'].passed, report.load.steps[1].requests);
  const sequence = report.load.variables.find((variable) => variable.name === '$sequence');
  assert.equal(sequence.uses, report.load.steps[0].requests);
  // The login is seen and sent, and no part of the load.
  assert.equal(report.requestsSeen, report.cycles.at(-1).requestsTotal);
  assert.deepEqual(report.notes, []);
});

test('a leak that only clients show who go away', async (t) => {
  const load = { vus: 8, flows: flow({ get: { url: '/report', abort: { after: '15ms' } } }) };
  const leaky = await run(t, orders(load, { env: { LEAK: 'abort' } }));
  expectEnding(leaky, { code: 1, ending: 'leak', says: /request/ });
  assert.equal(leaky.report.load.aborted, leaky.report.load.sent);
  const { requestsSeen, cycles, notes } = leaky.report;
  const told = /never reached it/.test(notes.join());
  assert.ok(requestsSeen === cycles.at(-1).requestsTotal || told, `${requestsSeen} seen`);
  const patient = { vus: 8, flows: flow({ get: '/report' }) };
  expectEnding(await run(t, orders(patient, { env: { LEAK: 'abort' } })), clean);
});

test('sockets and events that are opened, held and left', async (t) => {
  const load = {
    flows: flow(
      { websocket: { url: '/chat', send: ['{{ $uuid }}', 'b'], receive: 2, hold: '1ms' } },
      { websocket: { url: '/chat', send: 'c', receive: 1, end: 'abandon' } },
      { sse: { url: '/events', events: 3 } },
      { sse: { url: '/events', events: 1, end: 'abandon' } },
    ),
  };
  const result = await run(t, orders(load));
  expectEnding(result, clean);
  const { report } = result;
  assert.equal(report.load.failed, 0);
  assert.deepEqual(report.load.statuses, { 101: report.load.sent / 2, 200: report.load.sent / 2 });
  assert.deepEqual(report.notes, []); // upgrades are no requests of an http.Server, which is no news
});

test('a set-up that fails ends the run before anything is measured', async (t) => {
  const load = { setup: [{ get: { url: '/orders/1' } }], flows: flow({ get: '/report' }) };
  const result = await run(t, orders(load));
  expectEnding(result, { code: 4, ending: 'load_invalid', says: /GET \/orders\/1: status 401/ });
  assert.deepEqual(result.report.cycles, []);
});

test('a threshold ends the run at once', async (t) => {
  const thresholds = {
    http_req_duration: [{ threshold: 'p(95)<1ms', abortOnFail: true }],
  };
  const result = await run(t, orders({ flows: flow({ get: '/report' }) }, { thresholds }));
  expectEnding(result, { code: 1, ending: 'budget_exceeded', says: /p\(95\)<1ms/ });
  assert.match(result.report.notes.join(), /ends the run \(abortOnFail\)/);
  assert.ok(result.report.cycles.filter((cycle) => cycle.phase !== 'warmup').length <= 1);
});

test('a payload that is used up is told: repeated, or the end', async (t) => {
  const folder = makeFolder(t);
  const users = path.join(folder, 'users.csv');
  fs.writeFileSync(users, `id\n${Array.from({ length: 200 }, (_, i) => i).join('\n')}\n`);
  const load = { flows: flow({ post: { url: '/login', json: { id: '{{ id }}' } } }) };
  const repeated = await run(t, orders(load, { payload: { path: users } }));
  expectEnding(repeated, clean);
  assert.match(repeated.report.notes.join(), /payload was used up after 200 iterations/);
  const unique = await run(t, orders(load, { payload: { path: users, order: 'unique' } }));
  expectEnding(unique, { code: 5, ending: 'inconclusive', says: /./ });
  assert.match(unique.report.notes.join(), /rows were used up before the answer was sure/);
});

test('over TLS, with a certificate that is trusted by its file', async (t) => {
  const folder = makeFolder(t);
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  const request = [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
  ];
  execFileSync('openssl', request, { stdio: 'ignore' });
  const secure = (tls) =>
    forService('reached.cjs', {
      url: 'https://127.0.0.1:{{ $port }}',
      ready: { get: '/', timeout: '10s' },
      target: { tls, env: { PORT: '{{ $port }}', KEY: key, CERT: cert } },
    });
  const result = await run(t, secure({ ca: cert }));
  expectEnding(result, clean);
  assert.equal(result.report.load.failed, 0);
  assert.equal(result.report.requestsSeen, result.report.cycles.at(-1).requestsTotal);
  const untrusted = await run(t, secure({}));
  expectEnding(untrusted, { code: 3, ending: 'target_failed', says: /certificate/ });
});

test('over a unix socket', async (t) => {
  const socket = path.join(makeFolder(t), 'service.sock');
  const scenario = forService('reached.cjs', {
    url: 'http://localhost',
    ready: { get: '/', timeout: '10s' },
    target: { socketPath: socket, env: { SOCKET: socket } },
  });
  const result = await run(t, scenario);
  expectEnding(result, clean);
  assert.equal(result.report.load.failed, 0);
  assert.equal(result.report.requestsSeen, result.report.cycles.at(-1).requestsTotal);
});

test('over HTTP/2, where the service is one of HTTP/2 only', async (t) => {
  const load = { httpVersion: 2, flows: flow({ get: '/' }) };
  const scenario = forService('reached.cjs', {
    load,
    target: { env: { PORT: '{{ $port }}', HTTP2: '1' } },
  });
  const result = await run(t, scenario);
  expectEnding(result, clean);
  assert.equal(result.report.load.failed, 0);
  assert.match(result.report.notes.join(), /cannot be counted there \(HTTP\/2/);
});
