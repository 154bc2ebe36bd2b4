// A leak, and then the scenario again without each suspect: whose absence ends the growth is said.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { expectEnding, forService, run, services } from './leakcheck_process.mjs';

const cwd = path.join(services, 'suspects');
const service = (suspects) =>
  forService('suspects/server.cjs', { target: { cwd }, load: { isolate: 'never' }, suspects });

function ablation(result, suspect) {
  const found = result.report.verdict.ablations.find((each) => each.suspect === suspect);
  assert.ok(found, `${suspect} is not among the ablations\n${result.stdout}\n${result.stderr}`);
  return found;
}

test('of two suspects the one that leaks is named, and the answer stays', async (t) => {
  const result = await run(t, service(['./lib/leaky.cjs', './lib/innocent.cjs']));
  expectEnding(result, { code: 1, ending: 'leak', says: /64(\.\d+)? B/ });
  const shown = JSON.stringify(result.report.verdict.ablations, null, 1);
  assert.equal(ablation(result, './lib/leaky.cjs').effect, 'ends_growth', shown);
  assert.equal(ablation(result, './lib/innocent.cjs').effect, 'no_effect', shown);
  const note = 'without ./lib/leaky.cjs the growth ends; without ./lib/innocent.cjs it grows all the same';
  assert.ok(result.report.notes.includes(note), JSON.stringify(result.report.notes));
  for (const name of ['suspect-lib-leaky.cjs', 'suspect-lib-innocent.cjs']) {
    const files = fs.readdirSync(path.join(result.folder, 'run', name));
    assert.ok(files.includes('run.json'), name);
    // The leak is explained once.
    assert.ok(!files.some((file) => file.endsWith('.heapsnapshot')), `${files}`);
  }
  assert.equal(result.report.explanation.snapshots.length, 2);
});

test('a variant takes the place of a stand-in; one that was never loaded is named as such', async (t) => {
  const variant = { module: 'leaky', env: { LEAKY: 'off' } };
  const result = await run(t, service([variant, './lib/unused.cjs']));
  expectEnding(result, { code: 1, ending: 'leak', says: /64(\.\d+)? B/ });
  const leaky = ablation(result, 'leaky');
  assert.equal(leaky.effect, 'ends_growth', JSON.stringify(leaky));
  assert.equal(leaky.change, 'run with LEAKY set');
  const unused = ablation(result, './lib/unused.cjs');
  assert.equal(unused.effect, 'unclear', JSON.stringify(unused));
  assert.match(unused.reason, /never loaded/);
});
