// Each job races with the end of the process: that promise keeps a reaction for every job.
'use strict';
const { setTimeout: sleep } = require('node:timers/promises');
const express = require('express');

let stop;
const stopped = new Promise((resolve) => (stop = resolve)); // LEAK
process.once('SIGINT', () => stop());

const app = express();
app.get('/', (request, response) => response.json({ ok: true }));
app.get('/jobs/:id', (request, response) =>
  response.json({ id: request.params.id, state: 'done' }),
);
app.post('/jobs/:id', async (request, response) => {
  const work = sleep(1, { id: request.params.id, state: 'done' });
  response.json((await Promise.race([stopped, work])) ?? { state: 'stopped' });
});
app.listen(process.env.PORT, '127.0.0.1');
