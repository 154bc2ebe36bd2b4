// Drafts are forgotten after a day, by a timer each; by then there are too many.
'use strict';
const crypto = require('node:crypto');
const Router = require('@koa/router');
const Koa = require('koa');

const DAY_MS = 86_400_000;
const drafts = new Map(); // LEAK

const router = new Router();
router.get('/health', (context) => (context.body = 'ok'));
router.get('/drafts', (context) => (context.body = { drafts: drafts.size }));
router.post('/drafts', (context) => {
  const id = crypto.randomUUID();
  const forget = () => drafts.delete(id); // LEAK
  drafts.set(id, setTimeout(forget, DAY_MS));
  context.body = { id };
});

new Koa().use(router.routes()).listen(process.env.PORT, '127.0.0.1');
