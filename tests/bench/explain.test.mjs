// The pure parts of `ci/bench explain` on fixed input, and its catalogue against the services. Nothing
// here measures leakcheck.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { GATES, HEALTHY, scenarioOf } from './explain_catalogue.mjs';
import { LEAKY } from './explain_leaks.mjs';
import { makeGoals, makeTables } from './explain_tables.mjs';
import { judgeGate, judgeHealthy, judgeLeaky, markedLines } from './explained_run.mjs';
import { renderGoal, renderTable } from './report.mjs';
import { UsageError } from './usage_error.mjs';
import { check } from './verbs/explain.mjs';
import { here } from './world.mjs';

const folder = path.join(here, 'services/explain');
const read = (file) => fs.readFileSync(path.join(folder, file), 'utf8');
const linesOf = ({ file, truthIn = file }) => {
  const lines = read(truthIn).split('\n');
  return markedLines(lines.join('\n')).map((line) => lines[line - 1]);
};

test('lines are marked from 1, and by the whole word', () => {
  assert.deepEqual(markedLines('a // LEAK\nb\nc // LEAKY\n  d; // LEAK: of the list'), [1, 4]);
});

test('every leaky service marks its line, healthy ones mark none', () => {
  for (const [name, service] of Object.entries({ ...LEAKY, gate: GATES.leaky }))
    assert.ok(linesOf(service).length > 0, name);
  for (const [name, { file }] of Object.entries(HEALTHY))
    assert.deepEqual(markedLines(read(file)), [], name);
});

test('a culprit that must be named stands on a marked line', () => {
  for (const [name, service] of Object.entries({ ...LEAKY, gate: GATES.leaky })) {
    const marked = linesOf(service).join('\n');
    assert.ok(
      service.culprits.some((culprit) => marked.includes(culprit)),
      `${name}: ${service.culprits} in ${marked}`,
    );
  }
});

test('there are enough services, of all patterns, with at least three routes each', () => {
  assert.ok(Object.keys(LEAKY).length >= 25);
  assert.ok(Object.keys(HEALTHY).length >= 6);
  const patterns = Object.values(LEAKY).flatMap((service) => service.patterns);
  for (const wanted of [
    'collection',
    'closure_over_request',
    'buffer',
    'emitter',
    'timer',
    'promise',
    'abort_signal',
  ])
    assert.ok(patterns.includes(wanted), wanted);
  for (const [name, { flows, route }] of Object.entries(LEAKY)) {
    const names = new Set(flows.map((one) => one.name));
    assert.ok(names.size >= 3 && names.has(route), name);
  }
});

test('services take packages that are installed in exact versions', () => {
  const { dependencies } = JSON.parse(fs.readFileSync(path.join(here, 'npm/package.json'), 'utf8'));
  const files = fs
    .readdirSync(folder, { recursive: true })
    .filter((file) => /\.[cm]?[jt]s$/.test(file));
  for (const file of files)
    for (const [, name] of read(file).matchAll(/(?:require\(|from )'((?:@[^/']+\/)?[^./'][^/']*)/g))
      assert.ok(
        name.startsWith('node:') || /^(npm:express@)?\d/.test(dependencies[name]),
        `${file}: ${name}`,
      );
});

test('a scenario says how a service is started, and leaves the rest to leakcheck', () => {
  const { load, ...rest } = scenarioOf('gate', GATES.leaky, {
    command: ['node', 'gate.cjs'],
    folder: '/app',
  });
  assert.deepEqual(rest, {
    version: 1,
    name: 'gate',
    target: {
      command: ['node', 'gate.cjs'],
      cwd: '/app',
      env: { PORT: '{{ $port }}', NODE_ENV: 'production', KEEP: 'yes' },
    },
  });
  assert.deepEqual(Object.keys(load), ['flows']);
});

const service = {
  patterns: ['collection'],
  culprits: ['#carts'],
  route: 'POST /carts',
  library: { name: 'lru-cache', lines: /#keyMap/ },
};
const place = {
  truth: { file: '/app/shop.cjs', lines: [7] },
  resolve: (file) => path.resolve('/app', file),
  readLine: (file, line) => (line === 3 ? '#keyMap;' : 'other'),
};
const finding = (more = {}) => ({
  pattern: 'collection',
  confidence: 'high',
  identity: 'Shop.#carts',
  sentence: 'Shop.#carts (Map) gained 500 entries',
  declared: { file: 'shop.cjs', line: 7 },
  site: null,
  package: '',
  path: [],
  ...more,
});
const record = (findings, more = {}) => ({
  outcome: { ending: 'leak' },
  verdict: {
    answer: 'leak',
    routes: [
      { name: 'GET /', leaks: false },
      { name: 'POST /carts', leaks: true },
    ],
  },
  explanation: { findings, problem: '', share: 0.98, tookMs: 4000 },
  ...more,
});
const END = { code: 1, wallMs: 9000.4 };
const judge = (findings, more) => judgeLeaky('shop', service, END, record(findings, more), place);
const checksOf = (run) => [
  run.patternRight,
  run.culpritNamed,
  run.fileRight,
  run.lineRight,
  run.routeRight,
];

test('all of a right finding is right', () => {
  const run = judge([finding()]);
  assert.deepEqual(checksOf(run), [true, true, true, true, true]);
  assert.equal(run.printed, 'collection Shop.#carts, shop.cjs:7');
  assert.equal(run.wallMs, 9000);
});

test('the strongest finding is the answer, also when the next one is right', () => {
  const other = finding({
    pattern: 'timer',
    identity: 'Timeout.poll',
    sentence: '',
    declared: null,
  });
  assert.deepEqual(checksOf(judge([other, finding()])), [false, false, false, false, true]);
});

test('a culprit is named by a whole name, in the identity, the sentence or the path', () => {
  const wrong = { identity: 'x', sentence: 'y' };
  assert.equal(judge([finding({ ...wrong, identity: 'Shop.#cartsById' })]).culpritNamed, false);
  assert.equal(judge([finding({ ...wrong, path: [{ label: '.#carts' }] })]).culpritNamed, true);
});

test('the library is as right as the variable that holds it, at the lines that hold what piles up', () => {
  const inLibrary = (line, more) =>
    finding({
      identity: 'LRUCache.#keyMap',
      sentence: '',
      package: 'lru-cache 10.4.3',
      declared: { file: 'node_modules/lru-cache/index.js', line },
      ...more,
    });
  assert.deepEqual(checksOf(judge([inLibrary(3)])), [true, true, true, true, true]);
  assert.deepEqual(checksOf(judge([inLibrary(4)])), [true, true, true, false, true]);
  const whole = { file: '/home/node_modules/lru-cache/index.js', line: 3 };
  assert.match(
    judge([inLibrary(3, { declared: whole })]).printed,
    / node_modules\/lru-cache\/index\.js:3$/,
  );
  const other = { file: 'node_modules/other/index.js', line: 3 };
  assert.equal(judge([inLibrary(3, { declared: other })]).fileRight, false);
});

test('where nothing is declared the site counts, and no place is not right', () => {
  const site = { file: '/app/shop.cjs', line: 7 };
  assert.equal(judge([finding({ declared: null, site })]).lineRight, true);
  assert.equal(judge([finding({ site: { ...site, line: 8 } })]).lineRight, true);
  assert.equal(judge([finding({ declared: null })]).fileRight, false);
});

test('the route is right when it alone leaks', () => {
  const routes = [
    { name: 'GET /', leaks: true },
    { name: 'POST /carts', leaks: true },
  ];
  assert.equal(judge([finding()], { verdict: { routes } }).routeRight, false);
});

test('no finding, no explanation and no record are wrong in all', () => {
  const empty = record([]);
  empty.explanation.problem = 'no room for a snapshot';
  const texts = [empty, { ...empty, explanation: undefined }, undefined].map((one) => {
    const run = judgeLeaky('shop', service, END, one, place);
    assert.deepEqual(checksOf(run).slice(0, 4), [false, false, false, false]);
    return run.printed;
  });
  assert.deepEqual(texts, [
    'nothing: no room for a snapshot',
    'nothing: no explanation',
    'nothing: no explanation',
  ]);
});

test('a healthy service is right when it is clean and nothing is explained', () => {
  const clean = { outcome: { ending: 'clean' }, verdict: { answer: 'clean' } };
  const right = (code, one) => judgeHealthy('shop', { code, wallMs: 2000 }, one).right;
  assert.equal(right(0, clean), true);
  assert.equal(right(0, record([finding()], clean)), false);
  assert.equal(right(1, record([])), false);
  assert.equal(right(3, undefined), false);
});

test('a gate whose answer is wrong has no time', () => {
  const cycles = [{ postGc: { heapUsed: 20 * 2 ** 20 } }, { requestsTotal: 1300 }];
  const gate = (name, code, one) => judgeGate(name, { code, wallMs: 4000 }, one);
  const leaky = gate('leaky', 1, record([finding()], { cycles }));
  const clean = gate('clean', 0, { cycles });
  assert.deepEqual([leaky.right, clean.right], [true, true]);
  assert.deepEqual(makeGoals([leaky, clean]).map(renderGoal), [
    'goal explain.gate_leaky_ms_median 4000 30000 met',
    'goal explain.gate_clean_ms_median 4000 5000 met',
  ]);
  assert.deepEqual(
    makeGoals([leaky, gate('clean', 1, record([finding()]))])
      .map(renderGoal)
      .slice(1),
    ['goal explain.gate_clean_ms_median none 5000 missed'],
  );
  assert.match(
    renderTable(makeTables([leaky, clean])[0]),
    /leaky +1 +right +20\.0 MB +1300 +4\.00 s +4\.00 s/,
  );
});

test('tables and goals of fixed runs', () => {
  const runs = [
    judge([finding()]),
    judge([finding({ pattern: 'buffer' })]),
    judgeHealthy(
      'calm',
      { code: 0, wallMs: 2000 },
      { outcome: { ending: 'clean' }, verdict: { answer: 'clean' } },
    ),
  ];
  const text = makeTables(runs).map(renderTable).join('\n');
  assert.match(
    text,
    /shop +right +right +right +right +right +high +98\.0% +9\.00 s +collection Shop\.#carts/,
  );
  assert.match(text, /shop +WRONG +right/);
  assert.match(text, /all 2 +50% +100%/);
  assert.match(text, /calm +right +clean/);
  assert.deepEqual(makeGoals(runs).map(renderGoal), [
    'goal explain.pattern_wrong 50.0% 0.0% missed',
    'goal explain.culprit_not_named 0.0% 0.0% met',
    'goal explain.file_wrong 0.0% 10.0% met',
    'goal explain.line_wrong 0.0% 20.0% met',
    'goal explain.route_wrong 0.0% 5.0% met',
    'goal explain.healthy_not_clean 0 0 met',
  ]);
});

test('options', () => {
  assert.deepEqual(check({}), { only: /(?:)/, rounds: 3 });
  assert.deepEqual(check({ only: '^koa_', rounds: '1' }), { only: /^koa_/, rounds: 1 });
  for (const values of [{ rounds: '0' }, { rounds: 'x' }, { only: '(' }])
    assert.throws(() => check(values), UsageError);
});
