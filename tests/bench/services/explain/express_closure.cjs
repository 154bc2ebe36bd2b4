// The audit is written "later", by functions that hold all of their requests.
'use strict';
const express = require('express');

const pendingAudits = []; // LEAK

function writeAudits(lines) {
  for (const audit of pendingAudits.splice(0)) lines.push(audit());
}

const app = express();
app.use(express.json());
app.get('/users/:id', (request, response) => response.json({ id: request.params.id, name: 'Ada' }));
app.get('/users', (request, response) => response.json([{ id: 1, name: 'Ada' }]));
app.put('/users/:id', (request, response) => {
  pendingAudits.push(() => `${request.method} ${request.originalUrl} ${response.statusCode}`);
  response.json({ ...request.body, id: request.params.id });
});
// Meant to run every minute; somebody wrote an hour.
setInterval(writeAudits, 3_600_000, []).unref();
app.listen(process.env.PORT, '127.0.0.1');
