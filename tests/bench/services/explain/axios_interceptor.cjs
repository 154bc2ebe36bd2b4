// The client is shared, and every order adds an interceptor of its own to it.
'use strict';
const http = require('node:http');
const axios = require('axios');
const express = require('express');

const upstream = http.createServer((request, response) => response.end('{"stock":5}'));
upstream.listen(0, '127.0.0.1', () => {
  const baseURL = `http://127.0.0.1:${upstream.address().port}`;
  const client = axios.create({ baseURL, httpAgent: new http.Agent({ keepAlive: true }) }); // LEAK

  const app = express();
  app.get('/', (request, response) => response.json({ ok: true }));
  app.get('/sizes', (request, response) => response.json(['s', 'm', 'l']));
  app.get('/stock/:id', async (request, response) => {
    const { id } = request.params;
    client.interceptors.request.use((config) => {
      config.headers['X-Order'] = id;
      return config;
    });
    const { data } = await client.get(`/stock/${id}`);
    response.json(data);
  });
  app.listen(process.env.PORT, '127.0.0.1');
});
