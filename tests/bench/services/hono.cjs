'use strict';
const { serve } = require('@hono/node-server');
const { Hono } = require('hono');
const shop = require('./shop.cjs');

const app = new Hono();
app.use(async (context, next) => {
  shop.onRequest({ method: context.req.method, url: context.req.path });
  await next();
});
app.get('/items', (context) => context.json(shop.list()));
app.get('/items/:id', (context) => context.json(shop.find(context.req.param('id'))));
app.post('/items', async (context) => context.json(shop.create(await context.req.json()), 201));
app.get('/cached/:key', (context) => context.json(shop.lookUp(context.req.param('key'))));
app.get('/report/:rows', (context) => context.json(shop.report(context.req.param('rows'))));
app.notFound((context) => context.json({ error: 'not found' }, 404));
serve({ fetch: app.fetch, port: shop.port, hostname: shop.host });
