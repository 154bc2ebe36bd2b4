// One reader of heap snapshots, in a process of its own so that what it takes can be measured:
//
//   node heap_peer.mjs PEER PACKAGES MODULE FILE [FILE]
//
// Loads the snapshot, with dominators, retained sizes and its classes; of two snapshots, compares
// them. MODULE is the bundle of DevTools. Prints how many nodes and classes it found.
import { createReadStream, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [peer, packages, devtools, ...files] = process.argv.slice(2);
const require = createRequire(import.meta.url);

const summarise = (snapshot) => ({
  nodes: snapshot.nodeCount,
  classes: Object.keys(snapshot.aggregatesWithFilter({})).length,
});

const diff = (before, after) => ({
  classes: Object.keys(after.calculateSnapshotDiff(1, before.aggregatesForDiff(after.interfaceDefinitions()))).length,
});

const PEERS = {
  async devtools() {
    const { loadInDevtools } = await import('../node/heap/devtools.mjs');
    const loaded = [];
    for (const file of files) loaded.push(await loadInDevtools(devtools, file, { threads: 2 }));
    return loaded.length > 1 ? diff(...loaded) : summarise(loaded[0]);
  },

  async memlab() {
    const { getFullHeapFromFile } = require(path.join(packages, '@memlab/heap-analysis'));
    const heap = await getFullHeapFromFile(files[0]);
    const classes = new Map();
    heap.nodes.forEach((node) => {
      const row = classes.get(node.name) ?? { count: 0, shallow: 0, retained: 0 };
      classes.set(node.name, row);
      ++row.count;
      row.shallow += node.self_size;
      row.retained += node.retainedSize;
    });
    return { nodes: heap.nodes.length, classes: classes.size };
  },

  async toolkit() {
    Promise.withResolvers ??= () => {
      const made = {};
      made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
      return made;
    };
    const entry = pathToFileURL(path.join(packages, 'heap-snapshot-toolkit/index.js'));
    const { parse } = await import(entry);
    return summarise(await parse(createReadStream(files[0], 'utf-8')));
  },

  async vscode() {
    const parser = require(path.join(packages, '@vscode/v8-heap-parser/pkg/nodejs/v8_heap_parser.js'));
    const graph = parser.decode_bytes(readFileSync(files[0]));
    return { classes: graph.get_class_groups(0, 1_000_000, false).length };
  },
};

const warn = console.warn;
console.warn = console.error = () => {};
const said = await PEERS[peer]();
console.warn = warn;
process.stdout.write(`${JSON.stringify(said)}\n`, () => process.exit(0));
