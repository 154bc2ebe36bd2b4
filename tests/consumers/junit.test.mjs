// JUnit as its readers see it: our schema of each dialect, the rules that no schema can say, and two
// parsers from npm, over the golden files and the files of real runs. Every check is shown a file
// that it must refuse.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { forService, makeFolder, packages, run, source } from '../system/leakcheck_process.mjs';
import { goldenFile, goldenFiles, requirePackage } from './reports.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const xmllint = process.env.XMLLINT ?? 'xmllint';
const dialects = { default: '.junit.xml', jenkins: '.jenkins.xml', ant: '.ant.xml' };

let junit2json;
const testResultsParser = requirePackage('test-results-parser');
before(async () => {
  const { exports } = requirePackage('junit2json/package.json');
  const entry = path.join(packages, 'junit2json', exports['.'].default);
  junit2json = await import(pathToFileURL(entry));
});

function lint(t, text, ...options) {
  const file = path.join(makeFolder(t), 'report.xml');
  fs.writeFileSync(file, text);
  const { status, stderr } = spawnSync(xmllint, ['--noout', '--nonet', ...options, file], {
    encoding: 'utf8',
  });
  return { status, stderr };
}

const schemaOf = (dialect) => ['--schema', path.join(here, `junit-${dialect}.xsd`)];

function checkSchema(t, { name, text }, dialect) {
  const { status, stderr } = lint(t, text, ...schemaOf(dialect));
  assert.equal(status, 0, `${name}: ${stderr.slice(0, 2000)}`);
}

/** Characters that make Jenkins refuse the whole file, in the text or as entities, and emoji. */
const forbidden = new RegExp(
  '[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2028\\u2029\\ufeff\\ufffe\\uffff]' +
    '|[\\u{1f000}-\\u{1faff}]|&#',
  'u',
);

function checkCharacters({ name, text }) {
  const found = forbidden.exec(text);
  assert.equal(found, null, `${name}: ${JSON.stringify(found?.[0])} at ${found?.index}`);
}

const troubleOf = (testcase) => [...(testcase.failure ?? []), ...(testcase.error ?? [])];
const sum = (items, value) => items.reduce((total, item) => total + value(item), 0);

/** Counts, repeated messages and relative files, as junit2json (xml2js) reads them. */
async function checkRules({ name, text }, dialect) {
  const root = await junit2json.parse(text);
  const suites = root.testsuite ?? [];
  for (const suite of suites) {
    const at = `${name}, ${suite.name}`;
    const having = (key) => sum(suite.testcase, (each) => each[key]?.length ?? 0);
    assert.equal(suite.tests, suite.testcase.length, at);
    assert.equal(suite.failures, having('failure'), at);
    assert.equal(suite.errors, having('error'), at);
    assert.equal(suite.skipped, having('skipped'), at);
    for (const testcase of suite.testcase) {
      assert.equal(testcase.classname, `leakcheck.${suite.name}`, at);
      for (const { message, inner } of troubleOf(testcase)) {
        // GitLab and dorny/test-reporter show the text only.
        assert.ok(inner.startsWith(message), `${at}: the text does not repeat "${message}"`);
      }
      const parts = (testcase.file ?? '').split('/');
      assert.ok(!parts.includes('..'), `${at}: ${testcase.file}`);
    }
  }
  if (dialect === 'ant') {
    assert.deepEqual(suites.map((suite) => Number(suite.id)), [...suites.keys()], name);
  } else {
    for (const key of ['tests', 'failures', 'errors']) {
      assert.equal(root[key], sum(suites, (suite) => suite[key]), `${name}: ${key}`);
    }
    assert.ok(Math.abs(root.time - sum(suites, (suite) => suite.time)) < 0.002, `${name}: time`);
  }
}

/** test-results-parser reads "&amp;amp;" as "&": what both make of a text is compared. */
const flat = (text) =>
  text.replace(/&(lt|gt|quot|amp);/g, (_, name) => ({ lt: '<', gt: '>', quot: '"', amp: '&' })[name]).trim();

/** What test-results-parser (fast-xml-parser) reads must be what junit2json does. */
async function checkReadersAgree(t, { name, text }, other = text) {
  const file = path.join(makeFolder(t), 'report.xml');
  fs.writeFileSync(file, other);
  const { suites } = testResultsParser.parse({ type: 'junit', files: [file] });
  const root = await junit2json.parse(text);
  assert.deepEqual(suites.map((suite) => suite.name), root.testsuite.map((suite) => suite.name));
  for (const [index, suite] of suites.entries()) {
    const expected = root.testsuite[index];
    assert.deepEqual(
      suite.cases.map((each) => each.name),
      expected.testcase.map((each) => each.name),
      name,
    );
    for (const [at, each] of suite.cases.entries()) {
      const testcase = expected.testcase[at];
      const [trouble] = troubleOf(testcase);
      assert.equal(each.status, trouble ? 'FAIL' : testcase.skipped ? 'SKIP' : 'PASS', each.name);
      if (trouble) assert.equal(flat(each.failure), flat(trouble.message), each.name);
      if (trouble) assert.equal(flat(each.stack_trace), flat(trouble.inner), each.name);
    }
  }
}

async function checkAll(t, report, dialect) {
  assert.equal(lint(t, report.text).status, 0, `${report.name} is not well-formed`);
  checkSchema(t, report, dialect);
  checkCharacters(report);
  await checkRules(report, dialect);
  await checkReadersAgree(t, report);
}

for (const [dialect, ending] of Object.entries(dialects)) {
  test(`every golden file of the dialect ${dialect} keeps its rules`, async (t) => {
    const files = goldenFiles(ending);
    assert.ok(files.length >= 5);
    for (const report of files) await checkAll(t, report, dialect);
  });
}

test('names, counts and texts of a leak arrive', async () => {
  const root = await junit2json.parse(goldenFile('leak.junit.xml'));
  const [suite] = root.testsuite;
  assert.equal(suite.name, 'quickstart');
  assert.equal(suite.timestamp, '2026-11-23T20:08:24');
  assert.equal(suite.time, 4.12);
  const heap = suite.testcase.find((each) => each.name === 'heapUsed retained per request');
  assert.equal(heap.classname, 'leakcheck.quickstart');
  assert.equal(heap.file, 'scenarios/quickstart.yaml');
  assert.equal(heap.failure.length, 1);
  assert.equal(heap.failure[0].type, 'leak');
  assert.match(heap.failure[0].message, /^the JS heap keeps 88\.02 B for every request/);
  assert.match(heap.failure[0].inner, /\nmeasured 88\.02 B per request \(99\.9 % interval/);
  const properties = Object.fromEntries(suite.properties.map(({ name, value }) => [name, value]));
  assert.equal(properties['leakcheck.ending'], 'leak');
  assert.match(suite['system-out'][0], /post-GC bytes by cycle:\ncycle  phase /);
});

test('a place in the code arrives as a frame that a reader finds', async () => {
  const { testsuite } = await junit2json.parse(goldenFile('crashed.junit.xml'));
  const [{ inner }] = testsuite[0].testcase[0].error;
  // dorny/test-reporter looks for "(path:line:col)" at the end of a line.
  assert.match(inner, /^ +at query \(\/srv\/orders\/src\/db\.js:12:11\)$/m);
});

test('several runs of the same name are told apart', async () => {
  for (const ending of Object.values(dialects)) {
    const { testsuite } = await junit2json.parse(goldenFile(`several${ending}`));
    const names = testsuite.map((suite) => suite.name);
    assert.equal(new Set(names).size, 5);
    assert.ok(names.includes('orders-api') && names.includes('orders-api (2)'));
  }
});

test('a hostile record is read as the text that it is', async () => {
  const { testsuite } = await junit2json.parse(goldenFile('hostile.junit.xml'));
  assert.match(testsuite[0].name, /^orders red <b a="1" c='2'>&amp; \]\]>/);
  assert.match(testsuite[0].testcase[0].failure[0].inner, /\$\(rm -rf ~\) `id` ::error::no/);
});

test('the files of a real clean run keep the rules', async (t) => {
  const { junit, code, stderr } = await run(t, path.join(source, 'scenarios/steady.yaml'));
  assert.equal(code, 0, stderr);
  await checkAll(t, { name: 'steady', text: junit }, 'default');
  const { testsuite } = await junit2json.parse(junit);
  assert.equal(testsuite[0].name, 'steady');
  assert.equal(testsuite[0].failures + testsuite[0].errors + testsuite[0].skipped, 0);
});

test('the files of a real run that fails keep the rules of every dialect', async (t) => {
  const scenario = forService('crash_under_load.cjs', {
    reporters: Object.keys(dialects).map((dialect) => ({
      junit: { path: `${dialect}.xml`, dialect },
    })),
  });
  const { folder, code, stdout } = await run(t, scenario);
  assert.equal(code, 3, stdout);
  for (const dialect of Object.keys(dialects)) {
    const text = fs.readFileSync(path.join(folder, `${dialect}.xml`), 'utf8');
    await checkAll(t, { name: dialect, text }, dialect);
    const { testsuite } = await junit2json.parse(text);
    assert.equal(testsuite[0].testcase[0].error.length, 1, text);
  }
});

// ---- every check refuses what it must -----------------------------------------------------------

/** `text` with one thing changed; the change must find its place. */
function changed(text, from, to) {
  const result = text.replace(from, to);
  assert.notEqual(result, text, `${from} is not in the file`);
  return result;
}

test('xmllint refuses what is not well-formed', (t) => {
  const text = goldenFile('leak.junit.xml');
  for (const bad of [
    text.slice(0, -20),
    changed(text, 'rate&lt;0.01', 'rate<0.01'),
    changed(text, 'quickstart', 'quick & start'),
    changed(text, 'quickstart', 'quick\u0001start'),
  ]) {
    assert.notEqual(lint(t, bad).status, 0, bad.slice(0, 300));
  }
});

const moveToEnd = (text, element) => {
  const found = new RegExp(` *<${element}>[^]*?</${element}>\n`).exec(text)[0];
  return text.replace(found, '').replace('  </testsuite>', `${found}  </testsuite>`);
};
const duplicate = (text, element) => {
  const found = new RegExp(` *<${element} [^]*?(/>|</${element}>)\n`).exec(text)[0];
  return text.replace(found, found + found);
};

/** What the schema of every dialect refuses. */
const refusedByAll = {
  'another root': (text) => text.replaceAll('testsuites', 'results'),
  'a suite without a name': (text) => changed(text, / name="quickstart"/, ''),
  'an empty name': (text) => changed(text, 'name="service under load"', 'name=""'),
  'a name that is no token': (text) => changed(text, 'service under load', 'service  under load'),
  'two testcases of one name': (text) => duplicate(text, 'testcase'),
  'a failure without text': (text) => changed(text, /(<failure [^>]*>)[^<]*/, '$1'),
  'a failure without a message': (text) => changed(text, /<failure message="[^"]*"/, '<failure'),
  'a failure without a type': (text) => changed(text, ' type="leak"', ''),
  'two failures of one testcase': (text) => duplicate(text, 'failure'),
  'a class of another tool': (text) => changed(text, 'classname="leakcheck.', 'classname="'),
  'an exponent in a time': (text) => changed(text, /time="4\.120"\/>/, 'time="4.12e0"/>'),
  'a comma in a time': (text) => changed(text, /time="4\.120"\/>/, 'time="4,120"/>'),
  'a zone in the timestamp': (text) => changed(text, ':24" tests', ':24Z" tests'),
  'milliseconds in the timestamp': (text) => changed(text, ':24" tests', ':24.123" tests'),
  'properties after the testcases': (text) => moveToEnd(text, 'properties'),
  'no properties': (text) => changed(text, /<properties>[^]*<\/properties>/, ''),
  'no count of failures': (text) => changed(text, /(<testsuite [^>]*) failures="1"/, '$1'),
  'a count that is none': (text) => changed(text, /(<testsuite [^>]* errors=)"0"/, '$1"-1"'),
  'an attribute that is not known': (text) => changed(text, '<testcase', '<testcase line="1"'),
  'an element that is not known': (text) => changed(text, '<system-out>', '<log/><system-out>'),
};

const refusedBy = {
  default: {
    'a file outside the repository': (text) => changed(text, 'file="scen', 'file="/srv/scen'),
    'no sums on the root': (text) => changed(text, /<testsuites [^>]*>/, '<testsuites name="leakcheck">'),
    'Ant\'s root': (text) => changed(text, /<testsuites [^>]*>/, '<testsuites>'),
  },
  jenkins: {
    'a file on a testcase': (text) => changed(text, '<testcase', '<testcase file="a.yaml"'),
    'skipped on the root': (text) => changed(text, '<testsuites', '<testsuites skipped="1"'),
  },
  ant: {
    'a file on a testcase': (text) => changed(text, '<testcase', '<testcase file="a.yaml"'),
    'sums on the root': (text) => changed(text, '<testsuites', '<testsuites tests="7"'),
    'no hostname': (text) => changed(text, ' hostname="localhost"', ''),
    'no package': (text) => changed(text, ' package="leakcheck"', ''),
    'no id': (text) => changed(text, ' id="0"', ''),
    'no timestamp': (text) => changed(text, / timestamp="[^"]*"/, ''),
    'no system-err': (text) => changed(text, '<system-err></system-err>', ''),
    'system-out after system-err': (text) => moveToEnd(text, 'system-out'),
    'a testcase with properties': (text) =>
      changed(text, /(<testcase [^>]*)\/>/, '$1><properties/></testcase>'),
  },
};

for (const [dialect, ending] of Object.entries(dialects)) {
  test(`the schema of the dialect ${dialect} refuses what its readers break on`, (t) => {
    const text = goldenFile(`leak${ending}`);
    for (const [what, change] of Object.entries({ ...refusedByAll, ...refusedBy[dialect] })) {
      const bad = change(text);
      assert.equal(lint(t, bad).status, 0, `${what}: must stay well-formed`);
      assert.notEqual(lint(t, bad, ...schemaOf(dialect)).status, 0, `${what} is not refused`);
    }
  });
}

test('the check of characters refuses controls, entities, directions and emoji', () => {
  const text = goldenFile('leak.junit.xml');
  checkCharacters({ name: 'leak', text });
  for (const bad of ['\u001b[31m', '\r', '\u0085', '\u009b', '\u202e', '\ufffe', '&#x1b;', '&#10;', '\u{1f4a9}']) {
    const report = { name: bad, text: changed(text, 'post-GC', bad) };
    assert.throws(() => checkCharacters(report), /at \d+/, JSON.stringify(bad));
  }
});

test('the check of the rules refuses wrong counts, lost messages and foreign classes', async () => {
  const text = goldenFile('leak.junit.xml');
  const changes = {
    tests: (all) => changed(all, /(<testsuite [^>]*tests=)"7"/, '$1"8"'),
    failures: (all) => changed(all, /(<testsuite [^>]*failures=)"1"/, '$1"0"'),
    errors: (all) => changed(all, /(<testsuite [^>]*errors=)"0"/, '$1"1"'),
    skipped: (all) => changed(all, /(<testsuite [^>]*skipped=)"1"/, '$1"0"'),
    'sum of tests': (all) => changed(all, /(<testsuites [^>]*tests=)"7"/, '$1"6"'),
    'sum of times': (all) => changed(all, /(<testsuites [^>]*time=)"4.120"/, '$1"5.120"'),
    message: (all) => changed(all, 'type="leak">the JS heap', 'type="leak">a JS heap'),
    classname: (all) => changed(all, 'leakcheck.quickstart"', 'leakcheck.other"'),
    file: (all) => changed(all, 'file="scenarios/', 'file="a/../../scenarios/'),
  };
  for (const [what, change] of Object.entries(changes)) {
    const report = { name: what, text: change(text) };
    await assert.rejects(() => checkRules(report, 'default'), assert.AssertionError, what);
  }
  const ant = { name: 'ids', text: changed(goldenFile('several.ant.xml'), 'id="1"', 'id="7"') };
  await assert.rejects(() => checkRules(ant, 'ant'), assert.AssertionError);
});

test('the comparison of the readers sees whatever one of them lost', async (t) => {
  const text = goldenFile('leak.junit.xml');
  const losses = {
    'a suite': /<testsuite [^]*<\/testsuite>/,
    'a testcase': /<testcase name="external[^>]*\/>/,
    'a name': 'heapUsed growth',
    'a failure': /<failure[^]*<\/failure>/,
    'a message': 'message="the JS heap keeps',
    'a text': 'measured 88.02 B per request (99.9 % interval',
    'a skipped one': /<skipped[^>]*\/>/,
  };
  await checkReadersAgree(t, { name: 'leak', text });
  for (const [what, lost] of Object.entries(losses)) {
    const to = what === 'a message' ? 'message="' : '';
    const other = changed(text, lost, to);
    await assert.rejects(
      () => checkReadersAgree(t, { name: what, text }, other),
      assert.AssertionError,
      `${what} is not missed`,
    );
  }
});
