// Facts of a request in a WeakMap, a schema that is compiled once, and a hook that keeps nothing.
import Fastify from 'fastify';

const startedAt = new WeakMap();
const totals = { answers: 0, ms: 0 };

const app = Fastify();
app.addHook('onRequest', async (request) => startedAt.set(request, performance.now()));
app.addHook('onResponse', async (request) => {
  ++totals.answers;
  totals.ms += performance.now() - startedAt.get(request);
});
const params = { type: 'object', properties: { id: { type: 'integer' } } };
app.get('/', async () => ({ ok: true }));
app.get('/totals', async () => totals);
app.get('/items/:id', { schema: { params } }, async (request) => ({ id: request.params.id }));
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
