'use strict';
const Hapi = require('@hapi/hapi');
const shop = require('./shop.cjs');

const { port, host } = shop;
const server = Hapi.server({ port, host });
server.ext('onRequest', (request, h) => {
  shop.onRequest({ method: request.method.toUpperCase(), url: request.path });
  return h.continue;
});
server.route([
  { method: 'GET', path: '/items', handler: () => shop.list() },
  { method: 'GET', path: '/items/{id}', handler: (request) => shop.find(request.params.id) },
  {
    method: 'POST',
    path: '/items',
    handler: (request, h) => h.response(shop.create(request.payload)).code(201),
  },
  { method: 'GET', path: '/cached/{key}', handler: (request) => shop.lookUp(request.params.key) },
  { method: 'GET', path: '/report/{rows}', handler: (request) => shop.report(request.params.rows) },
]);
server.start();
