// Mails that are sent, one after the other, and a loader for each request.
import DataLoader from 'dataloader';
import express from 'express';
import PQueue from 'p-queue';

const mails = new PQueue({ concurrency: 1 });

const app = express();
app.get('/', (request, response) => response.json({ ok: true }));
app.get('/authors/:id', async (request, response) => {
  const authors = new DataLoader(async (ids) => ids.map((id) => ({ id, name: `author ${id}` })));
  response.json(await authors.load(request.params.id));
});
app.post('/mails/:to', (request, response) => {
  const { to } = request.params;
  mails.add(async () => ({ to, text: `hello ${to}` }));
  response.status(202).json({ to });
});
app.listen(process.env.PORT, '127.0.0.1');
