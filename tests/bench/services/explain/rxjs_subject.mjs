// Each basket subscribes to the prices, and none unsubscribes.
import Fastify from 'fastify';
import { Subject } from 'rxjs';

const prices = new Subject(); // LEAK

const app = Fastify();
app.get('/', async () => ({ ok: true }));
app.get('/prices/:sku', async (request) => ({ sku: request.params.sku, price: 3 }));
app.post('/baskets', async () => {
  const basket = { total: 0, lines: [] };
  prices.subscribe((price) => (basket.total += price));
  return basket;
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
