// Keeps nothing: all that a request allocates is garbage once it is answered.
const http = require('node:http');

const products = Array.from({ length: 50 }, (_, id) => ({ id, name: `product ${id}`, price: id }));

http
  .createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    if (pathname !== '/products') {
      response.writeHead(404).end();
      return;
    }
    const most = Number(searchParams.get('most') ?? 10);
    const page = products.filter((product) => product.price < most).map((product) => ({ ...product }));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(page));
  })
  .listen(process.env.PORT || 3000, '127.0.0.1');
