// Downloads by their route: one time series.
'use strict';
const express = require('express');
const { Counter, register } = require('prom-client');

const downloads = new Counter({ name: 'downloads', help: 'downloads', labelNames: ['route'] });

const app = express();
app.get('/', (request, response) => response.json({ ok: true }));
app.get('/files/:name', (request, response) => {
  downloads.inc({ route: request.route.path });
  response.type('text').send('content');
});
app.get('/metrics', async (request, response) =>
  response.type('text').send(await register.metrics()),
);
app.listen(process.env.PORT, '127.0.0.1');
