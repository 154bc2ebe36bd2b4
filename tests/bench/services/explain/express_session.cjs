// Visitors of the cart get a session in the default store, which forgets none.
'use strict';
const express = require('express');
const session = require('express-session');

const app = express();
const sessions = session({ secret: 'of the bench', resave: false, saveUninitialized: true }); // LEAK
app.get('/', (request, response) => response.send('<h1>shop</h1>'));
app.get('/imprint', (request, response) => response.send('<h1>imprint</h1>'));
app.get('/cart', sessions, (request, response) => {
  request.session.items = ['a thing'];
  response.json({ items: request.session.items });
});
app.listen(process.env.PORT, '127.0.0.1');
