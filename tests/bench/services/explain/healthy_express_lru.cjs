// The cache of lru_cache.cjs with its max.
'use strict';
const express = require('express');
const { LRUCache } = require('lru-cache');

const profiles = new LRUCache({ max: 200, ttl: 3_600_000 });

const app = express();
app.get('/', (request, response) => response.json({ ok: true }));
app.get('/teams/:id', (request, response) => response.json({ id: request.params.id, members: 7 }));
app.get('/profiles/:name', (request, response) => {
  const { name } = request.params;
  if (!profiles.has(name)) profiles.set(name, { name, roles: ['reader'], seenAt: Date.now() });
  response.json(profiles.get(name));
});
app.listen(process.env.PORT, '127.0.0.1');
