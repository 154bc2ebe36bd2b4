// Downloads listen to the signal of the shutdown, and leave their listener on it.
'use strict';
const express = require('express');
const { setMaxListeners } = require('node:events');

const shutdown = new AbortController(); // LEAK
setMaxListeners(0, shutdown.signal);
process.once('SIGINT', () => shutdown.abort());

const app = express();
app.get('/', (request, response) => response.json({ ok: true }));
app.get('/sizes/:id', (request, response) => response.json({ bytes: 1000 }));
app.get('/downloads/:id', (request, response) => {
  const download = { id: request.params.id, state: 'running' };
  shutdown.signal.addEventListener('abort', () => (download.state = 'aborted'));
  response.json(download);
});
app.listen(process.env.PORT, '127.0.0.1');
