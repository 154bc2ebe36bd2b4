// The healthy services of `explain`, the gate's, and the scenario of each; pure. The leaky ones are in
// explain_leaks.mjs.
import {
  get,
  post,
  ws,
  CREATED,
  ACCEPTED,
  HOME,
  HEALTH,
  ANY_ID,
  NEW_ID,
  VISITORS,
  leaky,
} from './explain_words.mjs';

export const HEALTHY = {
  healthy_express_lru: {
    file: 'healthy_express_lru.cjs',
    flows: [
      HOME,
      get('GET /teams/:id', { url: `/teams/${ANY_ID}` }),
      get('GET /profiles/:name', { url: `/profiles/p${NEW_ID}` }),
    ],
  },
  healthy_fastify: {
    file: 'healthy_fastify.mjs',
    flows: [HOME, get('GET /totals'), get('GET /items/:id', { url: `/items/${NEW_ID}` })],
  },
  healthy_koa: {
    file: 'healthy_koa.cjs',
    flows: [
      HEALTH,
      get('GET /posts/:id', { url: `/posts/${ANY_ID}` }),
      get('GET /login', VISITORS),
    ],
  },
  healthy_ws: {
    file: 'healthy_ws.cjs',
    flows: [HOME, get('GET /members'), ws('WS /chat', '/chat')],
  },
  healthy_prom: {
    file: 'healthy_prom.cjs',
    flows: [HOME, get('GET /metrics'), get('GET /files/:name', { url: `/files/f${NEW_ID}.txt` })],
  },
  healthy_axios: {
    file: 'healthy_axios.cjs',
    flows: [
      HOME,
      get('GET /stock/:id', { url: `/stock/${ANY_ID}` }),
      get('GET /orders/:id', { url: `/orders/${NEW_ID}` }),
    ],
  },
  healthy_queue: {
    file: 'healthy_queue.mjs',
    flows: [
      HOME,
      get('GET /authors/:id', { url: `/authors/${NEW_ID}` }),
      post('POST /mails/:to', { url: `/mails/${ANY_ID}`, ...ACCEPTED }),
    ],
  },
  healthy_signals: {
    file: 'healthy_signals.cjs',
    flows: [
      HOME,
      get('GET /watch/:metal', { url: '/watch/gold' }),
      get('GET /downloads/:id', { url: `/downloads/${NEW_ID}` }),
    ],
  },
};

const GATE = {
  file: 'gate.cjs',
  flows: [
    HOME,
    get('GET /groups/:id', { url: '/groups/{{ $randomNumber(0, 49) }}' }),
    post('POST /orders', { json: { sku: 'A-1' }, ...CREATED }),
    get('GET /articles/:id', { url: '/articles/{{ $randomNumber(0, 61999) }}' }),
  ],
};
/// The service whose times are the gate's.
export const GATES = {
  leaky: leaky(GATE.file, ['collection'], ['views'], GATE.flows, { env: { KEEP: 'yes' } }),
  clean: { ...GATE, env: { KEEP: '' } },
};

/// The scenario of a service; `command` starts it in `folder`.
export const scenarioOf = (name, service, { command, folder }) => ({
  version: 1,
  name,
  target: {
    command,
    cwd: folder,
    env: { PORT: '{{ $port }}', NODE_ENV: 'production', ...service.env },
  },
  load: { flows: service.flows },
});
