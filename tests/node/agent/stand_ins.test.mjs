// Inert stand-ins for modules under suspicion, in CommonJS and ES modules, with and without hooks.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { idle, nodes, openHub, startService, until } from './fake_hub.mjs';

const env = { LEAKCHECK_STAND_INS: 'sharp,@scope/canvas' };

/** A package that must not be loaded. */
function install(folder, name) {
  const place = path.join(folder, 'node_modules', name);
  fs.mkdirSync(path.join(place, 'lib'), { recursive: true });
  fs.writeFileSync(path.join(place, 'index.js'), 'console.log("the real one"); exports.real = 1;');
  fs.writeFileSync(path.join(place, 'lib/part.js'), 'console.log("the real part");');
}

/** What a service may do with a module; each line must end, and print its name. */
const uses = {
  'a chain, awaited': `const it = await sharp('x').resize(1).png(); if (!it) throw 1;`,
  'a Buffer': `const it = await sharp('x').toBuffer(); if (!Buffer.isBuffer(it)) throw 1;`,
  'a Buffer at once': `if (!Buffer.isBuffer(sharp.createCanvas().toBuffer())) throw 1;`,
  'then': `await new Promise((resolve) => sharp().metadata().then(resolve));`,
  'then of a Buffer': `await new Promise((resolve) => sharp().toBuffer().then((it) => it.length === 0 && resolve()));`,
  'catch and finally': `await new Promise((resolve) => sharp().run().catch(() => {}).finally(resolve));`,
  'all': `await Promise.all([sharp(), sharp().a(), sharp.b.c()]);`,
  'a callback': `await new Promise((resolve, reject) => sharp.hash('pw', 10, (error, it) => (error ? reject(error) : resolve(it))));`,
  'promisify': `await require('node:util').promisify(sharp.hash)('pw', 10);`,
  'an instance': `const it = new sharp.Image(1, 2); it.src = 'x'; it.on('data', () => { throw 1; }).once('end', () => {});`,
  'a class that extends it': `class My extends sharp.Base { constructor() { super(); this.own = 7; } twice() { return this.own * 2; } }
    if (new My().twice() !== 14 || !new My().inherited()) throw 1;`,
  'text and numbers': `if (String(sharp) !== '' || \`\${sharp().a}\` !== '' || +sharp.width !== 0 || sharp.length !== 0) throw 1;`,
  'JSON': `if (JSON.stringify({ it: sharp.stats(), of: sharp }) !== '{"it":null,"of":null}') throw 1;`,
  'iteration': `for (const it of sharp.list()) throw it; for await (const it of sharp.stream()) throw it; const [a] = sharp; if (a || [...sharp()].length) throw 1;`,
  'in, delete, instanceof, inspect': `if (!('a' in sharp) || !delete sharp.a || ({}) instanceof sharp.Image) throw 1; require('node:util').inspect(sharp());`,
  'events': `await new Promise((resolve) => sharp().on('error', () => { throw 1; }).on('finish', resolve));`,
  'pipe to it and from it': `const { PassThrough, Readable } = require('node:stream');
    const out = new PassThrough(); out.resume(); const end = new Promise((resolve) => out.on('end', resolve));
    Readable.from(['a', 'b']).pipe(sharp().resize(1)).pipe(out); await end;`,
  'a response': `const http = require('node:http');
    const server = http.createServer((request, response) => sharp().toBuffer((error, it) => response.end(it))).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.on('listening', resolve));
    const { port } = server.address();
    await new Promise((resolve) => http.get({ port, agent: false }, (it) => it.resume().on('end', resolve)));
    server.close();`,
  'a callback that throws': `sharp.each(() => { throw new Error('met a stand-in'); }); sharp.each(async () => { throw 1; }); await new Promise(setImmediate);`,
  'the same part twice': `if (sharp.cache !== sharp.cache || require('sharp') !== sharp) throw 1;`,
  'interop': `if (!sharp.__esModule || !sharp.default(1)) throw 1;`,
};
const useAll = Object.entries(uses)
  .map(([name, text]) => `try { ${text}; console.log(${JSON.stringify(`ok ${name}.`)}); } catch (error) { console.log(${JSON.stringify(name)}, error); }`)
  .join('\n');

for (const [major, node] of nodes) {
  test(`require() of a suspect and of its parts gives what can be used without end, node ${major}`, async (t) => {
    const hub = await openHub(t);
    install(hub.folder, 'sharp');
    const file = path.join(hub.folder, 'server.cjs');
    fs.writeFileSync(
      file,
      `const sharp = require('sharp');
       require('sharp/lib/part').anything();
       require(require.resolve('sharp'));
       (async () => { ${useAll}; console.log('all'); })();
       ${idle}`,
    );
    const service = startService(t, hub, '', { node, file, env });
    const peer = await hub.peer();
    await service.says('all\n');
    for (const name of Object.keys(uses)) assert.ok(service.stdout.includes(`ok ${name}.`), service.stdout);
    assert.ok(!service.stdout.includes('real'));
    assert.equal(service.stderr, '');
    const loaded = await peer.next('standIn');
    assert.deepEqual([loaded.module, loaded.uses], ['sharp', 0]);
    await peer.collect();
    const used = peer.lines.filter((line) => line.type === 'standIn').at(-1);
    assert.ok(used.module === 'sharp' && used.uses > 30, used.uses);
    assert.ok(!peer.lines.some((line) => line.module === '@scope/canvas'));
  });

  test(`import of a suspect, by default, by name and late, node ${major}`, async (t) => {
    const hub = await openHub(t);
    for (const name of ['sharp', '@scope/canvas', 'other']) install(hub.folder, name);
    fs.writeFileSync(path.join(hub.folder, 'old.cjs'), `module.exports = require('sharp').metadata;`);
    const file = path.join(hub.folder, 'server.mjs');
    fs.writeFileSync(
      file,
      `import sharp from 'sharp';
       import { createCanvas, loadImage as load, default as whole } from '@scope/canvas';
       import other from 'other';
       import old from './old.cjs';
       createCanvas(1, 2).getContext('2d').fillRect();
       await load('x');
       await (await import('sharp/lib/part.js')).default.more();
       if (!(await sharp().toBuffer()) || !whole || !old()) throw 1;
       console.log('other is', other.real);
       ${idle}`,
    );
    const service = startService(t, hub, '', { node, file, env });
    const peer = await hub.peer();
    await service.says('up');
    assert.equal(service.stdout, 'the real one\nother is 1\nup\n');
    assert.equal(service.stderr, '');
    await peer.collect();
    const modules = new Set(peer.lines.filter((line) => line.type === 'standIn').map((line) => line.module));
    assert.deepEqual([...modules].sort(), ['@scope/canvas', 'sharp']);
    assert.ok(!peer.lines.some((line) => line.type === 'error'));
  });
}

test('in worker threads too', async (t) => {
  const hub = await openHub(t);
  const thread = `const it = require('sharp'); require('worker_threads').parentPort.on('message', () => it.more());`;
  const script = `new (require('node:worker_threads').Worker)(${JSON.stringify(thread)}, { eval: true });`;
  startService(t, hub, script + idle, { env });
  const worker = await until(() => hub.peers.find((it) => it.hello?.thread > 0), 'the thread');
  assert.equal((await worker.next('standIn')).module, 'sharp');
});

test('a Node.js without hooks says that it cannot replace what is imported', async (t) => {
  const hub = await openHub(t);
  const script = `console.log(typeof require('sharp'));`;
  const blind = path.join(hub.folder, 'blind.cjs');
  fs.writeFileSync(blind, `const it = require('module'); it.register = it.registerHooks = undefined;`);
  const options = `--require "${blind}" --require "${process.env.LEAKCHECK_AGENT}"`;
  startService(t, hub, script + idle, { env: { ...env, NODE_OPTIONS: options } });
  const peer = await hub.peer();
  const error = await peer.next('error');
  assert.equal(error.id, 0);
  assert.match(error.message, /only require\(\)/);
});
