// The contexts of slow answers are collected, to be looked at one day.
'use strict';
const Router = require('@koa/router');
const Koa = require('koa');

const slowOnes = new Set(); // LEAK

const router = new Router();
router.get('/health', (context) => (context.body = 'ok'));
router.get('/fast/:id', (context) => (context.body = { id: context.params.id }));
router.get('/slow/:id', async (context) => {
  const startedAt = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 2));
  if (performance.now() - startedAt > 1) slowOnes.add(context);
  context.body = { id: context.params.id };
});

new Koa().use(router.routes()).listen(process.env.PORT, '127.0.0.1');
