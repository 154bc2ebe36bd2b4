//   ENGINE  ejs or pug
'use strict';
const http = require('node:http');
const { port, host, onRequest } = require('./base.cjs');

const ENGINES = {
  ejs: () =>
    require('ejs').compile(
      '<h1><%= title %></h1><ul><% for (const row of rows) { %><li><%= row.name %>: <%= row.price %></li><% } %></ul>',
    ),
  pug: () =>
    require('pug').compile('h1= title\nul\n  each row in rows\n    li #{row.name}: #{row.price}\n'),
};

const render = ENGINES[process.env.ENGINE]();
http
  .createServer((request, response) => {
    onRequest();
    const rows = Array.from({ length: 30 }, (_, i) => ({ name: `thing <${i}>`, price: i * 1.5 }));
    response.setHeader('content-type', 'text/html');
    response.end(render({ title: request.url, rows }));
  })
  .listen(port, host);
