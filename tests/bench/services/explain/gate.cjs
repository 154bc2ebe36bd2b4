// An Express service of about 20 MB of heap, for the times of a gate: leaky where KEEP is set.
'use strict';
const express = require('express');

const CATALOGUE = Array.from({ length: 62_000 }, (_, id) => ({
  id,
  name: `article ${id}`,
  tags: [`group ${id % 50}`, `maker ${id % 700}`],
}));
const views = []; // LEAK

const app = express();
app.use(express.json());
app.get('/', (request, response) => response.json({ articles: CATALOGUE.length }));
app.get('/articles/:id', (request, response) => {
  const article = CATALOGUE[request.params.id];
  if (process.env.KEEP) views.push({ article: article.id, at: new Date() });
  response.json(article);
});
app.get('/groups/:id', (request, response) =>
  response.json(CATALOGUE.slice(0, 50).filter(({ id }) => id % 50 === Number(request.params.id))),
);
app.post('/orders', (request, response) => response.status(201).json(request.body));
app.listen(process.env.PORT, '127.0.0.1');
