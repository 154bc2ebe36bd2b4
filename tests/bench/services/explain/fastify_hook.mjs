// The last answers of the search, for a page of statistics that was never written.
import Fastify from 'fastify';

const recentSearches = []; // LEAK

const app = Fastify();
app.get('/', async () => ({ hello: 'world' }));
app.get('/items/:id', async (request) => ({ id: request.params.id, stock: 3 }));
app.get(
  '/search',
  {
    onResponse: (request, reply, done) => {
      recentSearches.push({
        text: request.query.q,
        status: reply.statusCode,
        ms: reply.elapsedTime,
      });
      done();
    },
  },
  async (request) => ({ found: [request.query.q] }),
);
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
