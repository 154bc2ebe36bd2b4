// What is computed once for each argument is kept for each argument.
'use strict';
const express = require('express');
const memoize = require('lodash.memoize');

const summarize = memoize((text) => ({ text, words: text.split('-'), length: text.length })); // LEAK

const app = express();
app.get('/', (request, response) => response.json({ ok: true }));
app.get('/length/:text', (request, response) => response.json(request.params.text.length));
app.get('/summary/:text', (request, response) => response.json(summarize(request.params.text)));
app.listen(process.env.PORT, '127.0.0.1');
