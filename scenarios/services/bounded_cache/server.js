// No leak: a cache that takes an entry with every request until it is full, and then drops the
// oldest for each new one.
const http = require('node:http');

const MOST_ENTRIES = 2000;
const cache = new Map();

function rates(id) {
  if (cache.has(id)) return cache.get(id);
  const found = { id, rates: [1, 2, 3], source: `bank ${id}` };
  if (cache.size === MOST_ENTRIES) cache.delete(cache.keys().next().value);
  cache.set(id, found);
  return found;
}

http
  .createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(rates(request.url)));
  })
  .listen(process.env.PORT || 3000, '127.0.0.1');
