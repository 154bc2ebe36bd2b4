// The JSON Schema that `leakcheck schema` prints, against the same examples as the reader.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { onlyTheReader } from './only_the_reader.mjs';

const source = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const examples = path.join(source, 'tests/fixtures/scenarios');
const binary = need('LEAKCHECK_BINARY');
const require = createRequire(path.join(need('LEAKCHECK_NPM'), 'package.json'));
const Ajv = require('ajv');
const yaml = require('js-yaml');

// YAML 1.2's core schema, as leakcheck and editors read it, and merge keys.
const yamlSchema = yaml.CORE_SCHEMA.extend({ implicit: [yaml.types.merge] });

const printed = execFileSync(binary, ['schema'], { encoding: 'utf8' });
const schema = JSON.parse(printed);
const ajv = new Ajv({ strict: true, allErrors: true, strictTypes: false, strictTuples: false, strictRequired: false });
const validate = ajv.compile(schema);

function need(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set; run the tests with ci/test`);
  return value;
}

function parseYaml(file) {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(fs.readFileSync(file));
  return yaml.load(text, { schema: yamlSchema });
}

/** What is wrong with a file for an editor: undefined when nothing is. */
function findProblem(file) {
  let value;
  try {
    value = parseYaml(file);
  } catch (error) {
    return `no YAML: ${error.message}`;
  }
  return validate(value) ? undefined : ajv.errorsText(validate.errors, { dataVar: '' });
}

function list(folder) {
  const names = fs.readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return names.sort().map((name) => path.join(folder, name));
}

const nameOf = (file) => path.basename(file, '.yaml');

test('the binary prints scenarios/schema/v1.json', () => {
  assert.equal(printed, fs.readFileSync(path.join(source, 'scenarios/schema/v1.json'), 'utf8'));
});

test('it is a schema of draft-07', () => {
  assert.equal(schema.$schema, 'http://json-schema.org/draft-07/schema#');
  assert.ok(ajv.validateSchema(schema), ajv.errorsText());
});

test('every definition is used', () => {
  const used = new Set([...printed.matchAll(/"#\/definitions\/(\w+)"/g)].map((match) => match[1]));
  assert.deepEqual(Object.keys(schema.definitions).sort(), [...used].sort());
});

test('every key has a description, itself or where it points to', () => {
  const silent = [];
  const walk = (value, at) => {
    if (value === null || typeof value !== 'object') return;
    if (value.additionalProperties === false)
      for (const [key, entry] of Object.entries(value.properties)) {
        const target = schema.definitions[entry.$ref?.split('/').pop()];
        if (!entry.description && !target?.description) silent.push(`${at}/${key}`);
      }
    for (const [key, entry] of Object.entries(value)) walk(entry, `${at}/${key}`);
  };
  walk(schema, '');
  assert.deepEqual(silent, []);
});

test('every good example is right', () => {
  const files = list(path.join(examples, 'good'));
  assert.ok(files.length >= 20);
  for (const file of files) assert.equal(findProblem(file), undefined, nameOf(file));
});

test('every scenario of the repository is right', () => {
  const files = list(path.join(source, 'scenarios'));
  assert.ok(files.length >= 7);
  for (const file of files) assert.equal(findProblem(file), undefined, nameOf(file));
});

test('every bad example is wrong, but for those that only the reader can refuse', () => {
  const files = list(path.join(examples, 'bad'));
  assert.ok(files.length >= 60);
  const accepted = files.filter((file) => findProblem(file) === undefined).map(nameOf);
  assert.deepEqual(accepted, Object.keys(onlyTheReader).sort());
});

test('a profile and a file that extends another may leave out what they do not change', () => {
  const whole = { version: 1, target: { command: ['node', 's.js'] }, load: { flows: [{ steps: [{ get: '/' }] }] } };
  assert.ok(validate(whole));
  const part = { target: { ready: { timeout: '5s' } }, load: { vus: 5 }, payload: { order: 'random' } };
  assert.ok(validate({ ...whole, profiles: { pr: part } }), ajv.errorsText(validate.errors));
  assert.ok(validate({ extends: './base.yaml', ...part }), ajv.errorsText(validate.errors));
  assert.ok(!validate({ version: 1, ...part }));
  assert.ok(!validate({ ...whole, profiles: { pr: { ...part, version: 1 } } }));
  // What stands in a list is replaced as a whole, so it has to be whole.
  assert.ok(!validate({ extends: './base.yaml', load: { flows: [{ name: 'main' }] } }));
});

test('the schema is quick on long text', () => {
  const long = (text) => ({
    version: 1,
    name: 'x',
    target: { command: text, env: { A: text }, url: text, ready: { log: text } },
    load: { flows: [{ steps: [{ post: { url: text, json: text, headers: { A: text } } }] }] },
  });
  // Patterns that backtrack need minutes or the stack for this.
  for (const unit of ['a', '{', '{{', '{{ ', '{{ a }', ' ', '{{ $env.A }}'])
    validate(long(unit.repeat(2000)));
});

test('every YAML block of the reference is right, for the schema and for the reader', (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'leakcheck-test-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  fs.writeFileSync(path.join(folder, 'users.csv'), 'userId,sku\n17,A-1\n');
  const minimal = {
    version: 1,
    target: { command: ['node', 'server.js'] },
    load: { flows: [{ steps: [{ get: '/' }] }] },
  };
  fs.writeFileSync(path.join(folder, 'base.yaml'), JSON.stringify(minimal));
  fs.writeFileSync(path.join(folder, 'limits.yaml'), '{}');
  const merge = (base, over) =>
    isMap(base) && isMap(over)
      ? { ...base, ...Object.fromEntries(Object.entries(over).map(([key, value]) => [key, merge(base[key], value)])) }
      : over;
  const isMap = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

  const reference = fs.readFileSync(path.join(source, 'scenarios/README.md'), 'utf8');
  const blocks = [...reference.matchAll(/^```yaml\n(.*?)^```$/gms)].map((match) => match[1]);
  assert.ok(blocks.length >= 10);
  blocks.forEach((block, index) => {
    const whole = block.startsWith('version: 1\n');
    const fragmentOf = /^# a fragment of (\w+)\n/.exec(block)?.[1];
    assert.ok(whole || fragmentOf, `neither a scenario nor a fragment:\n${block}`);
    const file = path.join(folder, `block-${index}.yaml`);
    if (whole) {
      fs.writeFileSync(file, block);
    } else {
      const fragment = yaml.load(block, { schema: yamlSchema });
      assert.ok(fragmentOf in fragment, `not a fragment of ${fragmentOf}:\n${block}`);
      fs.writeFileSync(file, JSON.stringify(merge(minimal, fragment)));
    }
    assert.equal(findProblem(file), undefined, block);
    const read = spawnSync(binary, ['validate', file], {
      encoding: 'utf8',
      env: { ...process.env, API_TOKEN: 'x', USERS: '5' },
    });
    assert.equal(read.status, 0, `${block}\n${read.stderr}`);
  });
});
