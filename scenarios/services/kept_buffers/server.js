// The third pattern: memory outside V8's heap. Uploads wait in a queue that nobody works off;
// heapUsed hardly moves, arrayBuffers climbs.
// keeps: arrayBuffers 4096 B/request
const http = require('node:http');

const queue = [];

http
  .createServer((request, response) => {
    const upload = Buffer.alloc(4096);
    request.on('data', (chunk) => chunk.copy(upload));
    request.on('end', () => {
      queue.push(upload);
      response.writeHead(202).end();
    });
  })
  .listen(process.env.PORT || 3000, '127.0.0.1');
