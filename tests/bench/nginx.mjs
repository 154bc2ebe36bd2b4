// The server of the load bench: nginx with a folder and a configuration of its own.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { killGroup } from './children.mjs';
import { CannotRun } from './world.mjs';

const ANSWER = '{"id":"a-17","price":12,"next":"b-18","tags":["red","heavy"]}';

/// So many ports that nobody listens on.
export async function findPorts(count) {
  const servers = Array.from({ length: count }, () => net.createServer());
  for (const server of servers) await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const ports = servers.map((server) => server.address().port);
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return ports;
}

const temporary = (folder) =>
  ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `  ${name}_temp_path ${folder}/tmp;`).join('\n');

/// One process without a log; connections are kept for ever.
export const renderConfiguration = ({ folder, port, tlsPort }) => `
daemon off;
master_process off;
worker_processes 1;
worker_rlimit_nofile 8192;
pid ${folder}/nginx.pid;
error_log stderr crit;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
${temporary(folder)}
  root ${folder}/www;
  default_type text/plain;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /item { default_type application/json; return 200 '${ANSWER}'; }
  }
  server {
    listen 127.0.0.1:${tlsPort} ssl backlog=4096;
    ssl_certificate ${folder}/cert.pem;
    ssl_certificate_key ${folder}/key.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
  }
}
`;

function makeCertificate(folder) {
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-keyout', path.join(folder, 'key.pem'), '-out', path.join(folder, 'cert.pem')];
  execFileSync('openssl', [...args, '-days', '30', '-subj', '/CN=localhost', ...files], { stdio: 'ignore' });
}

export const answers = (port) =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => (socket.destroy(), resolve(true)));
    socket.on('error', () => resolve(false));
  });

export async function waitFor(port, what) {
  for (let i = 0; i < 200; ++i) {
    if (await answers(port)) return;
    await sleep(25);
  }
  throw new CannotRun(`${what} does not listen`);
}

/// Starts it on the core `core`: { url, tlsUrl, stop }.
export async function startNginx(children, folder, core) {
  fs.mkdirSync(path.join(folder, 'www'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'www/index.html'), 'Hello, world!');
  makeCertificate(folder);
  const [port, tlsPort] = await findPorts(2);
  const file = path.join(folder, 'nginx.conf');
  fs.writeFileSync(file, renderConfiguration({ folder, port, tlsPort }));
  const { child, done } = children.start(
    'taskset',
    ['-c', String(core), 'nginx', '-p', folder, '-c', file],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const failed = done.then(({ code, error }) => {
    throw new CannotRun(`nginx could not be started: ${error?.message ?? `exit ${code}`}`);
  });
  failed.catch(() => {});
  await Promise.race([waitFor(port, 'nginx'), failed]);
  const stop = async () => {
    killGroup(child);
    await done;
  };
  return { url: `http://127.0.0.1:${port}`, tlsUrl: `https://127.0.0.1:${tlsPort}`, pid: child.pid, stop };
}
