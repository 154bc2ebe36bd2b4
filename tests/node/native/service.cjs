'use strict';
// An HTTP service and its client in one process, told on standard input what to do.
const http = require('node:http');
const { fork } = require('node:child_process');
const readline = require('node:readline');
const v8 = require('node:v8');
const vm = require('node:vm');

v8.setFlagsFromString('--no-opt');
v8.setFlagsFromString('--no-sparkplug');
v8.setFlagsFromString('--no-lazy-feedback-allocation');
if (parseInt(process.versions.node, 10) >= 20) v8.setFlagsFromString('--no-maglev');
v8.setFlagsFromString('--expose-gc');
const gc = vm.runInNewContext('gc');

const kept = [];
const children = [];
const agent = new http.Agent({ keepAlive: true });
const server = http.createServer((request, response) => {
  if (request.url.startsWith('/keep/')) kept.push(Buffer.alloc(Number(request.url.slice(6))));
  response.end('fine');
});

const turn = () => new Promise((resolve) => setImmediate(resolve));

function request(path) {
  return new Promise((resolve, reject) => {
    const { port } = server.address();
    const sent = http.get({ port, host: '127.0.0.1', path, agent }, (response) => {
      response.resume();
      response.on('end', resolve);
    });
    sent.on('error', reject);
  });
}

const steps = {
  async cycle(path, count) {
    for (let i = 0; i < Number(count); ++i) await request(path);
    await turn();
    gc();
    await turn();
    await turn();
    gc();
    return 'collected';
  },
  async drop() {
    kept.length = 0;
    return steps.cycle('/', 10);
  },
  async fork() {
    const child = fork(__filename, ['child'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    children.push(child);
    await new Promise((resolve) => child.once('message', resolve));
    return child.pid;
  },
};

if (process.argv[2] === 'child') {
  process.send('here');
  process.on('disconnect', () => process.exit());
} else {
  server.listen(0, '127.0.0.1', async () => {
    for await (const line of readline.createInterface({ input: process.stdin })) {
      const [step, ...rest] = line.split(' ');
      process.stdout.write(`${await steps[step](...rest)}\n`);
    }
    for (const child of children) child.disconnect();
    server.close();
    agent.destroy();
  });
}
