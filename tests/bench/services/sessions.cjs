// A session with a counter, in memory.
//   SESSION_TTL  milliseconds; swept ten times in that time
'use strict';
const express = require('express');
const session = require('express-session');
const MemoryStore = require('memorystore')(session);
const { port, host, onRequest } = require('./base.cjs');

const ttl = Number(process.env.SESSION_TTL || 60_000);
const app = express();
app.use(
  session({
    secret: 'bench',
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: ttl },
    store: new MemoryStore({ checkPeriod: ttl / 10, ttl }),
  }),
);
app.get('/visit', (request, response) => {
  onRequest();
  request.session.visits = (request.session.visits ?? 0) + 1;
  response.json({ visits: request.session.visits });
});
app.listen(port, host);
