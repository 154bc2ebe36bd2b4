// Asks the bench's add-on for a block of memory for every request.
//   ADDON         the built add-on
//   NATIVE_BYTES  of the block, which is never freed; none: it is freed
'use strict';
const http = require('node:http');
const { port, host, onRequest } = require('./base.cjs');

const { keep, borrow } = require(process.env.ADDON);
const bytes = Number(process.env.NATIVE_BYTES || 0);
http
  .createServer((request, response) => {
    onRequest();
    response.end(String(bytes ? keep(bytes) : borrow(64)));
  })
  .listen(port, host);
