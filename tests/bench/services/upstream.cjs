// Asks another service for every request, over kept-alive connections.
//   CLIENT  undici, axios or http
'use strict';
const http = require('node:http');
const { port, host, onRequest } = require('./base.cjs');

const CLIENTS = {
  undici() {
    const { Pool } = require('undici');
    let pool;
    return async (url) => {
      pool ??= new Pool(new URL(url).origin, { connections: 10 });
      const { body } = await pool.request({ path: new URL(url).pathname, method: 'GET' });
      return body.json();
    };
  },
  axios() {
    const axios = require('axios');
    const client = axios.create({
      httpAgent: new http.Agent({ keepAlive: true, maxSockets: 10 }),
      proxy: false,
    });
    return async (url) => (await client.get(url)).data;
  },
};

const upstream = http.createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ stock: request.url.length, place: request.url }));
});
upstream.listen(0, host, () => {
  const base = `http://${host}:${upstream.address().port}`;
  const ask = CLIENTS[process.env.CLIENT]();
  http
    .createServer(async (request, response) => {
      onRequest();
      response.end(JSON.stringify(await ask(base + request.url)));
    })
    .listen(port, host);
});
