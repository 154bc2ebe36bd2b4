// The leaky services of `explain`: what each is, its load, and what is right to say of it; pure. What
// is right follows from the code of the service alone.
//   file       below services/explain/; `// LEAK` ends each line that it is right to name
//   truthIn    the file with that line, where it is another
//   patterns   that it is right to name
//   culprits   the words of which one must be named: variable, field, event or function
//   library    the package that holds what piles up, and may be named in place of the program's own
//              variable, or one of its `parts`; a line in it is right when `lines` finds it
//   route      the one that leaks
//   flows      what the service is sent
//   load       more of the load
//   run        how it is started: 'node' (the default), 'tsx', 'bundle'
import {
  get,
  post,
  put,
  ws,
  CREATED,
  ACCEPTED,
  HOME,
  HEALTH,
  ANY_ID,
  NEW_ID,
  BYTES,
  VISITORS,
  leaky,
} from './explain_words.mjs';

const BUNDLE = leaky(
  'bundled/main.ts',
  ['collection'],
  ['lookups'],
  [HOME, get('GET /stock'), get('GET /stock/:sku', { url: `/stock/bolt` })],
  { truthIn: 'bundled/stock.ts', run: 'bundle' },
);

export const LEAKY = {
  bundled: BUNDLE,
  bundled_source_maps: { ...BUNDLE, nodeFlags: ['--enable-source-maps'] },
  bundled_class: leaky(
    'bundled/accounts.ts',
    ['collection'],
    ['#bookings'],
    [HOME, get('GET /count'), post('POST /bookings')],
    { truthIn: 'bundled/ledger.ts', run: 'bundle' },
  ),
  express4_locals: leaky(
    'express4_locals.cjs',
    ['collection'],
    ['returns'],
    [
      HOME,
      get('GET /orders/:id', { url: `/orders/${ANY_ID}` }),
      post('POST /returns', { json: { sku: 'A-1' }, ...ACCEPTED }),
    ],
  ),
  hono_list: leaky(
    'hono_list.mjs',
    ['collection'],
    ['newestChange'],
    [HOME, get('GET /changes'), put('PUT /texts/:title', { url: `/texts/t${ANY_ID}` })],
  ),
  // Both are true: functions that listen, in a list of rxjs.
  rxjs_subject: leaky(
    'rxjs_subject.mjs',
    ['emitter', 'collection'],
    ['prices'],
    [HOME, get('GET /prices/:sku', { url: `/prices/${ANY_ID}` }), post('POST /baskets')],
    { library: { name: 'rxjs', lines: /observers\b.*= \[\]/ } },
  ),
  express_context: leaky(
    'express_context.cjs',
    ['context'],
    ['undoSteps'],
    [
      HOME,
      get('GET /reports/:id', { url: `/reports/${ANY_ID}` }),
      post('POST /reports/:id', { url: `/reports/${ANY_ID}`, ...CREATED }),
    ],
  ),
  // Both are true: a timer that is not cleared, and what it holds.
  express_request_timeout: leaky(
    'express_request_timeout.cjs',
    ['closure_over_request', 'timer'],
    ['giveUp'],
    [
      HOME,
      get('GET /pages/:name', { url: `/pages/p${ANY_ID}` }),
      get('GET /slow/:name', { url: `/slow/p${ANY_ID}` }),
    ],
  ),
  ws_heartbeat: leaky(
    'ws_heartbeat.cjs',
    ['timer'],
    ['beat'],
    [HOME, HEALTH, ws('WS /feed', '/feed')],
  ),
  express_map: leaky(
    'express_map.cjs',
    ['collection'],
    ['cartsById'],
    [
      get('GET /products'),
      get('GET /products/:id', { url: `/products/${ANY_ID}` }),
      post('POST /carts', { json: { product: 3 }, ...CREATED }),
    ],
  ),
  koa_private_field: leaky(
    'koa_private_field.cjs',
    ['collection'],
    ['#windows'],
    [HEALTH, get('GET /posts/:id', { url: `/posts/${ANY_ID}` }), get('GET /login', VISITORS)],
  ),
  static_field: leaky(
    'static_field.cjs',
    ['collection'],
    ['placed'],
    [
      HOME,
      get('GET /orders/:number', { url: `/orders/${ANY_ID}` }),
      post('POST /orders', { json: { lines: [{ sku: 'A-1', amount: 2 }] }, ...CREATED }),
    ],
  ),
  esm_export: leaky(
    'esm_export.mjs',
    ['collection'],
    ['translations'],
    [
      get('GET /languages'),
      get('GET /known/:text', { url: `/known/${ANY_ID}` }),
      get('GET /translate/:text', { url: `/translate/text-${NEW_ID}` }),
    ],
    { truthIn: 'lib/translations.mjs' },
  ),
  fastify_hook: leaky(
    'fastify_hook.mjs',
    ['collection'],
    ['recentSearches'],
    [
      HOME,
      get('GET /items/:id', { url: `/items/${ANY_ID}` }),
      get('GET /search', { url: `/search?q=word-${ANY_ID}` }),
    ],
  ),
  tsx_class: leaky(
    'tsx_class.ts',
    ['collection'],
    ['changes'],
    [
      HOME,
      get('GET /workspaces/:name', { url: `/workspaces/w${ANY_ID}` }),
      put('PUT /workspaces/:name', { url: `/workspaces/w${ANY_ID}` }),
    ],
    { run: 'tsx' },
  ),
  ws_members: leaky(
    'ws_members.cjs',
    ['collection'],
    ['membersById'],
    [HOME, get('GET /members'), ws('WS /chat', '/chat')],
  ),
  lru_cache: leaky(
    'lru_cache.cjs',
    ['collection'],
    ['tokens'],
    [HOME, get('GET /tokens/:token', { url: `/tokens/${ANY_ID}` }), post('POST /login')],
    { library: { name: 'lru-cache', lines: /#(keyMap|keyList|valList|ttls|starts)\b/ } },
  ),
  lodash_memoize: leaky(
    'lodash_memoize.cjs',
    ['collection'],
    ['summarize'],
    [
      HOME,
      get('GET /length/:text', { url: `/length/${ANY_ID}` }),
      get('GET /summary/:text', { url: `/summary/one-two-${NEW_ID}` }),
    ],
    { library: { name: 'lodash.memoize', lines: /__data__ =|'string'|\.cache = / } },
  ),
  prom_client: leaky(
    'prom_client.cjs',
    ['collection'],
    ['downloads'],
    [HOME, get('GET /files'), get('GET /files/:name', { url: `/files/f${NEW_ID}.txt` })],
    { library: { name: 'prom-client', lines: /this\.hashMap =/ } },
  ),
  dataloader: leaky(
    'dataloader.mjs',
    ['collection'],
    ['authorsById'],
    [
      HOME,
      get('GET /books/:id', { url: `/books/${ANY_ID}` }),
      get('GET /authors/:id', { url: `/authors/${NEW_ID}` }),
    ],
    { library: { name: 'dataloader', lines: /_cacheMap =|new Map\(\)/ } },
  ),
  ajv_compile: leaky(
    'ajv_compile.cjs',
    ['collection'],
    ['ajv'],
    [
      HOME,
      post('POST /contacts', { json: { mail: 'a@b.c' }, ...CREATED }),
      post('POST /forms/:field', { url: '/forms/name', json: { name: 'x' }, ...CREATED }),
    ],
    { library: { name: 'ajv', lines: /(_cache|_values|_scope)\b.*=/ } },
  ),
  axios_interceptor: leaky(
    'axios_interceptor.cjs',
    ['collection'],
    ['client'],
    [HOME, get('GET /sizes'), get('GET /stock/:id', { url: `/stock/${ANY_ID}` })],
    { library: { name: 'axios', lines: /this\.handlers =|handlerEntries: new Map/ } },
  ),
  express_session: leaky(
    'express_session.cjs',
    ['collection'],
    ['sessions'],
    [HOME, get('GET /imprint'), get('GET /cart')],
    { library: { name: 'express-session', lines: /this\.sessions =/ } },
  ),
  // Both are true: transports in the list of pipes, and the listeners that pipe() adds.
  winston_transport: leaky(
    'winston_transport.cjs',
    ['collection', 'emitter'],
    ['logger'],
    [
      HOME,
      get('GET /rows/:id', { url: `/rows/${ANY_ID}` }),
      post('POST /imports/:id', { url: `/imports/${ANY_ID}`, ...ACCEPTED }),
    ],
    { library: { name: 'winston', parts: ['readable-stream'], lines: /pipes|_events/ } },
  ),
  express_closure: leaky(
    'express_closure.cjs',
    ['closure_over_request'],
    ['pendingAudits'],
    [
      get('GET /users'),
      get('GET /users/:id', { url: `/users/${ANY_ID}` }),
      put('PUT /users/:id', { url: `/users/${ANY_ID}`, json: { name: 'Bob' } }),
    ],
  ),
  koa_contexts: leaky(
    'koa_contexts.cjs',
    ['closure_over_request'],
    ['slowOnes'],
    [
      HEALTH,
      get('GET /fast/:id', { url: `/fast/${ANY_ID}` }),
      get('GET /slow/:id', { url: `/slow/${ANY_ID}` }),
    ],
  ),
  fastify_subscribers: leaky(
    'fastify_subscribers.mjs',
    ['closure_over_request'],
    ['#subscribers'],
    [
      HOME,
      get('GET /topics'),
      get('GET /topics/:name/changes', { url: '/topics/changes/changes' }),
    ],
  ),
  express_buffer: leaky(
    'express_buffer.cjs',
    ['buffer'],
    ['thumbnails'],
    [HOME, get('GET /formats'), post('POST /pictures', { ...BYTES, ...CREATED })],
  ),
  fastify_frames: leaky(
    'fastify_frames.mjs',
    ['buffer'],
    ['frames'],
    [HOME, get('GET /cameras'), post('POST /frames', BYTES)],
  ),
  undici_titles: leaky(
    'undici_titles.mjs',
    ['sliced_strings'],
    ['titles'],
    [HOME, get('GET /titles'), get('GET /pages/:name', { url: `/pages/${ANY_ID}` })],
  ),
  express_emitter: leaky(
    'express_emitter.cjs',
    ['emitter'],
    ['exchange', 'trade'],
    [
      get('GET /prices'),
      get('GET /prices/:metal', { url: '/prices/gold' }),
      get('GET /watch/:metal', { url: '/watch/gold' }),
    ],
  ),
  express_process_on: leaky(
    'express_process_on.cjs',
    ['emitter'],
    ['process', 'SIGHUP'],
    [
      HOME,
      get('GET /reports/:id', { url: `/reports/${ANY_ID}` }),
      get('GET /reports/:id/export', { url: `/reports/${ANY_ID}/export` }),
    ],
  ),
  eventemitter3: leaky(
    'eventemitter3.mjs',
    ['emitter'],
    ['hub', 'post'],
    [HOME, get('GET /boards'), get('GET /boards/:name', { url: '/boards/news' })],
    { library: { name: 'eventemitter3', lines: /_events = / } },
  ),
  ws_listener: leaky(
    'ws_listener.cjs',
    ['emitter'],
    ['ticker', 'tick', 'Ticker'],
    [HOME, get('GET /value'), ws('WS /feed', '/feed')],
  ),
  express_timer: leaky(
    'express_timer.cjs',
    ['timer'],
    ['refreshQuote'],
    [
      get('GET /rates'),
      get('GET /rates/:code', { url: '/rates/usd' }),
      get('GET /quotes/:code', { url: '/quotes/usd' }),
    ],
  ),
  timers_in_map: leaky(
    'timers_in_map.cjs',
    ['timer'],
    ['drafts', 'forget'],
    [HEALTH, get('GET /drafts'), post('POST /drafts')],
  ),
  async_function: leaky(
    'async_function.mjs',
    ['promise'],
    ['news', 'follow'],
    [HOME, get('GET /headlines'), get('GET /visitors/:name', { url: `/visitors/v${ANY_ID}` })],
  ),
  promise_race: leaky(
    'promise_race.cjs',
    ['promise'],
    ['stopped'],
    [
      HOME,
      get('GET /jobs/:id', { url: `/jobs/${ANY_ID}` }),
      post('POST /jobs/:id', { url: `/jobs/${ANY_ID}` }),
    ],
  ),
  // Both are true: tasks in the queue of the package, each with a promise that nobody settles.
  p_queue: leaky(
    'p_queue.mjs',
    ['promise', 'collection'],
    ['mails'],
    [
      HOME,
      get('GET /templates/:name', { url: '/templates/hello' }),
      post('POST /mails/:to', { url: `/mails/${ANY_ID}`, ...ACCEPTED }),
    ],
    { library: { name: 'p-queue', lines: /#queue/ } },
  ),
  abort_signal: leaky(
    'abort_signal.cjs',
    ['abort_signal'],
    ['shutdown'],
    [
      HOME,
      get('GET /sizes/:id', { url: `/sizes/${ANY_ID}` }),
      get('GET /downloads/:id', { url: `/downloads/${ANY_ID}` }),
    ],
  ),
};
