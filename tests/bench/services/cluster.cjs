// Two workers behind one port; each is the plain shop.
'use strict';
const cluster = require('node:cluster');

if (cluster.isPrimary) for (let i = 0; i < 2; ++i) cluster.fork();
else require('./http.cjs');
