'use strict';
const fastify = require('fastify');
const shop = require('./shop.cjs');

const app = fastify();
const itemSchema = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    name: { type: 'string' },
    price: { type: 'number' },
    tags: { type: 'array', items: { type: 'string' } },
  },
};
app.addHook('onRequest', async (request) => shop.onRequest(request));
app.get('/items', async () => shop.list());
app.get('/items/:id', { schema: { response: { 200: itemSchema } } }, async (request) =>
  shop.find(request.params.id),
);
app.post('/items', async (request, reply) => {
  reply.code(201);
  return shop.create(request.body);
});
app.get('/cached/:key', async (request) => shop.lookUp(request.params.key));
app.get('/report/:rows', async (request) => shop.report(request.params.rows));
app.setNotFoundHandler((request, reply) => reply.code(404).send({ error: 'not found' }));
const { port, host } = shop;
app.listen({ port, host });
