// Runs leakcheck on one scenario, in a folder of its own.
import fs from 'node:fs';
import path from 'node:path';

/// How it ended, and its run record if there is one. `cwd`: where leakcheck is started; the run's
/// `place`, unless told.
export async function runScenario(scenario, { children, binary, place, cwd = place }) {
  fs.mkdirSync(place);
  const file = path.join(place, 'scenario.yaml');
  fs.writeFileSync(file, JSON.stringify(scenario, null, 2));
  const log = fs.openSync(path.join(place, 'console.txt'), 'w');
  const { done } = children.start(binary, ['run', file, '--out', path.join(place, 'out')], {
    cwd,
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', log, log],
    end: 'SIGTERM',
  });
  fs.closeSync(log);
  const result = await done;
  const written = path.join(place, 'out/run.json');
  const record = fs.existsSync(written) ? JSON.parse(fs.readFileSync(written, 'utf8')) : undefined;
  return { result, record };
}
