// Every socket is pinged each half minute; the interval goes on when it has closed.
'use strict';
const http = require('node:http');
const express = require('express');
const { WebSocketServer } = require('ws');

const app = express();
app.get('/', (request, response) => response.send('<h1>feed</h1>'));
app.get('/health', (request, response) => response.json({ ok: true }));

const server = http.createServer(app);
const feed = new WebSocketServer({ server, path: '/feed' });
feed.on('connection', (socket) => {
  const beat = () => socket.readyState === socket.OPEN && socket.ping(); // LEAK
  setInterval(beat, 30_000);
  socket.on('message', (text) => socket.send(text));
});
server.listen(process.env.PORT, '127.0.0.1');
