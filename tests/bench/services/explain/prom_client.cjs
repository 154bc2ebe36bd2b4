// Downloads are counted by their whole URL: as many time series as there are URLs.
'use strict';
const express = require('express');
const { Counter, register } = require('prom-client');

const downloads = new Counter({ name: 'downloads', help: 'downloads', labelNames: ['url'] }); // LEAK

const app = express();
app.get('/', (request, response) => response.json({ ok: true }));
app.get('/files', (request, response) => response.json(['a.txt', 'b.txt']));
app.get('/files/:name', (request, response) => {
  downloads.inc({ url: request.originalUrl });
  response.type('text').send('content');
});
app.get('/metrics', async (request, response) =>
  response.type('text').send(await register.metrics()),
);
app.listen(process.env.PORT, '127.0.0.1');
