// A quote is refreshed every minute for each visitor, also when he has long gone.
'use strict';
const express = require('express');

const rates = { eur: 1, usd: 1.1, chf: 0.95 };

const app = express();
app.get('/rates', (request, response) => response.json(rates));
app.get('/rates/:code', (request, response) => response.json({ rate: rates[request.params.code] }));
app.get('/quotes/:code', (request, response) => {
  const quote = { code: request.params.code, rate: rates[request.params.code], at: Date.now() };
  const refreshQuote = () => (quote.rate = rates[quote.code]); // LEAK
  setInterval(refreshQuote, 60_000);
  response.json(quote);
});
app.listen(process.env.PORT, '127.0.0.1');
