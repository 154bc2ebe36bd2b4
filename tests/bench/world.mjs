// What the verbs need around them: the binary, packages from npm, folders, facts of the machine.
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = path.dirname(fileURLToPath(import.meta.url));
export const source = path.resolve(here, '../..');
const build = path.join(source, 'build/bench');

/// Why the bench could not measure; not a bug.
export class CannotRun extends Error {}

async function runQuietly(children, file, args, what) {
  const { child, done } = children.start(file, args, {
    cwd: source,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part) => (text += part));
  const { code, error } = await done;
  if (code !== 0)
    throw new CannotRun(
      `${what} failed: ${error?.message ?? `exit ${code}`}\n${text.slice(-2000)}`,
    );
}

/// The binary to measure, in a copy: a build meanwhile must not change it.
export async function findBinary(children) {
  let binary = process.env.LEAKCHECK_BINARY;
  if (!binary) {
    await runQuietly(
      children,
      path.join(source, 'ci/leakcheck'),
      ['--version'],
      'building leakcheck',
    );
    binary = path.join(source, 'build/release/bin/leakcheck');
  }
  if (!fs.existsSync(binary)) throw new CannotRun(`${binary} does not exist`);
  const copy = path.join(build, 'bin/leakcheck');
  fs.rmSync(copy, { force: true });
  fs.mkdirSync(path.dirname(copy), { recursive: true });
  fs.copyFileSync(binary, copy);
  return copy;
}

/// Installs the packages of tests/bench/<list>/package.json; returns their folder.
export async function installPackages(children, list) {
  const folder = path.join(build, list);
  const args = [`-DSOURCE=${path.join(here, list)}`, `-DFOLDER=${folder}`];
  const script = path.join(source, 'tests/npm/install.cmake');
  await runQuietly(
    children,
    'cmake',
    [...args, '-P', script],
    `installing the packages of tests/bench/${list}`,
  );
  return path.join(folder, 'node_modules');
}

/// Builds the programs of tests/bench/native, and those that only some verbs need; returns their folder.
export async function buildNative(children, more = []) {
  const folder = path.join(build, 'native');
  await runQuietly(
    children,
    'cmake',
    ['-S', path.join(here, 'native'), '-B', folder],
    'configuring tests/bench/native',
  );
  await runQuietly(children, 'cmake', ['--build', folder], 'building tests/bench/native');
  for (const target of more)
    await runQuietly(children, 'cmake', ['--build', folder, '--target', target], `building ${target}`);
  return folder;
}

/// Builds the add-on that leaks; returns its file, or undefined where there is no compiler.
export async function buildAddon(children, packages) {
  const file = path.join(build, 'addon/bench_addon.node');
  const code = path.join(here, 'native/bench_addon.cpp');
  if (fs.existsSync(file) && fs.statSync(file).mtimeMs > fs.statSync(code).mtimeMs) return file;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const headers = path.join(packages, 'node-api-headers/include');
  const args = ['-std=c++20', '-O2', '-shared', '-fPIC', '-isystem', headers, code, '-o', file];
  try {
    await runQuietly(children, 'c++', args, 'building the add-on of tests/bench/native');
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    return undefined;
  }
  return file;
}

function isRunning(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

/// An empty folder for the files of one verb; they stay until its next run.
export function makeFolder(verb, runs = path.join(build, 'runs')) {
  const folder = path.join(runs, verb);
  const owner = path.join(folder, 'pid');
  const pid = fs.existsSync(owner) ? Number(fs.readFileSync(owner, 'utf8')) : 0;
  if (isRunning(pid))
    throw new CannotRun(`another ci/bench ${verb} is running (process ${pid}), and uses ${folder}`);
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(owner, String(process.pid));
  process.once('exit', () => fs.rmSync(owner, { force: true }));
  return folder;
}

export function readMachine(binary) {
  const version = execFileSync(binary, ['--version'], { encoding: 'utf8' });
  return {
    date: new Date().toISOString().replace(/\.\d+/, ''),
    leakcheck: version.trim().replace(/^leakcheck /, ''),
    binarySha256: crypto.createHash('sha256').update(fs.readFileSync(binary)).digest('hex'),
    node: process.versions.node,
    cpus: os.cpus().length,
    cpuModel: os.cpus()[0]?.model.trim() ?? 'unknown',
    memoryMb: Math.round(os.totalmem() / 2 ** 20),
    kernel: os.release(),
    loadAverage: os.loadavg(),
  };
}

/// Throws when `file` could not be written later.
export function tryFile(file) {
  const probe = `${file}.${process.pid}`;
  try {
    fs.mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    fs.writeFileSync(probe, '');
    fs.rmSync(probe);
  } catch (error) {
    throw new CannotRun(`${file} cannot be written: ${error.message}`);
  }
}

/// Whole or not at all.
export function writeFile(file, text) {
  const temporary = `${file}.${process.pid}`;
  fs.writeFileSync(temporary, text);
  fs.renameSync(temporary, file);
}

/// One line of progress: rewritten in a terminal, a line each elsewhere.
export function showProgress(text) {
  if (process.stderr.isTTY)
    process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
  else process.stderr.write(`${text}\n`);
}

export function clearProgress() {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}
