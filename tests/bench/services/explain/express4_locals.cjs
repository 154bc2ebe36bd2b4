// What was sent back is noted in the locals of the application.
'use strict';
const express = require('express4');

const app = express();
app.locals.title = 'shop';
app.locals.returns = []; // LEAK
app.use(express.json());
app.get('/', (request, response) => response.json({ title: app.locals.title }));
app.get('/orders/:id', (request, response) => response.json({ id: request.params.id }));
app.post('/returns', (request, response) => {
  request.app.locals.returns.push({ sku: request.body.sku, at: new Date() });
  response.status(202).json({ sku: request.body.sku });
});
app.listen(process.env.PORT, '127.0.0.1');
