// Readers of a board listen to the hub, and never leave.
import { EventEmitter } from 'eventemitter3';
import Fastify from 'fastify';

const hub = new EventEmitter(); // LEAK

const app = Fastify();
app.get('/', async () => ({ ok: true }));
app.get('/boards', async () => ['news', 'jobs']);
app.get('/boards/:name', async (request) => {
  const board = { name: request.params.name, posts: [] };
  hub.on('post', (post) => board.posts.push(post));
  return board;
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
