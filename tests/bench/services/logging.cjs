// Three lines of log a request.
//   LOGGER  pino or winston
'use strict';
const fs = require('node:fs');
const http = require('node:http');
const { port, host, onRequest } = require('./base.cjs');

const LOGGERS = {
  pino() {
    const pino = require('pino');
    return pino(
      { redact: ['headers.cookie'] },
      pino.destination({ dest: '/dev/null', sync: false }),
    );
  },
  winston() {
    const { createLogger, format, transports } = require('winston');
    return createLogger({
      format: format.combine(format.timestamp(), format.json()),
      transports: [new transports.Stream({ stream: fs.createWriteStream('/dev/null') })],
    });
  },
};

const log = LOGGERS[process.env.LOGGER]();
http
  .createServer((request, response) => {
    onRequest();
    const ofRequest = log.child({ method: request.method, url: request.url });
    ofRequest.info('came');
    ofRequest.info({ headers: request.headers }, 'has headers');
    response.end('logged');
    ofRequest.info({ status: response.statusCode }, 'went');
  })
  .listen(port, host);
