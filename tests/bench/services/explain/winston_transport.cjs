// A transport is added for each import, so that its lines have a file of their own; it stays.
'use strict';
const { Writable } = require('node:stream');
const express = require('express');
const winston = require('winston');

const openFile = () => new Writable({ write: (chunk, encoding, done) => done() });
const transports = [new winston.transports.Stream({ stream: openFile() })];
const logger = winston.createLogger({ level: 'info', transports }); // LEAK
logger.setMaxListeners(0);

const app = express();
app.get('/', (request, response) => response.json({ ok: true }));
app.get('/rows/:id', (request, response) => response.json({ id: request.params.id }));
app.post('/imports/:id', (request, response) => {
  logger.add(new winston.transports.Stream({ level: 'warn', stream: openFile() }));
  response.status(202).json({ id: request.params.id });
});
app.listen(process.env.PORT, '127.0.0.1');
