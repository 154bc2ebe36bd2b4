// ci/bench VERB: reads the command line, prepares, measures, prints. A file in verbs/ is a verb; it
// exports
//   summary   one line for --help
//   usage     the lines of its own options
//   options   the same for util.parseArgs
//   check     (values) => what they mean; throws UsageError
//   measure   ({ wants, values of check; children, binary, folder, progress }) =>
//             { heading, tables, goals, missing, data }
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Children } from './children.mjs';
import { exitCode, renderJson, renderText } from './report.mjs';
import { UsageError } from './usage_error.mjs';
import {
  CannotRun,
  clearProgress,
  findBinary,
  here,
  makeFolder,
  readMachine,
  showProgress,
  tryFile,
  writeFile,
} from './world.mjs';

const CANNOT_RUN = 3;
const names = fs
  .readdirSync(path.join(here, 'verbs'))
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => path.basename(file, '.mjs'))
  .sort();
const loadVerb = (name) => import(`./verbs/${name}.mjs`);

async function renderHelp(shown) {
  const lines = [];
  for (const name of shown) {
    const { summary, usage } = await loadVerb(name);
    lines.push(`  ${name.padEnd(11)}${summary}`, ...usage.map((line) => `    ${line}`), '');
  }
  return `usage: ci/bench VERB [OPTIONS]

Measures leakcheck, and the peers that can be had, on this machine. Builds the release binary and
installs packages from npm below build/ where they are missing.

${lines.join('\n')}
Every verb:
  --json FILE  also keep everything in this file
  --help

LEAKCHECK_BINARY names another binary to measure. The last lines are one a goal:
  goal NAME MEASURED LIMIT met|missed

Exit codes: 0 every goal is met · 1 one is missed · 2 usage · 3 the bench itself could not run ·
130 interrupted, 143 terminated
`;
}

function readOptions(verb, args) {
  const options = { json: { type: 'string' }, help: { type: 'boolean' }, ...verb.options };
  try {
    return parseArgs({ args, options, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error.message.split('. ')[0]);
  }
}

/// Ctrl-C ends what runs in order; twice, at once.
function watchSignals(children) {
  let seen = 0;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(name, async () => {
      const code = 128 + os.constants.signals[name];
      if (++seen > 1) process.exit(code);
      clearProgress();
      console.error('ci/bench: interrupted; ending what runs');
      await children.endAll();
      process.exit(code);
    });
  process.on('exit', () => children.killAll());
}

async function main([name, ...args]) {
  if (name === '--help' || name === '-h') {
    process.stdout.write(await renderHelp(names));
    return 0;
  }
  const known = `the verbs are: ${names.join(', ')}`;
  if (name === undefined) throw new UsageError(`which bench? ${known}`);
  if (!names.includes(name)) throw new UsageError(`there is no verb "${name}"; ${known}`);
  const verb = await loadVerb(name);
  const { json, help, ...values } = readOptions(verb, args);
  if (help) {
    process.stdout.write(await renderHelp([name]));
    return 0;
  }
  const wants = verb.check(values);

  const children = new Children();
  watchSignals(children);
  if (json) tryFile(json);
  showProgress('building and installing what is missing');
  const binary = await findBinary(children);
  const machine = readMachine(binary);
  const report = await verb.measure({
    wants,
    children,
    binary,
    folder: makeFolder(name),
    progress: showProgress,
  });
  clearProgress();
  report.machine = { ...machine, loadAverageAfter: os.loadavg() };
  if (json) writeFile(json, renderJson(name, wants, report));
  process.stdout.write(renderText(report));
  return exitCode(report.goals);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  clearProgress();
  if (error instanceof UsageError) {
    console.error(`ci/bench: ${error.message}\n    hint: see ci/bench --help`);
    process.exitCode = 2;
  } else {
    console.error(`ci/bench: ${error instanceof CannotRun ? error.message : error.stack}`);
    process.exitCode = CANNOT_RUN;
  }
}
