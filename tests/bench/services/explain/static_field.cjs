// Every order registers itself with its class.
'use strict';
const express = require('express');

class Order {
  static #count = 0;
  static placed = new Set(); // LEAK

  constructor(lines) {
    this.number = ++Order.#count;
    this.lines = lines;
    Order.placed.add(this);
  }
}

const app = express();
app.use(express.json());
app.get('/', (request, response) => response.json({ ok: true }));
app.get('/orders/:number', (request, response) => response.json({ number: request.params.number }));
app.post('/orders', (request, response) => {
  const { number } = new Order(request.body.lines);
  response.status(201).json({ number });
});
app.listen(process.env.PORT, '127.0.0.1');
