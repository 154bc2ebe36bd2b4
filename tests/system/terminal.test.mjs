// What a person sees: one live line in a terminal, plain lines in a pipe, colours only where wanted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binary, forService, makeFolder, start, writeScenario } from './leakcheck_process.mjs';

const escape = '\u001b[';
const rewrite = `\r${escape}K`;

/** Runs the command in a pseudo-terminal of script(1); its output is what a screen would get. */
async function inTerminal(t, args, env = {}) {
  const folder = makeFolder(t);
  const file = writeScenario(folder, forService('steady.cjs'));
  const quoted = [binary, 'run', file, '--out', 'run', ...args].map((word) => `'${word}'`).join(' ');
  const result = await start(folder, [], {
    wrap: ['sh', '-c', 'exec script -qec "$0" /dev/null', `exec ${quoted}`],
    env: { TERM: 'xterm', NO_COLOR: '', ...env },
  }).done;
  return result;
}

test('in a terminal: one live line, rewritten, and gone before the report', async (t) => {
  const { code, stdout } = await inTerminal(t, []);
  assert.equal(code, 0, stdout);
  const frames = stdout.split(rewrite);
  assert.ok(frames.length > 4, `only ${frames.length} frames:\n${stdout}`);
  const measuring = frames.filter((frame) => frame.includes('measure'));
  assert.ok(measuring.length > 0, stdout);
  for (const frame of frames.slice(1, -1)) assert.doesNotMatch(frame, /\n/, 'the live line stays one line');
  assert.match(measuring.at(-1), /cycle \d+\/\d+ {2}[\d,]+ requests {2}heap [\d.]+ MB/);
  assert.match(frames.at(-1), /CLEAN/, 'the report follows the last frame');
  assert.ok(stdout.includes(`${escape}1;32m`), 'the verdict is green');
});

test('NO_COLOR, a dumb terminal and --color never print no colours', async (t) => {
  for (const [args, env] of [
    [[], { NO_COLOR: '1' }],
    [[], { TERM: 'dumb' }],
    [['--color', 'never'], {}],
  ]) {
    const { code, stdout } = await inTerminal(t, args, env);
    assert.equal(code, 0, stdout);
    assert.doesNotMatch(stdout.replaceAll(rewrite, ''), /\u001b/, JSON.stringify({ args, env }));
  }
});

test('in a pipe: plain lines, no escape sequences; colours when asked for', async (t) => {
  const folder = makeFolder(t);
  const file = writeScenario(folder, forService('steady.cjs'));
  const plain = await start(folder, ['run', file, '--out', 'plain']).done;
  assert.equal(plain.code, 0, plain.stderr);
  assert.doesNotMatch(plain.stdout + plain.stderr, /\u001b|\r/);
  assert.match(plain.stderr, /^launch/m);
  assert.match(plain.stderr, /^measure/m);
  const coloured = await start(folder, ['run', file, '--out', 'coloured', '--color', 'always']).done;
  assert.ok(coloured.stdout.includes(escape));
});

test('--quiet: nothing for a clean run, everything for a leak', async (t) => {
  const folder = makeFolder(t);
  const clean = writeScenario(folder, forService('steady.cjs'), 'clean.yaml');
  const leaky = writeScenario(folder, forService('entry_per_request.cjs'), 'leaky.yaml');
  const quiet = await start(folder, ['run', clean, '--out', 'clean', '--quiet']).done;
  assert.deepEqual([quiet.code, quiet.stdout, quiet.stderr], [0, '', '']);
  const loud = await start(folder, ['run', leaky, '--out', 'leaky', '-q']).done;
  assert.equal(loud.code, 1);
  assert.match(loud.stdout, /LEAK/);
  assert.equal(loud.stderr, '');
});

test('several scenarios: each its report, and the worst decides the exit code', async (t) => {
  const folder = makeFolder(t);
  const clean = writeScenario(folder, forService('steady.cjs'), 'clean.yaml');
  const leaky = writeScenario(folder, forService('entry_per_request.cjs'), 'leaky.yaml');
  const result = await start(folder, ['run', leaky, clean, '--out', 'runs', '--junit', 'all.xml']).done;
  assert.equal(result.code, 1, result.stderr);
  assert.match(result.stdout, /LEAK[\s\S]*CLEAN/);
});
