// Two worker threads do the work; the leak, if any, is theirs with LEAK_IN=worker.
//   POOL  piscina, or threads: two of our own
'use strict';
const http = require('node:http');
const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { port, host, onRequest } = require('./base.cjs');

const file = path.join(__dirname, 'pool_worker.cjs');
const POOLS = {
  piscina() {
    const { Piscina } = require('piscina');
    const pool = new Piscina({ filename: file, minThreads: 2, maxThreads: 2 });
    return (task) => pool.run(task);
  },
  threads() {
    const waiting = new Map();
    const workers = [0, 1].map(() => new Worker(file));
    for (const worker of workers)
      worker.on('message', ({ id, result }) => {
        waiting.get(id)(result);
        waiting.delete(id);
      });
    let count = 0;
    return (task) =>
      new Promise((resolve) => {
        const id = ++count;
        waiting.set(id, resolve);
        workers[id % 2].postMessage({ id, task });
      });
  },
};

const run = POOLS[process.env.POOL]();
http
  .createServer(async (request, response) => {
    if (process.env.LEAK_IN !== 'worker') onRequest();
    response.end(JSON.stringify(await run({ text: request.url, rounds: 20 })));
  })
  .listen(port, host);
