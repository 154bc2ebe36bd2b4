// Takes files in multipart/form-data and forgets them.
//   PARSER  multer or busboy
'use strict';
const express = require('express');
const { port, host, onRequest } = require('./base.cjs');

const app = express();
app.use((request, response, next) => {
  onRequest();
  next();
});
app.get('/', (request, response) => response.end('post a file'));
if (process.env.PARSER === 'multer') {
  const multer = require('multer');
  const upload = multer({ storage: multer.memoryStorage() });
  app.post('/', upload.single('file'), (request, response) =>
    response.json({ bytes: request.file.size }),
  );
} else {
  const busboy = require('busboy');
  app.post('/', (request, response) => {
    let bytes = 0;
    const form = busboy({ headers: request.headers });
    form.on('file', (name, stream) => stream.on('data', (part) => (bytes += part.length)));
    form.on('close', () => response.json({ bytes }));
    request.pipe(form);
  });
}
app.listen(port, host);
