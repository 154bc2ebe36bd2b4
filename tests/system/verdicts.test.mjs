// The bundled samples, with the bytes per request that are known from their code.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import {
  expectEnding,
  findNode,
  forService,
  judged,
  listens,
  run,
  services,
  source,
} from './leakcheck_process.mjs';

const sample = (name) => path.join(source, 'scenarios', `${name}.yaml`);
const leak = (says) => ({ code: 1, ending: 'leak', says });
const clean = { code: 0, ending: 'clean', says: /request/ };

function expectBytes(result, quantity, bytes, tolerance = 0.1) {
  const { bytesPerRequest } = judged(result, quantity).growth;
  const text = `${quantity}: ${bytesPerRequest} B/request measured, ${bytes} B known`;
  assert.ok(Math.abs(bytesPerRequest - bytes) <= tolerance * bytes, text);
}

test('steady: clean', async (t) => {
  const result = await run(t, sample('steady'));
  expectEnding(result, clean);
  assert.equal(result.report.requestsSeen, result.report.cycles.at(-1).requestsTotal);
  assert.equal(await listens(result.port), false);
});

test('a sawtooth of garbage is clean', async (t) => {
  expectEnding(await run(t, forService('sawtooth.cjs')), clean);
});

test('an object of 64 bytes per request reads 64 ± 6', async (t) => {
  const result = await run(t, forService('entry_per_request.cjs'));
  expectEnding(result, leak(/64/));
  const { growth, answer } = judged(result, 'heapUsed');
  assert.equal(answer, 'leak');
  assert.ok(Math.abs(growth.bytesPerRequest - 64) <= 6, `read ${growth.bytesPerRequest}`);
  assert.ok(growth.low <= growth.bytesPerRequest && growth.bytesPerRequest <= growth.high);
});

test('the same on other versions of Node.js', async (t) => {
  for (const major of [18, 22, 24]) {
    await t.test(`node ${major}`, async (t) => {
      const other = findNode(major);
      if (!other) return t.skip('no package for this machine');
      const command = [other, path.join(services, 'entry_per_request.cjs')];
      const result = await run(t, forService('entry_per_request.cjs', { command }));
      expectEnding(result, leak(/request/));
      assert.match(result.report.target.nodeVersion, new RegExp(`^${major}\\.`));
      const { bytesPerRequest } = judged(result, 'heapUsed').growth;
      assert.ok(Math.abs(bytesPerRequest - 64) <= 6, `read ${bytesPerRequest}`);
    });
  }
});

// What every bundled sample ends with. Those that leak a known number of bytes say so at their top.
const samples = {
  quickstart: 'leak',
  'module-map': 'leak',
  'closure-over-request': 'leak',
  'kept-buffers': 'leak',
  'listeners-added': 'leak',
  steady: 'clean',
  'bounded-cache': 'bounded',
};

test('every bundled scenario is among the samples', () => {
  const files = fs.readdirSync(path.join(source, 'scenarios')).filter((name) => name.endsWith('.yaml'));
  assert.deepEqual(files.sort(), Object.keys(samples).map((name) => `${name}.yaml`).sort());
});

function bytesKept(name) {
  const file = path.join(source, 'scenarios/services', name.replaceAll('-', '_'), 'server.js');
  return [...fs.readFileSync(file, 'utf8').matchAll(/^\/\/ keeps: (\w+) (\d+) B\/request$/gm)];
}

for (const name of Object.keys(samples).filter((name) => samples[name] === 'leak')) {
  test(`the sample ${name} is a leak, with the bytes that it says`, async (t) => {
    const result = await run(t, sample(name));
    expectEnding(result, leak(/request/));
    for (const [, quantity, bytes] of bytesKept(name)) expectBytes(result, quantity, Number(bytes));
  });
}

test('the bytes of three samples are known from their code', () => {
  const known = Object.keys(samples).filter((name) => bytesKept(name).length > 0);
  assert.deepEqual(known, ['module-map', 'kept-buffers', 'listeners-added']);
});

test('a cache that fills and stops is no leak', async (t) => {
  const result = await run(t, sample('bounded-cache'));
  assert.equal(result.code, 0, result.stdout + result.stderr);
  // Where the machine is so busy that the growth looks uneven, the cache is full before it is judged.
  const { answer } = result.report.verdict;
  assert.ok([samples['bounded-cache'], 'clean'].includes(answer), answer);
  assert.match(result.stdout, answer === 'clean' ? /CLEAN/ : /BOUNDED/);
  // Clean is right only of what comes after the 2,000 entries.
  if (answer === 'clean') assert.ok(result.report.cycles.at(-1).requestsTotal > 4000);
});

test('Buffers are named as memory outside the heap', async (t) => {
  const result = await run(t, sample('kept-buffers'));
  expectEnding(result, leak(/request/));
  assert.equal(judged(result, 'arrayBuffers').answer, 'leak');
  assert.equal(result.report.verdict.culprit, 'arrayBuffers');
});

test('listeners that pile up: the leak, and the warning of Node.js', async (t) => {
  const result = await run(t, sample('listeners-added'));
  expectEnding(result, leak(/request/));
  const names = result.report.processWarnings.map((warning) => warning.name);
  assert.ok(names.includes('MaxListenersExceededWarning'), `warnings: ${names}`);
});

test('freeze and native mode find it too', async (t) => {
  for (const mode of ['freeze', 'native']) {
    await t.test(mode, async (t) => {
      const command = [
        process.execPath,
        '-e',
        `const kept = [];
         require('node:http').createServer((request, response) => {
           kept.push({ url: request.url, at: new Date(), body: Buffer.alloc(600).toString('latin1') + kept.length });
           response.end('ok');
         }).listen(process.env.PORT, '127.0.0.1')`,
      ];
      const result = await run(
        t,
        forService('steady.cjs', { command, mode, load: { cycles: { requests: 500 } } }),
      );
      expectEnding(result, leak(/request/));
      assert.equal(result.report.scenario.mode, mode);
      assert.ok(judged(result, 'heapUsed').growth.bytesPerRequest > 600);
    });
  }
});

test('open model and closed model, keep-alive and not: the same bytes', async (t) => {
  for (const load of [{ keepAlive: false }, { arrivalRate: 800, vus: 20 }]) {
    await t.test(JSON.stringify(load), async (t) => {
      const result = await run(t, forService('entry_per_request.cjs', { load }));
      expectEnding(result, leak(/request/));
      expectBytes(result, 'heapUsed', 64);
      assert.equal(result.report.requestsSeen, result.report.cycles.at(-1).requestsTotal);
    });
  }
});

test('budgets: growth in percent, bytes per request, and a maximum', async (t) => {
  const tolerant = await run(
    t,
    forService('entry_per_request.cjs', { budgets: { heapUsed: { perRequest: '128B' } } }),
  );
  assert.equal(tolerant.code, 0, `64 B/request is within 128 B\n${tolerant.stdout}`);

  const tooBig = await run(t, forService('steady.cjs', { budgets: { rss: { max: '8MB' } } }));
  expectEnding(tooBig, { code: 1, ending: 'budget_exceeded', says: /rss/ });

  const grows = await run(
    t,
    forService('entry_per_request.cjs', { budgets: { heapUsed: { growth: '1%' } } }),
  );
  expectEnding(grows, leak(/request/));
  const check = grows.report.verdict.budgets.find((entry) => /growth/.test(entry.name));
  assert.equal(check.state, 'failed', JSON.stringify(check));
});

test('thresholds on the load', async (t) => {
  const result = await run(
    t,
    forService('steady.cjs', { thresholds: { http_req_duration: ['p(95)<0.001ms'] } }),
  );
  expectEnding(result, { code: 1, ending: 'budget_exceeded', says: /p\(95\)/ });
});
