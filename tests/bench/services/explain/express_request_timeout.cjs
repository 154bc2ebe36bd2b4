// A day for each answer, which nobody ends when it was sent: the timer holds request and response.
'use strict';
const express = require('express');

const app = express();
app.get('/', (request, response) => response.json({ ok: true }));
app.get('/pages/:name', (request, response) => response.json({ name: request.params.name }));
app.get('/slow/:name', (request, response) => {
  const giveUp = () => response.headersSent || response.status(503).end(request.path); // LEAK
  setTimeout(giveUp, 86_400_000);
  response.json({ name: request.params.name });
});
app.listen(process.env.PORT, '127.0.0.1');
