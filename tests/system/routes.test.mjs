// After a leak each route runs alone, with what it needs: the right one is named.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectEnding, forService, packages, run } from './leakcheck_process.mjs';

const flow = (name, weight, ...steps) => ({ name, weight, steps });
const service = (leak, flows, load = {}) =>
  forService('routes.cjs', {
    target: { env: { PORT: '{{ $port }}', LEAK: leak, PACKAGES: packages } },
    load: { flows, ...load },
  });
const login = { post: { url: '/login', json: {}, capture: [{ json: '$.token', as: 'token' }] } };
const account = { get: { url: '/account', headers: { Authorization: 'Bearer {{ token }}' } } };

function route(result, name) {
  const found = result.report.verdict.routes.find((each) => each.name === name);
  assert.ok(found, `${name} is not among the routes\n${result.stdout}`);
  return found;
}

/** One route leaks so much, and no other does. */
function expectRoute(result, name, bytes) {
  const { verdict, cycles } = result.report;
  const shown = JSON.stringify({ routes: verdict.routes, say: verdict.routesSay }, null, 1);
  expectEnding(result, { code: 1, ending: 'leak', says: /request/ });
  for (const each of verdict.routes) {
    assert.equal(each.problem, undefined, shown);
    assert.equal(each.leaks, each.name === name, shown);
    const { growth } = each;
    assert.ok(growth.low <= growth.bytesPerRequest && growth.bytesPerRequest <= growth.high, shown);
    const own = cycles.filter((cycle) => cycle.route === each.name);
    assert.ok(own.length >= 5, `${each.name} had ${own.length} cycles`);
    assert.ok(own.every((cycle) => cycle.phase === 'routes'));
  }
  const { bytesPerRequest } = route(result, name).growth;
  assert.ok(Math.abs(bytesPerRequest - bytes) <= 0.05 * bytes, shown);
  assert.match(verdict.routesSay, new RegExp(`^${name} keeps .* of every request`), shown);
}

test('of six routes the leaky one is named, at 5 % of the weight', async (t) => {
  const flows = ['a', 'b', 'c', 'd', 'e'].map((name) => flow(name, 19, { get: `/${name}` }));
  const result = await run(t, service('one', [...flows, flow('f', 5, { get: '/f' })]));
  expectRoute(result, 'GET /f', 1280);
  assert.equal(result.report.verdict.routes.length, 6);
  assert.match(result.report.verdict.routesSay, /the other 5 routes keep nothing$/);
});

test('a route keeps the steps whose captures it uses, and the setup is run again', async (t) => {
  const flows = [flow('shop', 1, login, { get: '/a' }, account, { get: '/b' })];
  const result = await run(t, service('account', flows, { setup: [{ get: '/a' }] }));
  expectRoute(result, 'GET /account', 640);
  assert.deepEqual(route(result, 'GET /account').with, ['POST /login']);
  assert.equal(route(result, 'GET /b').with, undefined);
});

test('a route keeps the steps that set its cookie', async (t) => {
  const flows = [flow('shop', 1, { get: '/a' }, { get: '/start' }, { get: '/cart' })];
  const result = await run(t, service('cart', flows));
  expectRoute(result, 'GET /cart', 640);
  assert.deepEqual(route(result, 'GET /cart').with, ['GET /start']);
});

test('a leak that only the mixture shows is said to be so', async (t) => {
  const flows = ['a', 'b', 'c'].map((name) => flow(name, 1, { get: `/${name}` }));
  const result = await run(t, service('mixture', flows));
  expectEnding(result, { code: 1, ending: 'leak', says: /request/ });
  const { routes, routesSay } = result.report.verdict;
  assert.ok(routes.every((each) => !each.leaks && !each.problem), JSON.stringify(routes));
  assert.equal(routesSay, 'no route alone keeps anything: the leak needs the mixture');
});

test('a WebSocket is a route', async (t) => {
  const socket = { websocket: { url: '/chat', send: 'hello', receive: 1 } };
  const flows = [flow('pages', 3, { get: '/a' }), flow('chat', 1, socket)];
  const result = await run(t, service('socket', flows));
  const { routes } = result.report.verdict;
  assert.ok(route(result, 'WS /chat').leaks, JSON.stringify(routes));
  assert.ok(!route(result, 'GET /a').leaks, JSON.stringify(routes));
});

test('a route that fails alone is run with all that comes before it in its flow', async (t) => {
  // That GET /made needs POST /make can be seen in its answers only.
  const make = { post: { url: '/make/{{ $iteration }}', name: 'make' } };
  const made = { get: { url: '/made/{{ $iteration }}', name: 'made' } };
  const result = await run(t, service('made', [flow('both', 1, make, { get: '/a' }, made)]));
  expectRoute(result, 'made', 640);
  assert.deepEqual(route(result, 'made').with, ['make', 'GET /a']);
});

test('a single route, and isolate: never', async (t) => {
  const only = await run(t, service('one', [flow('f', 1, { get: '/f' })]));
  assert.equal(only.report.verdict.routesSay, 'GET /f is the only route');
  assert.ok(route(only, 'GET /f').leaks);
  assert.ok(only.report.cycles.every((cycle) => cycle.phase !== 'routes'));
  const flows = [flow('f', 1, { get: '/f' }), flow('a', 1, { get: '/a' })];
  const never = await run(t, service('one', flows, { isolate: 'never' }));
  expectEnding(never, { code: 1, ending: 'leak', says: /request/ });
  assert.ok(never.report.cycles.every((cycle) => cycle.phase !== 'routes'));
});

test('isolate: always names a route that a clean mixture hides', async (t) => {
  const flows = [flow('a', 999, { get: '/a' }), flow('f', 1, { get: '/f' })];
  const load = { isolate: 'always', cycles: { requests: 1000, max: 12 } };
  const result = await run(t, service('one', flows, load));
  assert.ok(route(result, 'GET /f').leaks, JSON.stringify(result.report.verdict.routes));
  assert.ok(!route(result, 'GET /a').leaks);
});
