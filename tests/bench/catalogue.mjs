// The services of the bench: what each is made of, which Node.js it runs on, and its load; pure.
//   file, env    below services/, and what tells its variants apart
//   from         the oldest major of Node.js that its packages support
//   ofThisNode   its add-on is built for the Node.js that runs the bench, and loads in no other
//   needs        a package of npm that may be missing
//   routes       serves the six routes of the shop
//   flows, load  what it is sent
import { flow, SHOP, toFlow } from './workload.mjs';

const shop = (file, from, env = {}) => ({
  file,
  env,
  from,
  routes: true,
  flows: SHOP.map(toFlow),
  ready: { get: '/items' },
});
const get = (path, more = {}) => flow('get', { get: { url: path, ...more } });
const graphql = (name, query, variables) =>
  flow(name, {
    post: {
      url: '/graphql',
      name,
      headers: { 'Content-Type': 'application/json' },
      body: `{"query":"${query}","variables":${variables}}`,
    },
  });

const ORDER = { name: 'a thing', price: 12.5, tags: ['red', 'heavy'] };
const USERS = { cookies: 'user' };

export const SERVICES = {
  http: shop('http.cjs', 18),
  express4: shop('express.cjs', 18, { EXPRESS: 'express4' }),
  express5: shop('express.cjs', 18, { EXPRESS: 'express' }),
  fastify: shop('fastify.cjs', 20),
  koa: shop('koa.cjs', 20),
  hapi: shop('hapi.cjs', 18),
  hono: shop('hono.cjs', 20),
  nest: shop('nest.cjs', 20),
  cluster: shop('cluster.cjs', 18),
  yoga: {
    file: 'yoga.cjs',
    from: 18,
    flows: [
      graphql(
        'book',
        'query($id: Int!) { book(id: $id) { id title } }',
        '{"id":{{ $randomNumber(1, 50) }}}',
      ),
      graphql('books', '{ books(first: 10) { id title } }', '{}'),
      graphql(
        'rename',
        'mutation($title: String!) { rename(id: 7, title: $title) { title } }',
        '{"title":"t{{ $sequence }}"}',
      ),
    ],
  },
  'socket.io': {
    file: 'socketio.cjs',
    from: 18,
    flows: [
      flow('visit', {
        websocket: { url: '/socket.io/?EIO=4&transport=websocket', send: ['40'], receive: 3 },
      }),
    ],
  },
  undici: {
    file: 'upstream.cjs',
    env: { CLIENT: 'undici' },
    from: 20,
    flows: [get('/stock/{{ $randomNumber(1, 100) }}')],
  },
  axios: {
    file: 'upstream.cjs',
    env: { CLIENT: 'axios' },
    from: 18,
    flows: [get('/stock/{{ $randomNumber(1, 100) }}')],
  },
  pino: {
    file: 'logging.cjs',
    env: { LOGGER: 'pino' },
    from: 20,
    flows: [get('/place/{{ $sequence }}')],
  },
  winston: {
    file: 'logging.cjs',
    env: { LOGGER: 'winston' },
    from: 18,
    flows: [get('/place/{{ $sequence }}')],
  },
  ejs: {
    file: 'rendering.cjs',
    env: { ENGINE: 'ejs' },
    from: 18,
    flows: [get('/page/{{ $randomNumber(1, 100) }}')],
  },
  pug: {
    file: 'rendering.cjs',
    env: { ENGINE: 'pug' },
    from: 18,
    flows: [get('/page/{{ $randomNumber(1, 100) }}')],
  },
  sessions: { file: 'sessions.cjs', from: 18, flows: [get('/visit')], load: USERS },
  zod: {
    file: 'validation.cjs',
    env: { VALIDATOR: 'zod' },
    from: 18,
    flows: [
      flow('good', { post: { url: '/', name: 'good', json: ORDER } }, 3),
      flow('bad', {
        post: { url: '/', name: 'bad', json: { ...ORDER, price: -1 }, expect: { statusCode: 422 } },
      }),
    ],
  },
  jwt: { file: 'jwt.cjs', from: 18, flows: [get('/user/{{ $sequence }}')] },
  multer: { file: 'uploads.cjs', env: { PARSER: 'multer' }, from: 18 },
  busboy: { file: 'uploads.cjs', env: { PARSER: 'busboy' }, from: 18 },
  compression: {
    file: 'compression.cjs',
    from: 18,
    flows: [get('/rows/{{ $sequence }}', { compressed: true })],
  },
  sharp: {
    file: 'sharp.cjs',
    from: 18,
    needs: 'sharp',
    flows: [get('/picture/{{ $randomNumber(1, 1000) }}')],
  },
  'better-sqlite3': {
    file: 'sqlite.cjs',
    env: { SQLITE: 'better-sqlite3' },
    from: 20,
    ofThisNode: true,
    needs: 'better-sqlite3/build/Release/better_sqlite3.node',
    flows: [get('/stock')],
  },
  'sql.js': { file: 'sqlite.cjs', env: { SQLITE: 'sql.js' }, from: 18, flows: [get('/stock')] },
  piscina: {
    file: 'pool.cjs',
    env: { POOL: 'piscina' },
    from: 20,
    flows: [get('/text/{{ $randomString(8) }}')],
  },
  threads: {
    file: 'pool.cjs',
    env: { POOL: 'threads' },
    from: 18,
    flows: [get('/text/{{ $randomString(8) }}')],
  },
  addon: { file: 'native.cjs', from: 18, flows: [get('/')] },
  real: {
    file: 'real.cjs',
    from: 20,
    load: USERS,
    flows: [
      flow('page', { get: { url: '/page/{{ $randomNumber(1, 100) }}', name: 'page' } }, 8),
      flow('token', { get: { url: '/token/{{ $sequence }}', name: 'token' } }, 6),
      flow(
        'order',
        {
          post: {
            url: '/orders',
            name: 'order',
            json: { sku: 'A-1' },
            expect: { statusCode: 201 },
          },
        },
        4,
      ),
      flow('metrics', { get: { url: '/metrics', name: 'metrics' } }),
      flow('lost', {
        get: { url: '/nothing/{{ $sequence }}', name: 'lost', expect: { statusCode: 404 } },
      }),
    ],
  },
};
SERVICES.ajv = { ...SERVICES.zod, env: { VALIDATOR: 'ajv' } };
for (const name of ['multer', 'busboy'])
  SERVICES[name].flows = [
    flow('upload', {
      post: {
        url: '/',
        name: 'upload',
        multipart: {
          title: 'picture {{ $sequence }}',
          file: {
            text: 'x'.repeat(3000),
            fileName: 'picture.bin',
            contentType: 'application/octet-stream',
          },
        },
      },
    }),
  ];

export const SERVICE_NAMES = Object.keys(SERVICES);
export const SHOP_SERVICES = SERVICE_NAMES.filter((name) => SERVICES[name].routes);

/// The majors of Node.js, of those that can be had, on which a service runs.
export const nodesOf = (name, nodes, ownNode) =>
  nodes.filter(
    (major) => major >= SERVICES[name].from && (!SERVICES[name].ofThisNode || major === ownNode),
  );
