// Replies are kept to be told of changes; they have long been sent.
import Fastify from 'fastify';

class Topic {
  #subscribers = []; // LEAK
  name = 'changes';

  subscribe(reply) {
    this.#subscribers.push({ reply, since: Date.now() });
  }
}

const topic = new Topic();
const app = Fastify();
app.get('/', async () => ({ ok: true }));
app.get('/topics', async () => [topic.name]);
app.get('/topics/:name/changes', async (request, reply) => {
  topic.subscribe(reply);
  return { changes: [] };
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
