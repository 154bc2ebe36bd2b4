'use strict';
const http = require('node:http');
const jwt = require('jsonwebtoken');
const { port, host, onRequest } = require('./base.cjs');

http
  .createServer((request, response) => {
    onRequest();
    const token = jwt.sign({ user: request.url, roles: ['reader'] }, 'secret of the bench', {
      expiresIn: '1h',
    });
    const { user } = jwt.verify(token, 'secret of the bench');
    response.end(JSON.stringify({ user, token }));
  })
  .listen(port, host);
