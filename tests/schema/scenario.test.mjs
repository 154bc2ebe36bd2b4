// The JSON Schema that `leakcheck schema` prints, against the same examples as the reader.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
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
const ajv = new Ajv({
  strict: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  allErrors: true,
});
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

// That the reader takes them, tests/docs checks.
test('every YAML block of the reference is right', () => {
  const minimal = {
    version: 1,
    target: { command: ['node', 'server.js'] },
    load: { flows: [{ steps: [{ get: '/' }] }] },
  };
  const isMap = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
  const merge = (base, over) => {
    if (!isMap(base) || !isMap(over)) return over;
    const merged = Object.entries(over).map(([key, value]) => [key, merge(base[key], value)]);
    return { ...base, ...Object.fromEntries(merged) };
  };
  const reference = fs.readFileSync(path.join(source, 'scenarios/README.md'), 'utf8');
  const blocks = [...reference.matchAll(/^```yaml\n(.*?)^```$/gms)].map((match) => match[1]);
  assert.ok(blocks.length >= 10);
  for (const block of blocks) {
    const value = yaml.load(block, { schema: yamlSchema });
    const fragmentOf = /^# a fragment of (\w+)\n/.exec(block)?.[1];
    assert.ok(block.startsWith('version: 1\n') || fragmentOf in value, `neither a scenario nor a fragment:\n${block}`);
    const whole = fragmentOf ? merge(minimal, value) : value;
    assert.ok(validate(whole), `${ajv.errorsText(validate.errors)}\n${block}`);
  }
});

test('the reference names every key', () => {
  const reference = fs.readFileSync(path.join(source, 'scenarios/README.md'), 'utf8');
  const keys = new Set();
  const walk = (value) => {
    if (value === null || typeof value !== 'object') return;
    if (value.additionalProperties === false) Object.keys(value.properties).forEach((key) => keys.add(key));
    Object.values(value).forEach(walk);
  };
  walk(schema);
  assert.ok(keys.size >= 50);
  const words = new Set(reference.match(/\w+/g));
  assert.deepEqual([...keys].filter((key) => !words.has(key)), []);
});
