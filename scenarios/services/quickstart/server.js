// A small users API with a leak: every view of a user goes into a list that nobody ever empties.
const http = require('node:http');

const users = new Map();
const recentViews = []; // for the dashboard, and it only grows

function readBody(request, done) {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => (text += chunk));
  request.on('end', () => done(text));
}

function send(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

function showUser(response, id) {
  const user = users.get(id) || { id, name: `user ${id}` };
  recentViews.push({ id, page: 'profile', seconds: 30 });
  send(response, 200, user);
}

function saveUser(request, response, id) {
  readBody(request, (text) => {
    users.set(id, { ...JSON.parse(text), id });
    send(response, 201, { id });
  });
}

http
  .createServer((request, response) => {
    const id = /^\/users\/(\d+)$/.exec(request.url)?.[1];
    if (request.url === '/healthz') send(response, 200, { ok: true });
    else if (id && request.method === 'GET') showUser(response, id);
    else if (id && request.method === 'PUT') saveUser(request, response, id);
    else send(response, 404, { error: 'not found' });
  })
  .listen(process.env.PORT || 3000, '127.0.0.1');
