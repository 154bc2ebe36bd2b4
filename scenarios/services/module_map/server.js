// The first pattern of leaks: a Map of the module that only grows, with one entry per session id.
// The id takes 48 bytes, its session 48 and the session's cart 32; the Map's own table grows only
// now and then, by doubling.
// keeps: heapUsed 128 B/request
const http = require('node:http');
const { randomBytes } = require('node:crypto');

const sessions = new Map(); // nothing ever deletes from it

http
  .createServer((request, response) => {
    const id = randomBytes(16).toString('hex');
    sessions.set(id, { visits: 1, cart: [], theme: 'light' });
    response.setHeader('set-cookie', `sid=${id}`);
    response.end('ok');
  })
  .listen(process.env.PORT || 3000, '127.0.0.1');
