// A server of Node.js that counts what it sees. Prints its port; at the end of its stdin prints
// "requests connections" and goes. Arguments: how long a connection may rest, in ms; for TLS, the
// files of a key and a certificate.
'use strict';
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');

const longestRest = Number(process.argv[2]);
const [key, cert] = process.argv.slice(3).map((file) => fs.readFileSync(file));
let requests = 0;
let connections = 0;
const server = key ? https.createServer({ key, cert }) : http.createServer();
server.on('request', (request, response) => {
  requests++;
  clearTimeout(request.socket.rest);
  if (request.url === '/destroy') return request.socket.destroy();
  request.resume();
  request.on('end', () => response.end('ok'));
  // What keepAliveTimeout does, but to the millisecond: Node.js adds a second in some versions.
  response.on('finish', () => {
    request.socket.rest = setTimeout(() => request.socket.destroy(), longestRest);
  });
});
server.keepAliveTimeout = 0;
server.on('connection', () => connections++);
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => {
  console.log(`${requests} ${connections}`);
  process.exit();
});
process.stdin.resume();
