// The chat and the ticker, which let go of a socket when it closes.
'use strict';
const { EventEmitter } = require('node:events');
const http = require('node:http');
const express = require('express');
const { WebSocketServer } = require('ws');

const ticker = new EventEmitter().setMaxListeners(0);
const membersById = new Map();
let last = 0;

const app = express();
app.get('/', (request, response) => response.send('<h1>chat</h1>'));
app.get('/members', (request, response) => response.json({ members: membersById.size }));

const server = http.createServer(app);
const chat = new WebSocketServer({ server, path: '/chat' });
chat.on('connection', (socket) => {
  const member = { id: ++last, name: `guest ${last}` };
  const tell = (value) => socket.send(String(value));
  membersById.set(member.id, member);
  ticker.on('tick', tell);
  socket.on('message', (text) => socket.send(`${member.name}: ${text}`));
  socket.on('close', () => {
    membersById.delete(member.id);
    ticker.off('tick', tell);
  });
});
server.listen(process.env.PORT, '127.0.0.1');
