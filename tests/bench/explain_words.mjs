// The words that the services of `explain` are described with; pure.
import { flow } from './workload.mjs';

const step =
  (method) =>
  (name, more = {}) =>
    flow(name, { [method]: { url: name.split(' ')[1], name, ...more } });
export const get = step('get');
export const post = step('post');
export const put = step('put');
export const ws = (name, path) =>
  flow(name, { websocket: { url: path, name, send: ['hello'], receive: 1 } });

export const CREATED = { expect: { statusCode: 201 } };
export const ACCEPTED = { expect: { statusCode: 202 } };
export const HOME = get('GET /');
export const HEALTH = get('GET /health');
export const ANY_ID = '{{ $randomNumber(1, 40) }}';
export const NEW_ID = '{{ $sequence }}';
export const BYTES = { headers: { 'Content-Type': 'application/octet-stream' }, body: 'x'.repeat(12_000) };
export const VISITORS = { headers: { 'X-Forwarded-For': '{{ $clientAddress }}' } };

/// A service whose last flow is the one that leaks.
export const leaky = (file, patterns, culprits, flows, more = {}) => ({
  file,
  patterns,
  culprits,
  flows,
  route: flows.at(-1).name,
  ...more,
});
