// The reports of leakcheck snapshot and leakcheck diff against their JSON Schemas.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { source } from '../system/leakcheck_process.mjs';
import { closed, damaged, goldenFile, goldenFiles, places, requirePackage } from './reports.mjs';

const Ajv = requirePackage('ajv').default;
const kinds = [
  { kind: 'snapshot', version: 'leakcheckSnapshotReport', richest: 'snapshot_object.snapshot.json', keys: 35 },
  { kind: 'diff', version: 'leakcheckDiffReport', richest: 'diff_series.diff.json', keys: 55 },
];

for (const { kind, version, richest, keys } of kinds) {
  const schema = JSON.parse(
    fs.readFileSync(path.join(source, 'reporters', `${kind}-report.schema.json`), 'utf8'),
  );
  const compile = (document) => new Ajv({ allErrors: true, allowUnionTypes: true }).compile(document);
  const isValid = compile(schema);
  const holdsOnlyKnownKeys = compile(closed(schema));

  test(`${kind}: the schema is valid against the meta-schema, and strict about its own words`, () => {
    assert.equal(schema.$schema, 'http://json-schema.org/draft-07/schema#');
    const ajv = new Ajv({ strict: true, allowUnionTypes: true });
    assert.ok(ajv.validateSchema(schema), JSON.stringify(ajv.errors));
    ajv.compile(schema);
    assert.match(schema.description, /Within version 1 keys may be added, so readers pass over/);
  });

  test(`${kind}: every golden report is valid, and holds no key that the schema does not name`, () => {
    const files = goldenFiles(`.${kind}.json`);
    assert.ok(files.length >= 5);
    for (const { name, text } of files) {
      if (name.includes('nasty')) continue; // its numbers are what no snapshot can hold
      for (const validate of [isValid, holdsOnlyKnownKeys])
        assert.ok(validate(JSON.parse(text)), `${name}: ${JSON.stringify(validate.errors?.slice(0, 3), null, 2)}`);
    }
  });

  test(`${kind}: a key that is missing, and a value of the wrong type, are refused, wherever they are`, () => {
    const report = JSON.parse(goldenFile(richest));
    let checked = 0;
    for (const at of places(report)) {
      if (typeof at.at(-1) !== 'string') continue;
      const where = at.join('.');
      assert.equal(isValid(damaged(report, at, (parent, key) => delete parent[key])), false, `${where} is missing`);
      assert.equal(isValid(damaged(report, at, (parent, key) => (parent[key] = { a: 1 }))), false, `${where} is a map`);
      checked += 1;
    }
    assert.ok(checked > keys, `only ${checked} keys were tried`);
    assert.equal(isValid({ ...report, [version]: 2 }), false);
  });

  test(`${kind}: keys that a later release adds are passed over`, () => {
    const report = { ...JSON.parse(goldenFile(richest)), regions: [] };
    assert.ok(isValid(report), JSON.stringify(isValid.errors));
    assert.equal(holdsOnlyKnownKeys(report), false, 'the closed schema must see them');
  });
}
