// Every watcher of a price listens to the exchange; none is taken off when its answer is sent.
'use strict';
const { EventEmitter } = require('node:events');
const express = require('express');

const exchange = new EventEmitter(); // LEAK
exchange.setMaxListeners(0);
const prices = { gold: 81.2, silver: 0.98, copper: 0.01 };

const app = express();
app.get('/prices', (request, response) => response.json(prices));
app.get('/prices/:metal', (request, response) =>
  response.json({ price: prices[request.params.metal] }),
);
app.get('/watch/:metal', (request, response) => {
  const { metal } = request.params;
  const seen = [prices[metal]];
  exchange.on('trade', (trade) => {
    if (trade.metal === metal) seen.push(trade.price);
  });
  response.json({ seen });
});
app.listen(process.env.PORT, '127.0.0.1');
