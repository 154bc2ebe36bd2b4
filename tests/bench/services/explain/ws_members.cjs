// Who came into the chat; nobody is taken out when his socket closes.
'use strict';
const http = require('node:http');
const express = require('express');
const { WebSocketServer } = require('ws');

const membersById = new Map(); // LEAK
let last = 0;

const app = express();
app.get('/', (request, response) => response.send('<h1>chat</h1>'));
app.get('/members', (request, response) => response.json({ members: membersById.size }));

const server = http.createServer(app);
const chat = new WebSocketServer({ server, path: '/chat' });
chat.on('connection', (socket) => {
  const member = { id: ++last, name: `guest ${last}`, joinedAt: Date.now() };
  membersById.set(member.id, member);
  socket.on('message', (text) => socket.send(`${member.name}: ${text}`));
});
server.listen(process.env.PORT, '127.0.0.1');
