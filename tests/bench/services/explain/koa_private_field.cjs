// A limiter that counts by address, and never sweeps.
'use strict';
const Router = require('@koa/router');
const Koa = require('koa');

class RateLimiter {
  #limit;
  #windows = new Map(); // LEAK

  constructor(limit) {
    this.#limit = limit;
  }

  take(address) {
    const window = this.#windows.get(address) ?? { from: Date.now(), hits: 0 };
    this.#windows.set(address, window);
    return ++window.hits <= this.#limit;
  }
}

const limiter = new RateLimiter(100);
const router = new Router();
router.get('/health', (context) => (context.body = 'ok'));
router.get('/posts/:id', (context) => (context.body = { id: context.params.id, text: 'hello' }));
router.get('/login', (context) => {
  if (!limiter.take(context.get('X-Forwarded-For'))) context.status = 429;
  else context.body = { token: 'abc' };
});

new Koa().use(router.routes()).listen(process.env.PORT, '127.0.0.1');
