// The entry of the bundle.
import express from 'express';
import { listStock, lookUp } from './stock.ts';

const app = express();
app.get('/', (_request, response) => response.json({ ok: true }));
app.get('/stock', (_request, response) => response.json(listStock()));
app.get('/stock/:sku', (request, response) => response.json(lookUp(request.params.sku)));
app.listen(Number(process.env.PORT), '127.0.0.1');
