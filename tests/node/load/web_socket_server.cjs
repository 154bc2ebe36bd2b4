// WebSockets served by the package ws, and by hand where no server of that package would do it: the
// path says what a connection gets. Prints its port. At each line on its stdin prints what it has
// seen until then, as "name count name count …". Arguments: the path of a unix socket; or for TLS
// the files of a key and a certificate; or none.
'use strict';
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const readline = require('node:readline');
const { WebSocketServer } = require('ws');

const seen = new Map();
const count = (name, more = 1) => seen.set(name, (seen.get(name) ?? 0) + more);

const talks = {
  '/echo': (socket) => socket.on('message', (message, binary) => socket.send(message, { binary })),
  // Five messages that nobody asked for.
  '/push': (socket) => {
    for (const text of ['one', '', 'three', 'x'.repeat(100_000)]) socket.send(text);
    socket.send(Buffer.from([0, 255]));
  },
  '/pings': (socket) => {
    let left = 3;
    socket.ping('first');
    socket.on('pong', () => (--left > 0 ? socket.ping() : socket.send('three pongs')));
  },
  '/flood': (socket) => {
    const more = () => {
      for (let i = 0; i < 50; i++) socket.send('x'.repeat(100));
      if (socket.readyState === socket.OPEN) setImmediate(more);
    };
    more();
  },
  // Twenty thousand empty messages, in one go.
  '/burst': (socket) => socket._socket.write(Buffer.alloc(40_000, Buffer.from([0x82, 0]))),
  '/fragments': (socket) => {
    for (let i = 0; i < 9; i++) socket.send('part', { fin: false });
    socket.send('last');
  },
  '/long': (socket) => socket.send(Buffer.alloc(16 << 20)),
  '/too-long': (socket) => socket.send(Buffer.alloc((16 << 20) + 1)),
  '/silent': () => {},
  '/not-read': (socket) => socket.pause(),
  '/closes-first': (socket) => socket.on('message', () => socket.close(4000, 'enough')),
  '/closes-later': (socket) => setTimeout(() => socket.close(), 200),
  '/vanishes': (socket) => socket.on('message', () => socket.terminate()),
  '/garbage': (socket) => socket._socket.write(Buffer.alloc(64, 0xff)),
  '/not-text': (socket) => socket.send(Buffer.from([0xff, 0xfe]), { binary: false }),
};

const answers = {
  '/refused': 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno',
  '/moved': 'HTTP/1.1 301 Moved\r\nLocation: /echo\r\n\r\n',
  '/wrong-accept':
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Accept: AAAA\r\n\r\n',
  '/no-http': 'what?\r\n\r\n',
  '/half-a-head': 'HTTP/1.1 101 Switch',
  '/no-answer': '',
};

/** It learns of the end, and says nothing. */
function countEnd(socket) {
  socket.on('end', () => {
    count('ends');
    socket.end();
  });
  socket.resume();
}

/** The upgrade without ws: it never answers a frame, nor closes. */
function ignoreFrames(request, socket) {
  const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455, section 1.3
  const key = createHash('sha1').update(request.headers['sec-websocket-key'] + guid);
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${key.digest('base64')}\r\n\r\n`,
  );
  socket.once('data', () => count('data'));
  countEnd(socket);
}

const sockets = new WebSocketServer({ noServer: true, maxPayload: 0, perMessageDeflate: true });
sockets.on('connection', (socket, request) => {
  count('open');
  socket.on('message', (message, isBinary) => {
    count('messages');
    count('bytes', message.length);
    if (isBinary) count('binary');
  });
  socket.on('pong', () => count('pongs'));
  socket.on('close', (code) => count(`close.${code}`));
  socket.on('error', () => count('errors'));
  talks[request.url](socket);
});

const files = process.argv.slice(2);
const [key, cert] = files.length === 2 ? files.map((file) => fs.readFileSync(file)) : [];
const server = key ? https.createServer({ key, cert }) : http.createServer();
server.on(key ? 'secureConnection' : 'connection', (socket) => {
  count('connections');
  socket.on('error', (error) => count(error.code));
});
server.on('upgrade', (request, socket, head) => {
  count('upgrades');
  if (request.headers['x-user']) count(`user.${request.headers['x-user']}`);
  if (request.headers['sec-websocket-extensions']) count('extensions');
  if (request.headers.host !== 'service.test') count('other-host');
  if (request.url in answers) return socket.end(answers[request.url]);
  if (request.url === '/never-upgraded') return countEnd(socket);
  if (request.url === '/ignores-frames') return ignoreFrames(request, socket);
  sockets.handleUpgrade(request, socket, head, (open) => sockets.emit('connection', open, request));
});

const place = files.length === 1 ? files : [0, '127.0.0.1'];
server.listen(...place, () => console.log(server.address().port ?? 0));
readline
  .createInterface({ input: process.stdin })
  .on('line', () => console.log([...seen].flat().join(' ')))
  .on('close', () => process.exit());
