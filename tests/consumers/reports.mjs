// The reports that the tests of this folder read: the golden files, and those of real runs.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { packages, source } from '../system/leakcheck_process.mjs';

const golden = path.join(source, 'tests/golden/expected');

/** A CommonJS package of the tests. */
export const requirePackage = createRequire(path.join(packages, 'anything.js'));

/** The golden files whose names end so, as {name, text}. */
export function goldenFiles(ending) {
  return fs
    .readdirSync(golden)
    .filter((name) => name.endsWith(ending))
    .map((name) => ({ name, text: fs.readFileSync(path.join(golden, name), 'utf8') }));
}

export function goldenFile(name) {
  return fs.readFileSync(path.join(golden, name), 'utf8');
}
