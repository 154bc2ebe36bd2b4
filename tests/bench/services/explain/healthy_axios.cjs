// A shared client with one interceptor, and one of its own for each order.
'use strict';
const http = require('node:http');
const axios = require('axios');
const express = require('express');

const upstream = http.createServer((request, response) => response.end('{"stock":5}'));
upstream.listen(0, '127.0.0.1', () => {
  const baseURL = `http://127.0.0.1:${upstream.address().port}`;
  const client = axios.create({ baseURL, httpAgent: new http.Agent({ keepAlive: true }) });
  client.interceptors.request.use((config) => config);

  const app = express();
  app.get('/', (request, response) => response.json({ ok: true }));
  app.get('/stock/:id', async (request, response) => {
    const { data } = await client.get(`/stock/${request.params.id}`);
    response.json(data);
  });
  app.get('/orders/:id', async (request, response) => {
    const own = client.interceptors.request.use((config) => {
      config.headers['X-Order'] = request.params.id;
      return config;
    });
    try {
      const { data } = await client.get('/stock/1');
      response.json(data);
    } finally {
      client.interceptors.request.eject(own);
    }
  });
  app.listen(process.env.PORT, '127.0.0.1');
});
