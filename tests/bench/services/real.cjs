// What a service is made of when it has been in use for a while.
'use strict';
const http = require('node:http');
const Ajv = require('ajv');
const ejs = require('ejs');
const express = require('express');
const session = require('express-session');
const jwt = require('jsonwebtoken');
const MemoryStore = require('memorystore')(session);
const pino = require('pino');
const prometheus = require('prom-client');
const { Pool } = require('undici');
const { port, host, onRequest } = require('./base.cjs');

const log = pino(pino.destination({ dest: '/dev/null', sync: false }));
const isOrder = new Ajv().compile({
  type: 'object',
  required: ['sku'],
  properties: { sku: { type: 'string' } },
});
const render = ejs.compile('<h1><%= name %></h1><p>stock: <%= stock %></p>');
const requests = new prometheus.Counter({
  name: 'requests',
  help: 'requests',
  labelNames: ['route', 'status'],
});
const SECRET = 'secret of the bench';

const upstream = http.createServer((request, response) =>
  response.end(JSON.stringify({ stock: request.url.length })),
);
upstream.listen(0, host, () => {
  const pool = new Pool(`http://${host}:${upstream.address().port}`, { connections: 5 });
  const app = express();
  app.use((request, response, next) => {
    onRequest();
    log.info({ url: request.url }, 'came');
    response.on('finish', () =>
      requests.inc({ route: request.path.split('/')[1], status: response.statusCode }),
    );
    next();
  });
  app.use(express.json());
  app.use(
    session({
      secret: SECRET,
      resave: false,
      saveUninitialized: false,
      store: new MemoryStore({ checkPeriod: 60_000, max: 500 }),
    }),
  );
  app.get('/metrics', async (request, response) =>
    response.end(await prometheus.register.metrics()),
  );
  app.get('/token/:user', (request, response) => {
    const token = jwt.sign({ user: request.params.user }, SECRET, { expiresIn: '1h' });
    response.json({ token, user: jwt.verify(token, SECRET).user });
  });
  app.get('/page/:name', async (request, response) => {
    const { body } = await pool.request({ path: `/stock/${request.params.name}`, method: 'GET' });
    const { stock } = await body.json();
    request.session.seen = (request.session.seen ?? 0) + 1;
    response.send(render({ name: request.params.name, stock }));
  });
  app.post('/orders', (request, response) =>
    response.status(isOrder(request.body) ? 201 : 422).json({}),
  );
  app.listen(port, host);
});
