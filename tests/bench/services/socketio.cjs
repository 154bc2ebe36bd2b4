'use strict';
const http = require('node:http');
const { Server } = require('socket.io');
const { port, host, onRequest } = require('./base.cjs');

const server = http.createServer((request, response) =>
  response.end('socket.io is at /socket.io/'),
);
const io = new Server(server, { transports: ['websocket'], serveClient: false });
io.on('connection', (socket) => {
  onRequest();
  socket.join('room');
  socket.emit('welcome', { id: socket.id, rooms: [...socket.rooms].length, at: Date.now() });
});
server.listen(port, host);
