// The load report against its JSON Schema, which takes its load from the run record's.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { forService, makeFolder, readText, source, start, writeScenario } from '../system/leakcheck_process.mjs';
import { closed, damaged, goldenFile, goldenFiles, places, requirePackage } from './reports.mjs';

const Ajv = requirePackage('ajv').default;
const load = (name) => JSON.parse(fs.readFileSync(path.join(source, 'reporters', name), 'utf8'));
const schema = load('load-report.schema.json');
const runRecord = load('run-record.schema.json');

const compile = (document, record) =>
  new Ajv({ allErrors: true, allowUnionTypes: true }).addSchema(record, 'run-record.schema.json').compile(document);
const isValid = compile(schema, runRecord);
const holdsOnlyKnownKeys = compile(closed(schema), closed(runRecord));

function accepts(validate, report, name) {
  assert.ok(validate(report), `${name}: ${JSON.stringify(validate.errors?.slice(0, 3), null, 2)}`);
}

test('the schema is valid against the meta-schema, and strict about its own words', () => {
  assert.equal(schema.$schema, 'http://json-schema.org/draft-07/schema#');
  const ajv = new Ajv({ strict: true, allowUnionTypes: true }).addSchema(runRecord, 'run-record.schema.json');
  assert.ok(ajv.validateSchema(schema), JSON.stringify(ajv.errors));
  ajv.compile(schema);
  assert.match(schema.description, /Within version 1 keys may be added, so readers pass over/);
});

test('every golden load report is valid, and holds no key that the schema does not name', () => {
  const files = goldenFiles('.load.json');
  assert.ok(files.length >= 5);
  for (const { name, text } of files) {
    accepts(isValid, JSON.parse(text), name);
    accepts(holdsOnlyKnownKeys, JSON.parse(text), name);
  }
});

test('the load report of a real load is valid', async (t) => {
  const folder = makeFolder(t);
  const file = writeScenario(folder, forService('steady.cjs'));
  const { code, stderr } = await start(folder, ['load', file, '--requests', '100', '--json', 'load.json']).done;
  assert.equal(code, 0, stderr);
  const report = JSON.parse(readText(path.join(folder, 'load.json')));
  accepts(isValid, report, 'load.json');
  accepts(holdsOnlyKnownKeys, report, 'load.json');
});

/** The keys there are names of errors and status codes, not ours. */
const isCount = (at) => at[0] === 'load' && (at[1] === 'errors' || at[1] === 'statuses') && at.length > 2;

test('a key that is missing, and a value of the wrong type, are refused, wherever they are', () => {
  const report = JSON.parse(goldenFile('load_open_model.load.json'));
  let checked = 0;
  for (const at of places(report)) {
    if (typeof at.at(-1) !== 'string' || isCount(at)) continue;
    assert.equal(isValid(damaged(report, at, (parent, key) => delete parent[key])), false, `${at.join('.')} is missing`);
    assert.equal(isValid(damaged(report, at, (parent, key) => (parent[key] = true))), false, `${at.join('.')} is true`);
    checked += 1;
  }
  assert.ok(checked > 70, `only ${checked} keys were tried`);
  for (const change of [
    (r) => (r.leakcheckLoadReport = 2),
    (r) => (r.outcome.ending = 'clean'),
    (r) => (r.asked.requests = 0),
    (r) => (r.thresholds[0].state = 'kept'),
    (r) => (r.load.sent = -1),
  ]) {
    const copy = structuredClone(report);
    change(copy);
    assert.equal(isValid(copy), false, change.toString());
  }
});

test('keys that a later release adds are passed over', () => {
  const report = { ...JSON.parse(goldenFile('load_passed.load.json')), regions: [] };
  accepts(isValid, report, 'a later report');
  assert.equal(holdsOnlyKnownKeys(report), false, 'the closed schema must see them');
});
