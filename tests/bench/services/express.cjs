'use strict';
const express = require(process.env.EXPRESS || 'express');
const shop = require('./shop.cjs');

const app = express();
app.use((request, response, next) => {
  shop.onRequest(request);
  next();
});
app.use(express.json());
app.get('/items', (request, response) => response.json(shop.list()));
app.get('/items/:id', (request, response) => response.json(shop.find(request.params.id)));
app.post('/items', (request, response) => response.status(201).json(shop.create(request.body)));
app.get('/cached/:key', (request, response) => response.json(shop.lookUp(request.params.key)));
app.get('/report/:rows', (request, response) => response.json(shop.report(request.params.rows)));
app.use((request, response) => response.status(404).json({ error: 'not found' }));
app.listen(...shop.listen);
