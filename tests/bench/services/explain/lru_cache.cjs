// A cache without a max: entries older than an hour go, but only when somebody asks for them.
'use strict';
const crypto = require('node:crypto');
const express = require('express');
const { LRUCache } = require('lru-cache');

const tokens = new LRUCache({ ttl: 3_600_000 }); // LEAK

const app = express();
app.get('/', (request, response) => response.json({ ok: true }));
app.get('/tokens/:token', (request, response) =>
  response.json({ valid: tokens.has(request.params.token) }),
);
app.post('/login', (request, response) => {
  const token = crypto.randomBytes(16).toString('hex');
  tokens.set(token, { roles: ['reader'], since: new Date() });
  response.json({ token });
});
app.listen(process.env.PORT, '127.0.0.1');
