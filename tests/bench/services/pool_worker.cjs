'use strict';
const { createHash } = require('node:crypto');
const { parentPort } = require('node:worker_threads');
const { onRequest } = require('./base.cjs');

function digest({ text, rounds }) {
  if (process.env.LEAK_IN === 'worker') onRequest();
  for (let i = 0; i < rounds; ++i) text = createHash('sha256').update(text).digest('hex');
  return { text };
}

module.exports = digest;
if (process.env.POOL === 'threads')
  parentPort.on('message', ({ id, task }) => parentPort.postMessage({ id, result: digest(task) }));
