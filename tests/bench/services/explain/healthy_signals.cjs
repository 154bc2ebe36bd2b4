// A signal, a timer and a listener for each download, and all of them are taken back.
'use strict';
const { EventEmitter, setMaxListeners } = require('node:events');
const express = require('express');

const shutdown = new AbortController();
const exchange = new EventEmitter();
setMaxListeners(0, shutdown.signal);

const app = express();
app.get('/', (request, response) => response.json({ ok: true }));
app.get('/watch/:metal', (request, response) => {
  const see = () => {};
  exchange.on('trade', see);
  response.on('close', () => exchange.off('trade', see));
  response.json({ metal: request.params.metal });
});
app.get('/downloads/:id', (request, response) => {
  const timer = setTimeout(() => response.destroy(), 60_000);
  const stop = () => clearTimeout(timer);
  shutdown.signal.addEventListener('abort', stop);
  response.on('close', () => {
    clearTimeout(timer);
    shutdown.signal.removeEventListener('abort', stop);
  });
  response.json({ id: request.params.id });
});
app.listen(process.env.PORT, '127.0.0.1');
