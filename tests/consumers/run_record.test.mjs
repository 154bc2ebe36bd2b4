// The run record against its JSON Schema: what leakcheck writes is valid, and what is damaged is not.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { run, source } from '../system/leakcheck_process.mjs';
import { closed, damaged, goldenFile, goldenFiles, places, requirePackage } from './reports.mjs';

const Ajv = requirePackage('ajv').default;
const schema = JSON.parse(
  fs.readFileSync(path.join(source, 'reporters/run-record.schema.json'), 'utf8'),
);

const compile = (document) => new Ajv({ allErrors: true, allowUnionTypes: true }).compile(document);
const isValid = compile(schema);

const holdsOnlyKnownKeys = compile(closed(schema));

function accepts(validate, record, name) {
  assert.ok(validate(record), `${name}: ${JSON.stringify(validate.errors?.slice(0, 3), null, 2)}`);
}

/** What a schema cannot say. */
function checkSamples({ samples }, name) {
  for (const row of samples.rows) assert.equal(row.length, samples.columns.length, name);
}

const mayBeNull = new Set(['target.end', 'verdict.culprit']);

/** Values that cannot stand where `value` does. */
function wrongTypes(value, at) {
  if (Array.isArray(value)) return [{}, null, 'x'];
  if (typeof value === 'object' && value !== null) return [[], 7, 'x'];
  // Cells of a row are numbers and words; what stands in which column only the columns tell.
  if (at[0] === 'samples' && at.includes('rows')) return [{}, [], true];
  if (typeof value === 'boolean') return ['true', 1, {}, [], null];
  if (typeof value === 'string') return [7, {}, [], ...(mayBeNull.has(at.join('.')) ? [] : [null])];
  return ['7', {}, [], true];
}

/** The keys there are names of errors and status codes, not ours. */
const isCount = (at) => at[0] === 'load' && (at[1] === 'errors' || at[1] === 'statuses') && at.length > 2;

test('the schema is valid against the meta-schema of draft-07, and strict about its own words', () => {
  assert.equal(schema.$schema, 'http://json-schema.org/draft-07/schema#');
  const ajv = new Ajv({ strict: true, allowUnionTypes: true });
  assert.ok(ajv.validateSchema(schema), JSON.stringify(ajv.errors));
  ajv.compile(schema);
  // The test of the test: a schema with a wrong word in it is refused.
  assert.equal(new Ajv({ logger: false }).validateSchema({ ...schema, type: 'objekt' }), false);
});

test('the schema says why it allows keys that it does not name', () => {
  assert.match(schema.description, /Within version 1 keys may be added, so readers pass over/);
});

test('every golden run record is valid, and holds no key that the schema does not name', () => {
  const files = goldenFiles('.run.json');
  assert.ok(files.length >= 10);
  for (const { name, text } of files) {
    const record = JSON.parse(text);
    accepts(isValid, record, name);
    accepts(holdsOnlyKnownKeys, record, name);
    checkSamples(record, name);
  }
});

test('every record of a list of several runs is valid', () => {
  const records = JSON.parse(goldenFile('several.runs.json'));
  assert.equal(records.length, 2);
  for (const record of records) accepts(holdsOnlyKnownKeys, record, 'several.runs.json');
  assert.equal(isValid(records), false, 'the list itself is no run record');
});

test('the run record of a real run is valid', async (t) => {
  const { report, code, stderr } = await run(t, path.join(source, 'scenarios/steady.yaml'));
  assert.equal(code, 0, stderr);
  accepts(isValid, report, 'run.json');
  accepts(holdsOnlyKnownKeys, report, 'run.json');
  checkSamples(report, 'run.json');
  assert.ok(report.cycles.length >= 12);
  assert.ok(report.samples.rows.length > 0);
});

// What a run did not have is not there: these keys may be missing.
const optional = new Set([
  ...['choseMode', 'boundedKeys', 'inTheEnd', 'keyed', 'timeBound', 'allocationsPerRequest', 'parts'],
  ...['routes', 'routesSay', 'ablations', 'resident', 'with', 'problem', 'native', 'readings', 'times'],
  ...['route', 'aheadMs', 'pss'],
]);

// Between them these records fill every list and every optional value.
const examples = ['leak', 'crashed', 'leak_routes', 'keyed_bounded', 'time_bounded', 'native_leak', 'cluster'];
for (const name of examples.map((each) => `${each}.run.json`)) {
  const record = JSON.parse(goldenFile(name));
  const all = [...places(record)];

  test(`${name}: a key that is missing or renamed is refused, wherever it is`, () => {
    let checked = 0;
    for (const at of all) {
      if (typeof at.at(-1) !== 'string' || isCount(at) || optional.has(at.at(-1))) continue;
      const missing = damaged(record, at, (parent, key) => delete parent[key]);
      assert.equal(isValid(missing), false, `${at.join('.')} is missing`);
      const renamed = damaged(record, at, (parent, key) => {
        parent[`${key}_`] = parent[key];
        delete parent[key];
      });
      assert.equal(isValid(renamed), false, `${at.join('.')} is renamed`);
      checked += 1;
    }
    assert.ok(checked > 100, `only ${checked} keys were tried`);
  });

  test(`${name}: a value of the wrong type is refused, wherever it is`, () => {
    for (const at of all) {
      const value = at.reduce((node, key) => node[key], record);
      for (const wrong of wrongTypes(value, at)) {
        const bad = damaged(record, at, (parent, key) => (parent[key] = wrong));
        assert.equal(isValid(bad), false, `${at.join('.')} is ${JSON.stringify(wrong)}`);
      }
    }
  });
}

test('words that are not known, other versions and lost columns are refused', () => {
  const record = JSON.parse(goldenFile('leak.run.json'));
  const refused = (change) => {
    const copy = structuredClone(record);
    change(copy);
    assert.equal(isValid(copy), false, change.toString());
  };
  refused((r) => (r.leakcheckRunRecord = 2));
  refused((r) => (r.outcome.ending = 'fine'));
  refused((r) => (r.verdict.answer = 'maybe'));
  refused((r) => (r.verdict.culprit = 'heap'));
  refused((r) => (r.verdict.quantities[0].quantity = 'heap_used'));
  refused((r) => (r.verdict.budgets[0].state = 'skipped'));
  refused((r) => (r.cycles[0].phase = 'sleep'));
  refused((r) => (r.cycles[0].requests = 99.5));
  refused((r) => (r.cycles[0].requests = -1));
  refused((r) => (r.scenario.mode = 'loud'));
  refused((r) => (r.target.end = 'tired'));
  refused((r) => (r.load.statuses['2xx'] = 1));
  refused((r) => (r.samples.columns[2] = 'rss_bytes'));
  refused((r) => (r.samples.columns[2] = 'atMs'));
  refused((r) => r.samples.columns.pop());
});

test('keys that a later release adds are passed over', () => {
  const record = JSON.parse(goldenFile('leak.run.json'));
  record.findings = [];
  record.cycles[0].pss = 1;
  record.samples.columns.push('pss');
  accepts(isValid, record, 'a later record');
  assert.equal(holdsOnlyKnownKeys(record), false, 'the closed schema must see them');
});
