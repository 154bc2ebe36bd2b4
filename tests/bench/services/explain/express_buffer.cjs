// Thumbnails of all pictures that ever came.
'use strict';
const crypto = require('node:crypto');
const express = require('express');

class PictureStore {
  constructor() {
    this.resized = 0;
    this.thumbnails = {}; // LEAK
  }

  add(picture) {
    const id = crypto.randomUUID();
    this.thumbnails[id] = Buffer.from(picture.subarray(0, 8192));
    ++this.resized;
    return id;
  }
}

const store = new PictureStore();
const app = express();
app.get('/', (request, response) => response.json({ resized: store.resized }));
app.get('/formats', (request, response) => response.json(['png', 'jpeg']));
app.post('/pictures', express.raw({ type: '*/*', limit: '1mb' }), (request, response) =>
  response.status(201).json({ id: store.add(request.body) }),
);
app.listen(process.env.PORT, '127.0.0.1');
