// The second pattern: a closure that outlives its request keeps the request and the response with
// all that hangs on them.
const http = require('node:http');

const onShutdown = []; // callbacks that only run at the very end

http
  .createServer((request, response) => {
    onShutdown.push(() => response.destroy(new Error(`shutdown during ${request.url}`)));
    response.end('ok');
  })
  .listen(process.env.PORT || 3000, '127.0.0.1');
