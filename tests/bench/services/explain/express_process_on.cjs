// Each export wants to know of a reload, and never stops to.
'use strict';
const express = require('express');

process.setMaxListeners(0);

const app = express();
app.get('/', (request, response) => response.send('<h1>reports</h1>'));
app.get('/reports/:id', (request, response) => response.json({ id: request.params.id, rows: 12 }));
app.get('/reports/:id/export', (request, response) => {
  let columns = ['id', 'name', request.params.id];
  process.on('SIGHUP', () => (columns = [])); // LEAK
  response.type('csv').send(columns.join(';'));
});
app.listen(process.env.PORT, '127.0.0.1');
