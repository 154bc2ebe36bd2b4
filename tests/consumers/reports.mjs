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

/** The schema, but without room for keys that it does not name. */
export function closed(node) {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  return node.properties && node.type === 'object'
    ? { ...copy, additionalProperties: copy.additionalProperties ?? false }
    : copy;
}
/** Places of a record: every key of every object, the first element of every list. */
export function* places(node, at = []) {
  if (typeof node !== 'object' || node === null) return;
  for (const key of Array.isArray(node) ? [0].filter((first) => first in node) : Object.keys(node)) {
    yield [...at, key];
    yield* places(node[key], [...at, key]);
  }
}

/** A copy in which one place is changed. */
export function damaged(record, at, change) {
  const copy = structuredClone(record);
  const parent = at.slice(0, -1).reduce((node, key) => node[key], copy);
  change(parent, at.at(-1));
  return copy;
}
