// Every visit starts a poll that waits for news, which never come.
import Fastify from 'fastify';

const news = { next: new Promise(() => {}) }; // LEAK

async function follow(visitor) {
  const read = [];
  for (;;) {
    read.push(await news.next);
    visitor.unread = read.length;
  }
}

const app = Fastify();
app.get('/', async () => ({ ok: true }));
app.get('/headlines', async () => ['nothing new']);
app.get('/visitors/:name', async (request) => {
  const visitor = { name: request.params.name, unread: 0 };
  follow(visitor);
  return visitor;
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
