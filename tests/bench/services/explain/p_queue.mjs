// One mail at a time, and the first one hangs: all others wait behind it.
import express from 'express';
import PQueue from 'p-queue';

const mails = new PQueue({ concurrency: 1 }); // LEAK
mails.add(() => new Promise(() => {}));

const app = express();
app.get('/', (request, response) => response.json({ ok: true }));
app.get('/templates/:name', (request, response) => response.json({ name: request.params.name }));
app.post('/mails/:to', (request, response) => {
  const { to } = request.params;
  mails.add(async () => ({ to, text: `hello ${to}` }));
  response.status(202).json({ to });
});
app.listen(process.env.PORT, '127.0.0.1');
