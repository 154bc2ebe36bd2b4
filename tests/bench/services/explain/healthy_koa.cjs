// The limiter of koa_private_field.cjs, which forgets the oldest.
'use strict';
const Router = require('@koa/router');
const Koa = require('koa');

class RateLimiter {
  #windows = new Map();

  take(address) {
    const window = this.#windows.get(address) ?? { hits: 0 };
    this.#windows.delete(address);
    this.#windows.set(address, window);
    if (this.#windows.size > 100) this.#windows.delete(this.#windows.keys().next().value);
    return ++window.hits <= 100;
  }
}

const limiter = new RateLimiter();
const router = new Router();
router.get('/health', (context) => (context.body = 'ok'));
router.get('/posts/:id', (context) => (context.body = { id: context.params.id, text: 'hello' }));
router.get('/login', (context) => {
  if (!limiter.take(context.get('X-Forwarded-For'))) context.status = 429;
  else context.body = { token: 'abc' };
});

new Koa().use(router.routes()).listen(process.env.PORT, '127.0.0.1');
