// Whether the explanation of a leak is right, on services made of real packages, and how long a gate
// takes to have it.
import fs from 'node:fs';
import path from 'node:path';
import { GATES, HEALTHY, scenarioOf } from '../explain_catalogue.mjs';
import { LEAKY } from '../explain_leaks.mjs';
import { makeGoals, makeTables } from '../explain_tables.mjs';
import { judgeGate, judgeHealthy, judgeLeaky, markedLines } from '../explained_run.mjs';
import { runScenario } from '../scenario_run.mjs';
import { readPattern, UsageError } from '../usage_error.mjs';
import { CannotRun, here, installPackages } from '../world.mjs';

export const summary =
  'pattern, culprit, file, line and route of leaks in real packages; time of a gate';
export const usage = [
  '--only PATTERN  only services whose name the regular expression finds (^koa_, ^healthy_, ^gate_)',
  '--rounds N      runs of each gate (3)',
];
export const options = { only: { type: 'string' }, rounds: { type: 'string' } };

export function check({ only = '', rounds = '3' }) {
  if (!/^[1-9]\d?$/.test(rounds))
    throw new UsageError(`--rounds takes a whole number from 1 to 99; this is "${rounds}"`);
  return { only: readPattern('--only', only), rounds: Number(rounds) };
}

/// Where the bundle of an entry goes.
const bundleOf = (file) => `dist/${path.basename(file, '.ts')}.cjs`;

/// A project of the services with its packages, as a user has one.
async function makeProject(children, folder, packages) {
  const project = path.join(folder, 'project');
  fs.cpSync(path.join(here, 'services/explain'), project, { recursive: true });
  fs.symlinkSync(packages, path.join(project, 'node_modules'));
  const bundled = Object.values(LEAKY).filter(({ run }) => run === 'bundle');
  const args = ['--bundle', '--minify', '--sourcemap', '--platform=node', '--log-level=error'];
  for (const entry of new Set(bundled.map(({ file }) => file))) {
    const { done } = children.start(
      path.join(packages, '.bin/esbuild'),
      [entry, ...args, `--outfile=${bundleOf(entry)}`],
      { cwd: project, stdio: 'inherit' },
    );
    if ((await done).code !== 0) throw new CannotRun(`esbuild could not bundle ${entry}`);
  }
  return fs.realpathSync(project);
}

function commandOf({ file, run = 'node', nodeFlags = [] }) {
  if (run === 'tsx') return ['node_modules/.bin/tsx', file];
  return [process.execPath, ...nodeFlags, run === 'bundle' ? bundleOf(file) : file];
}

/// A source that a package has in its source maps alone.
function readFromMaps(name) {
  const [, root] = name.match(/^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//) ?? [];
  const maps = root
    ? fs.readdirSync(root, { recursive: true }).filter((one) => one.endsWith('.map'))
    : [];
  for (const map of maps.map((one) => path.join(root, one))) {
    const { sources = [], sourcesContent = [] } = JSON.parse(fs.readFileSync(map, 'utf8'));
    const found = sources.findIndex((one) => path.resolve(path.dirname(map), one) === name);
    if (found >= 0 && sourcesContent[found]) return sourcesContent[found];
  }
  return '';
}

/// What judges the place that a finding names.
function placeOf({ file, truthIn = file }, project) {
  const whole = path.join(project, truthIn);
  const resolve = (name) => {
    const resolved = path.resolve(project, name);
    return fs.existsSync(resolved) ? fs.realpathSync(resolved) : resolved;
  };
  const readLine = (name, line) =>
    (fs.existsSync(name) ? fs.readFileSync(name, 'utf8') : readFromMaps(name)).split('\n')[
      line - 1
    ] ?? '';
  return {
    truth: { file: whole, lines: markedLines(fs.readFileSync(whole, 'utf8')) },
    resolve,
    readLine,
  };
}

const isFine = (run) =>
  run.right ??
  (run.patternRight && run.culpritNamed && run.fileRight && run.lineRight && run.routeRight);

/// The runs in their order: name, folder, service, and what judges it.
function planRuns(wants, project) {
  const list = [];
  for (let round = 1; round <= wants.rounds; ++round)
    for (const [name, service] of Object.entries(GATES))
      list.push({
        id: `gate_${name}_${round}`,
        service,
        judge: (result, record) => judgeGate(name, result, record),
      });
  for (const [id, service] of Object.entries(LEAKY))
    list.push({
      id,
      service,
      judge: (result, record) => judgeLeaky(id, service, result, record, placeOf(service, project)),
    });
  for (const [id, service] of Object.entries(HEALTHY))
    list.push({ id, service, judge: (result, record) => judgeHealthy(id, result, record) });
  return list.filter(({ id }) => wants.only.test(id));
}

export async function measure({ wants, children, binary, folder, progress }) {
  const packages = await installPackages(children, 'npm');
  const project = await makeProject(children, folder, packages);
  const plan = planRuns(wants, project);
  const data = [];
  for (const [i, { id, service, judge }] of plan.entries()) {
    const wrong = data.filter((run) => !isFine(run)).length;
    progress(`explain ${i + 1}/${plan.length}, ${wrong} not right: ${id}`);
    const { result, record } = await runScenario(
      scenarioOf(id, service, { command: commandOf(service), folder: project }),
      { children, binary, place: path.join(folder, id), cwd: project },
    );
    const judged = judge(result, record);
    data.push(judged);
    // Snapshots fill a disk; those to look into stay.
    if (isFine(judged)) fs.rmSync(path.join(folder, id), { recursive: true });
  }
  return {
    heading: `ci/bench explain: ${data.length} runs, one at a time`,
    tables: makeTables(data),
    goals: makeGoals(data),
    missing: [],
    data,
  };
}
