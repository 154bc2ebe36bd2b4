// Servers of Node.js for the full path. Arguments: http, https, h2 (over TLS), h2c, or proxy; then
// key and certificate. Prints its port, and for each line of its stdin what it has seen by then.
'use strict';
const fs = require('node:fs');
const http = require('node:http');
const http2 = require('node:http2');
const https = require('node:https');
const net = require('node:net');
const zlib = require('node:zlib');

const [kind, key, cert] = process.argv.slice(2);
const tls = key && { key: fs.readFileSync(key), cert: fs.readFileSync(cert) };
const seen = { requests: 0, connections: 0, aborted: 0, uploaded: 0, tunnels: 0 };

async function readBody(request) {
  const pieces = [];
  for await (const piece of request) {
    seen.uploaded += piece.length;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** What Node.js itself makes of multipart/form-data. */
async function parseForm(request, body) {
  const headers = { 'content-type': request.headers['content-type'] };
  const form = await new Response(body, { headers }).formData();
  const parts = [];
  for (const [name, value] of form)
    if (typeof value === 'string') parts.push(`${name}=${value}`);
    else parts.push(`${name}=${await value.text()};${value.name};${value.type}`);
  return parts.join('\n');
}

function endConnection(request) {
  if (request.stream) request.stream.session.destroy();
  else request.socket.destroy();
}

const large = Buffer.alloc(1 << 20, 'x');

const routes = {
  '/': (request, response) => response.end('ok'),
  '/echo': (request, response, body) => {
    response.setHeader('X-Method', request.method);
    response.setHeader('X-Type', request.headers['content-type'] ?? 'none');
    response.setHeader('X-Accepts', request.headers['accept-encoding'] ?? 'none');
    response.setHeader('X-Expect', request.headers.expect ?? 'none');
    response.end(body);
  },
  '/form': async (request, response, body) => response.end(await parseForm(request, body)),
  '/see-other': (request, response) => response.writeHead(303, { Location: '/echo' }).end('gone'),
  '/temporary': (request, response) => response.writeHead(307, { Location: '/echo' }).end('gone'),
  '/to-ftp': (request, response) => response.writeHead(302, { Location: 'ftp://127.0.0.1/' }).end(),
  '/to-nowhere': (request, response) => response.writeHead(302, { Location: 'http://[/' }).end(),
  '/to-destroy': (request, response) => response.writeHead(302, { Location: '/destroy' }).end(),
  '/circle': (request, response) => response.writeHead(302, { Location: '/circle' }).end(),
  '/gzip': (request, response) => {
    response.setHeader('Content-Encoding', 'gzip');
    response.end(zlib.gzipSync(large));
  },
  '/br': (request, response) => {
    response.setHeader('Content-Encoding', 'br');
    response.end(zlib.brotliCompressSync(Buffer.from('compressed')));
  },
  '/not-gzip': (request, response) => {
    response.setHeader('Content-Encoding', 'gzip');
    response.end('this is no gzip at all');
  },
  '/large': (request, response) => response.end(large),
  '/huge': (request, response) => {
    for (let i = 0; i < 17; i++) response.write(large);
    response.end();
  },
  '/endless': (request, response) => response.write(large),
  '/never': () => {},
  '/destroy': (request) => endConnection(request),
  '/partial': (request, response) => {
    if (!request.stream) response.setHeader('Content-Length', 100);
    response.write('part', () => setTimeout(endConnection, 20, request));
  },
  '/last': (request, response) => {
    response.end('ok');
    setImmediate(() => (request.stream ? request.stream.session.close() : request.socket.end()));
  },
  '/reset': (request) => request.stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR),
  '/refuse': (request) => request.stream.close(http2.constants.NGHTTP2_REFUSED_STREAM),
};

async function answer(request, response) {
  seen.requests++;
  let finished = false;
  response.on('finish', () => (finished = true));
  (request.stream ?? response).on('close', () => {
    if (request.stream ? request.stream.aborted : !finished) seen.aborted++;
  });
  const hops = /^\/hops\/(\d)$/.exec(request.url);
  try {
    if (request.url === '/never-read') return;
    const body = await readBody(request);
    if (!hops) return void (await routes[request.url](request, response, body));
    if (hops[1] > 0) response.writeHead(302, { Location: `/hops/${hops[1] - 1}`, 'X-Hop': hops[1] });
    else response.setHeader('X-Final', 'yes');
    response.end(`hop ${hops[1]}`);
  } catch {
    // the client has gone
  }
}

/** Forwards requests, opens tunnels, refuses one host. */
function makeProxy() {
  const proxy = http.createServer((request, response) => {
    seen.requests++;
    const { method, headers } = request;
    const forwarded = http.request(request.url, { method, headers }, (answered) => {
      response.writeHead(answered.statusCode, { ...answered.headers, 'X-Proxy': 'yes' });
      answered.pipe(response);
    });
    request.pipe(forwarded);
  });
  proxy.on('connect', (request, socket) => {
    seen.tunnels++;
    const [host, port] = request.url.split(':');
    if (host === 'forbidden.test') return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const far = net.connect(port, host, () => {
      socket.write('HTTP/1.1 200 Established\r\nX-Tunnel: yes\r\n\r\n');
      far.pipe(socket).pipe(far);
    });
    far.on('error', () => socket.destroy());
    socket.on('error', () => far.destroy());
  });
  return proxy;
}

const make = {
  http: () => http.createServer(answer),
  https: () => https.createServer(tls, answer),
  h2: () => http2.createSecureServer(tls, answer),
  h2c: () => http2.createServer(answer),
  proxy: makeProxy,
};
const server = make[kind]();
server.on(tls ? 'secureConnection' : 'connection', () => seen.connections++);
server.on('sessionError', () => {});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('data', () => {
  const { requests, connections, aborted, uploaded, tunnels } = seen;
  console.log(`${requests} ${connections} ${aborted} ${uploaded} ${tunnels}`);
});
