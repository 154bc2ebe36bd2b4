// leakcheck judge on logs as services write them: what it answers, what it prints for a machine, and
// what bad logs get.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { binary, makeFolder, packages, source } from './leakcheck_process.mjs';

const Ajv = createRequire(path.join(packages, 'ajv/package.json'))('ajv').default;
const schema = JSON.parse(fs.readFileSync(path.join(source, 'reporters/judge-report.schema.json'), 'utf8'));
const MB = 1024 * 1024;

/** A day of readings, two a minute: garbage that goes with every full collection, each half an hour. */
function log({ hours = 24, climbPer6h = 0, stopAfter = Infinity, buffersPer6h = 0 } = {}) {
  let state = 7;
  const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
  const lines = [];
  let resident = 0;
  for (let second = 0; second < hours * 3600; second += 30) {
    const live = 40 * MB + (climbPer6h * 40 * MB * Math.min(second, stopAfter)) / 21600;
    const garbage = (((second + 300) % 1800) / 1800) * 80 * MB + random() * 4 * MB;
    const buffers = 2 * MB + (buffersPer6h * 2 * MB * second) / 21600;
    const heapUsed = Math.round(live + garbage);
    resident = Math.max(resident, Math.round(heapUsed * 1.4 + buffers)); // pages are kept
    lines.push({
      ts: new Date(1.7e12 + second * 1000).toISOString(),
      rss: resident,
      heapTotal: Math.round(heapUsed * 1.2),
      heapUsed,
      external: Math.round(buffers + MB),
      arrayBuffers: Math.round(buffers),
    });
  }
  return lines;
}
const toLines = (readings) => readings.map((reading) => JSON.stringify(reading)).join('\n') + '\n';

function judge(t, text, args = [], { stdin = false } = {}) {
  const folder = makeFolder(t);
  fs.writeFileSync(path.join(folder, 'memory.log'), text);
  const result = spawnSync(binary, ['judge', stdin ? '-' : 'memory.log', '--json', 'out.json', ...args], {
    cwd: folder,
    encoding: 'utf8',
    input: stdin ? text : undefined,
  });
  const file = path.join(folder, 'out.json');
  const report = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined;
  return { ...result, report, shown: `${result.stdout}${result.stderr}` };
}

test('a floor that doubles in six hours fails the build', (t) => {
  const result = judge(t, toLines(log({ climbPer6h: 1 })));
  assert.equal(result.status, 1, result.shown);
  assert.match(result.stdout, /LEAK|climb/);
});

test('a sawtooth that returns to its floor is clean', (t) => {
  const result = judge(t, toLines(log()));
  assert.equal(result.status, 0, result.shown);
  assert.match(result.stdout, /CLEAN/);
});

test('Buffers that grow while the heap is flat are an answer of their own', (t) => {
  const result = judge(t, toLines(log({ buffersPer6h: 4 })));
  assert.notEqual(result.status, 0, result.shown);
  assert.match(result.stdout, /Buffer/);
});

test('the same log as CSV, as Prometheus gives it, and from stdin', (t) => {
  const readings = log({ climbPer6h: 1 });
  const names = Object.keys(readings[0]);
  const csv = [names.join(','), ...readings.map((each) => names.map((name) => each[name]).join(','))].join('\n');
  assert.equal(judge(t, csv).status, 1);
  const metric = {
    rss: 'process_resident_memory_bytes',
    heapUsed: 'nodejs_heap_size_used_bytes',
    heapTotal: 'nodejs_heap_size_total_bytes',
    external: 'nodejs_external_memory_bytes',
  };
  const result = Object.entries(metric).map(([name, __name__]) => ({
    metric: { __name__, instance: 'a:9090' },
    values: readings.map((each) => [Date.parse(each.ts) / 1000, String(each[name])]),
  }));
  const prometheus = JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } });
  assert.equal(judge(t, prometheus).status, 1);
  assert.equal(judge(t, toLines(readings), [], { stdin: true }).status, 1);
});

test('the JSON report is valid, whatever was found', (t) => {
  const isValid = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);
  for (const options of [{}, { climbPer6h: 1 }, { hours: 0.5 }]) {
    const { report, shown } = judge(t, toLines(log(options)));
    assert.ok(report, shown);
    assert.ok(isValid(report), JSON.stringify(isValid.errors?.slice(0, 3)));
  }
});

test('a log that is too short is inconclusive, and says what would do', (t) => {
  for (const readings of [log().slice(0, 1), log({ hours: 0.2 })]) {
    const result = judge(t, toLines(readings));
    assert.equal(result.status, 5, result.shown);
    assert.match(result.stdout, /INCONCLUSIVE/);
  }
});

test('gaps, null, a clock that steps back and a restart are said, and lose nothing else', (t) => {
  const readings = log({ climbPer6h: 1 });
  readings.splice(200, 300);
  readings[50].heapUsed = null;
  readings.splice(900, 0, { ...readings[880], ts: readings[880].ts });
  const result = judge(t, `not JSON at all\n${toLines(readings)}`);
  assert.equal(result.status, 1, result.shown);
  assert.match(result.stdout, /note/);
});

test('what is no log is refused with its place and the cure', (t) => {
  for (const text of ['', 'hello\nworld\n', 'a,b,c\n1,2,3\n']) {
    const result = judge(t, text);
    assert.equal(result.status, 2, result.shown);
    assert.match(result.stderr, /memory\.log/);
  }
  const missing = spawnSync(binary, ['judge', 'nowhere.log'], { encoding: 'utf8' });
  assert.equal(missing.status, 2);
  assert.match(missing.stderr, /nowhere\.log/);
});
