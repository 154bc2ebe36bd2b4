// Each socket hears of ticks through a listener that outlives it.
'use strict';
const { EventEmitter } = require('node:events');
const http = require('node:http');
const express = require('express');
const { WebSocketServer } = require('ws');

class Ticker extends EventEmitter {
  value = 0;
}

const ticker = new Ticker().setMaxListeners(0); // LEAK

const app = express();
app.get('/', (request, response) => response.send('<h1>ticker</h1>'));
app.get('/value', (request, response) => response.json({ value: ticker.value }));

const server = http.createServer(app);
const feed = new WebSocketServer({ server, path: '/feed' });
feed.on('connection', (socket) => {
  ticker.on('tick', (value) => socket.send(String(value)));
  socket.on('message', () => socket.send(String(ticker.value)));
});
server.listen(process.env.PORT, '127.0.0.1');
