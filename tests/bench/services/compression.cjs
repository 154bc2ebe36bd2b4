'use strict';
const compression = require('compression');
const express = require('express');
const { port, host, onRequest } = require('./base.cjs');

const rows = Array.from({ length: 100 }, (_, index) => ({
  id: index,
  name: `row ${index}`,
  state: 'open',
}));
const app = express();
app.use(compression());
app.get('/rows/:first', (request, response) => {
  onRequest();
  response.json({ first: request.params.first, rows });
});
app.listen(port, host);
