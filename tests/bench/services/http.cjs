'use strict';
const http = require('node:http');
const shop = require('./shop.cjs');

async function readJson(request) {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return JSON.parse(text);
}

function send(response, status, value) {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

async function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://shop');
  const [, room, name] = pathname.split('/');
  if (room === 'items' && request.method === 'POST')
    return send(response, 201, shop.create(await readJson(request)));
  if (room === 'items' && !name) return send(response, 200, shop.list());
  if (room === 'items') return send(response, 200, shop.find(name));
  if (room === 'cached') return send(response, 200, shop.lookUp(name));
  if (room === 'report') return send(response, 200, shop.report(name));
  return send(response, 404, { error: 'not found' });
}

http
  .createServer((request, response) => {
    shop.onRequest(request);
    answer(request, response).catch((error) => send(response, 500, { error: error.message }));
  })
  .listen(...shop.listen);
