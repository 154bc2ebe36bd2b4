// The titles of pages that are fetched: each is a slice, which keeps all of its page.
import http from 'node:http';
import express from 'express';
import { Pool } from 'undici';

const titles = []; // LEAK

const page = (name) => `<title>the page of ${name}</title>${`<p>${name}</p>`.repeat(100)}`;
const upstream = http.createServer((request, response) => response.end(page(request.url)));
upstream.listen(0, '127.0.0.1', () => {
  const pool = new Pool(`http://127.0.0.1:${upstream.address().port}`, { connections: 4 });
  const app = express();
  app.get('/', (request, response) => response.json({ ok: true }));
  app.get('/titles', (request, response) => response.json({ titles: titles.length }));
  app.get('/pages/:name', async (request, response) => {
    const { body } = await pool.request({ path: `/${request.params.name}`, method: 'GET' });
    const text = await body.text();
    titles.push(text.slice(text.indexOf('<title>') + 7, text.indexOf('</title>')));
    response.json({ title: titles.at(-1) });
  });
  app.listen(process.env.PORT, '127.0.0.1');
});
