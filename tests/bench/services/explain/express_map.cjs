// Carts by their number; nobody ever takes one out.
'use strict';
const crypto = require('node:crypto');
const express = require('express');

const PRODUCTS = Array.from({ length: 50 }, (_, id) => ({
  id,
  name: `product ${id}`,
  price: 3 * id,
}));
const cartsById = new Map(); // LEAK

const app = express();
app.use(express.json());
app.get('/products', (request, response) => response.json(PRODUCTS));
app.get('/products/:id', (request, response) => response.json(PRODUCTS[request.params.id]));
app.post('/carts', (request, response) => {
  const id = crypto.randomUUID();
  cartsById.set(id, { items: [request.body.product], since: new Date() });
  response.status(201).json({ id });
});
app.listen(process.env.PORT, '127.0.0.1');
