'use strict';
const Koa = require('koa');
const { bodyParser } = require('@koa/bodyparser');
const { Router } = require('@koa/router');
const shop = require('./shop.cjs');

const router = new Router();
router.get('/items', (context) => {
  context.body = shop.list();
});
router.get('/items/:id', (context) => {
  context.body = shop.find(context.params.id);
});
router.post('/items', (context) => {
  context.status = 201;
  context.body = shop.create(context.request.body);
});
router.get('/cached/:key', (context) => {
  context.body = shop.lookUp(context.params.key);
});
router.get('/report/:rows', (context) => {
  context.body = shop.report(context.params.rows);
});

const app = new Koa();
app.use(async (context, next) => {
  shop.onRequest(context);
  await next();
});
app.use(bodyParser());
app.use(router.routes());
app.use((context) => {
  context.status = 404;
  context.body = { error: 'not found' };
});
app.listen(...shop.listen);
