// What every service of the bench has: where it listens, and what it keeps for a request: nothing,
// unless LEAK says so (leaks.cjs). With LEAK_ROUTE only requests of that route keep something.
'use strict';
const { makeLeak } = require('./leaks.cjs');

const leak = makeLeak(process.env.LEAK);
const only = process.env.LEAK_ROUTE;

module.exports = {
  port: Number(process.env.PORT),
  host: '127.0.0.1',
  onRequest: (route) => {
    if (!only || only === route) leak();
  },
};
