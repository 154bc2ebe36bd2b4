// Undo needs an id alone, but shares its scope with the rows that another function uses.
'use strict';
const express = require('express');

const undoSteps = []; // LEAK

const app = express();
app.get('/', (request, response) => response.json({ ok: true }));
app.get('/reports/:id', (request, response) => response.json({ id: request.params.id }));
app.post('/reports/:id', (request, response) => {
  const { id } = request.params;
  const rows = Array.from({ length: 60 }, (_, row) => ({ row, label: `${id} in row ${row}` }));
  const total = () => rows.reduce((sum, { row }) => sum + row, 0);
  undoSteps.push(() => `undo ${id}`);
  response.status(201).json({ id, total: total() });
});
app.listen(process.env.PORT, '127.0.0.1');
