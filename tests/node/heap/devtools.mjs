// Chrome DevTools' heap snapshot worker under Node.js: what the analyser's numbers are compared with,
// here and in ci/bench heap. It is bundled from the TypeScript of the package chrome-devtools-frontend.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const WORKER = 'front_end/entrypoints/heap_snapshot_worker';

/// The package lacks one generated file, the list of its languages.
const withOneLanguage = {
  name: 'with-one-language',
  setup(build) {
    build.onResolve({ filter: /^\.\/locales\.js$/ }, () => ({ path: 'locales', namespace: 'made' }));
    build.onLoad({ filter: /.*/, namespace: 'made' }, () => ({
      contents: `export const LOCALES = ['en-US'], BUNDLED_LOCALES = LOCALES, DEFAULT_LOCALE = 'en-US';
        export const LOCAL_FETCH_PATTERN = '', REMOTE_FETCH_PATTERN = '';`,
    }));
  },
};

/// Node.js before 22 does not have it.
const WITH_RESOLVERS = `Promise.withResolvers ??= () => {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};`;

/// Bundles the worker of `packages`/chrome-devtools-frontend into `folder`; returns the module's file.
export async function bundleDevtools(packages, folder) {
  const root = path.join(packages, 'chrome-devtools-frontend');
  const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  const file = path.join(folder, `devtools-${version}.mjs`);
  if (fs.existsSync(file)) return file;
  const { build } = createRequire(import.meta.url)(path.join(packages, 'esbuild'));
  await build({
    stdin: {
      contents: `export * from './HeapSnapshot.ts'; export * from './HeapSnapshotLoader.ts';`,
      resolveDir: path.join(root, WORKER),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    banner: { js: WITH_RESOLVERS },
    outfile: `${file}.${process.pid}`,
    plugins: [withOneLanguage],
  });
  fs.renameSync(`${file}.${process.pid}`, file);
  return file;
}

/// Reads a snapshot as DevTools does: JSHeapSnapshot. Its second thread is a Worker of `module`, or
/// this thread.
export async function loadInDevtools(module, file, { threads = 1 } = {}) {
  const { HeapSnapshotLoader, SecondaryInitManager } = await import(pathToFileURL(module));
  const { port1, port2 } = new MessageChannel();
  let worker;
  if (threads === 1) new SecondaryInitManager(port2);
  else {
    const { Worker } = await import('node:worker_threads');
    worker = new Worker(fileURLToPath(import.meta.url), {
      workerData: { module, port: port2 },
      transferList: [port2],
    });
  }
  const loader = new HeapSnapshotLoader({ sendEvent() {} });
  for await (const part of fs.createReadStream(file, { encoding: 'utf8', highWaterMark: 2 ** 20 }))
    loader.write(part);
  loader.close();
  const warn = console.warn; // It tells of nodes that nothing retains, thousands of them.
  console.warn = () => {};
  const snapshot = await loader.buildSnapshot(port1);
  console.warn = warn;
  port1.close();
  await worker?.terminate();
  return snapshot;
}

const { isMainThread, workerData } = await import('node:worker_threads');
if (!isMainThread && workerData?.module) {
  const { SecondaryInitManager } = await import(pathToFileURL(workerData.module));
  new SecondaryInitManager(workerData.port);
}
