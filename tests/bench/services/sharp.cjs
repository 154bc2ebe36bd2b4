'use strict';
const http = require('node:http');
const sharp = require('sharp');
const { port, host, onRequest } = require('./base.cjs');

sharp.concurrency(1);
const picture = {
  create: { width: 64, height: 48, channels: 3, background: { r: 200, g: 80, b: 20 } },
};
http
  .createServer(async (request, response) => {
    onRequest();
    const width = 8 + (request.url.length % 8);
    response.setHeader('content-type', 'image/png');
    response.end(await sharp(picture).resize(width).png().toBuffer());
  })
  .listen(port, host);
