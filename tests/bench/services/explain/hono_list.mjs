// The last change knows the one before it, and so on to the first.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

let newestChange = null; // LEAK

const app = new Hono();
app.get('/', (context) => context.json({ ok: true }));
app.get('/changes', (context) => context.json({ newest: newestChange?.title ?? 'none' }));
app.put('/texts/:title', (context) => {
  newestChange = { title: context.req.param('title'), at: new Date(), previous: newestChange };
  return context.json({ title: newestChange.title });
});
serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: '127.0.0.1' });
