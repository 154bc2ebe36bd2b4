// What DevTools and the analyser say of the same snapshots, and where they differ.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

const MOST = 5; // differences that are told
const NO_DISTANCE = -5; // DevTools'; ours is 2³² - 1

/// Of every node: shallow and retained size, dominator and distance. `dump` is the file of
/// dump_heap nodes. Returns sentences; none: they are equal.
export function compareNodes(snapshot, dump) {
  const count = snapshot.nodeCount;
  const bytes = fs.readFileSync(dump);
  if (bytes.length !== 24 * count) return [`${bytes.length / 24} nodes, not ${count}`];
  const [shallow, retained] = [0, 1].map((i) => new Float64Array(bytes.buffer, bytes.byteOffset + 8 * count * i, count));
  const dominators = new Uint32Array(bytes.buffer, bytes.byteOffset + 16 * count, count);
  const distances = new Int32Array(bytes.buffer, bytes.byteOffset + 20 * count, count);
  const differences = [];
  const tell = (node, what, ours, theirs) => {
    if (ours === theirs) return;
    if (differences.length < MOST)
      differences.push(`node ${node.ordinal()}, ${node.type()} ${node.name().slice(0, 40)} @${node.id()}: ${what} ${ours}, not ${theirs}`);
    else differences[MOST] = `and ${(Number.parseInt(differences[MOST]?.slice(4), 10) || 0) + 1} more`;
  };
  const node = snapshot.createNode(0);
  for (let i = 0; i < count; ++i) {
    node.nodeIndex = i * snapshot.nodeFieldCount;
    tell(node, 'shallow size', shallow[i], node.selfSize());
    tell(node, 'retained size', retained[i], node.retainedSize());
    tell(node, 'dominator', dominators[i], snapshot.dominatorsTree[i]);
    tell(node, 'distance', distances[i] === -1 ? NO_DISTANCE : distances[i], snapshot.nodeDistances[i]);
  }
  return differences;
}

/// Rows by key: those of one side only, and those that differ.
function compareRows(ours, theirs) {
  const differences = [];
  for (const [key, row] of ours)
    if (theirs.get(key) !== row) differences.push(`${key}: ${row}, not ${theirs.get(key)}`);
  for (const [key, row] of theirs)
    if (!ours.has(key)) differences.push(`${key}: nothing, not ${row}`);
  return differences.slice(0, MOST);
}

const readRows = (program, args) =>
  execFileSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 30 })
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/// DevTools' key of a class: "script,line,column,name", or ",name".
const keyOf = ({ place, name }) => `${place},${name}`;

/// Every row of the summary by class. DevTools' least distance is -5 where one of the objects has
/// none; ours is then that of the others.
export function compareClasses(snapshot, program, file) {
  const rows = snapshot.aggregatesWithFilter({});
  const show = (count, shallow, retained, distance, key) =>
    `${count} objects, shallow ${shallow}, retained ${retained}, distance ${rows[key]?.distance === NO_DISTANCE ? 'of some' : distance}`;
  const ours = readRows(program, ['classes', file]).map((row) => {
    const key = keyOf(row);
    return [key, show(row.count, row.shallow, row.retained, row.distance, key)];
  });
  const theirs = Object.entries(rows).map(([key, row]) => [key, show(row.count, row.self, row.maxRet, row.distance, key)]);
  return compareRows(new Map(ours), new Map(theirs));
}

/// Every row of the comparison of two snapshots, [JSHeapSnapshot, file] each.
export function compareComparisons([before, fileBefore], [after, fileAfter], program) {
  const definitions = after.interfaceDefinitions();
  const diff = after.calculateSnapshotDiff(1, before.aggregatesForDiff(definitions));
  const [{ by_id: byId }, ...rows] = readRows(program, ['compare', fileBefore, fileAfter]);
  if (!byId) return ['compared by class, not by id'];
  const ours = rows.map((row) => [
    keyOf(row),
    `+${row.new_count} -${row.deleted_count} objects, +${row.new_bytes} -${row.deleted_bytes} bytes`,
  ]);
  const theirs = Object.entries(diff).map(([key, row]) => [
    key,
    `+${row.addedCount} -${row.removedCount} objects, +${row.addedSize} -${row.removedSize} bytes`,
  ]);
  return compareRows(new Map(ours), new Map(theirs));
}
