'use strict';
// Inert stand-ins for modules under suspicion: loaded by leakcheck-agent.cjs when the scenario
// names suspects, before the service's first line. If the memory stays flat without a module, the
// module keeps it.
//
// A stand-in can be called, constructed, chained, awaited, iterated and piped without end. It
// allocates next to nothing, keeps nothing, and never lets a request wait for ever: callbacks are
// called, `then` resolves, streams end.
const { Buffer, setImmediate } = global;
const SHARED = Symbol.for('leakcheck.standIn');
const MOST_NAMES = 1000;
const ENDS = /^(end|finish|close|ready|open|connect|done|complete|readable|drain)$/;
const LISTENS = /^(on|once|off|addListener|removeListener|prepend(Once)?Listener)$/;
const YIELDS_BYTES = /buffer/i;

function ignore() {}

/** Calls what the service handed over, later, and keeps to itself what comes of it. */
function callLater(callback, args) {
  setImmediate(() => {
    try {
      const result = callback.apply(undefined, args);
      if (result && typeof result.then === 'function') result.then(ignore, ignore);
    } catch (error) {
      // It met something that is no real answer.
    }
  });
}

/** An object's own `then`, `catch` and `finally`; what is awaited is `value()`, without them. */
function promised(value, itself) {
  return {
    then: (resolve) => {
      if (typeof resolve === 'function') callLater(resolve, [value()]);
      return itself();
    },
    catch: () => itself(),
    finally: (callback) => {
      if (typeof callback === 'function') callLater(callback, []);
      return itself();
    },
  };
}

/** An empty Buffer that can also be awaited, for the likes of toBuffer(). */
function makeBytes() {
  const bytes = Buffer.alloc(0);
  const methods = promised(() => Buffer.alloc(0), () => bytes);
  Object.keys(methods).forEach((name) => {
    Object.defineProperty(bytes, name, { value: methods[name], configurable: true });
  });
  return bytes;
}

/** The stand-in of one module: its properties, results and instances are stand-ins too. */
function makeStandIn(onUse) {
  const faces = new WeakSet();
  const named = new Map();
  const fixed = {
    __esModule: true,
    length: 0,
    name: 'standIn',
    toString: () => '',
    toJSON: () => null,
    [Symbol.toPrimitive]: (hint) => (hint === 'number' ? 0 : ''),
    [Symbol.iterator]: () => [][Symbol.iterator](),
    [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true }) }),
    [Symbol.hasInstance]: () => false,
  };
  let whole;
  let settled;
  const promise = promised(() => settled, () => whole);

  function answer(name, args) {
    onUse();
    const last = args[args.length - 1];
    if (LISTENS.test(name)) {
      if (typeof last === 'function' && ENDS.test(String(args[0]))) callLater(last, []);
      return whole;
    }
    if (name === 'pipe') {
      const to = args[0];
      if (to && typeof to.end === 'function') callLater(to.end.bind(to), []);
      return to;
    }
    if (name === 'emit' || name === 'write') return true;
    if (typeof last === 'function') callLater(last, [null, settled]);
    return YIELDS_BYTES.test(name) ? makeBytes() : whole;
  }

  /** One face of it: called by this name. A settled one is no promise, or await would not end. */
  function makeFace(name, thenable) {
    const face = new Proxy(function standIn() {}, {
      get: (target, key) => {
        if (Object.prototype.hasOwnProperty.call(fixed, key)) return fixed[key];
        if (Object.prototype.hasOwnProperty.call(promise, key))
          return thenable ? promise[key] : undefined;
        // What Node.js looks at to see what kind of a stream it is, and other people's symbols.
        if (typeof key === 'symbol' || key[0] === '_') return undefined;
        if (key === 'default') return whole;
        return find(key);
      },
      // Of an instance of a class that extends it, which keeps what is its own.
      set: (target, key, value, receiver) => {
        if (faces.has(receiver)) return true;
        const own = { value: value, writable: true, enumerable: true, configurable: true };
        return Reflect.defineProperty(receiver, key, own);
      },
      has: (target, key) => typeof key === 'string' || key in fixed,
      apply: (target, self, args) => answer(name, args),
      construct: (target, args, newTarget) => {
        answer('', args);
        // A class of the service's that extends it keeps its own methods.
        return faces.has(newTarget) ? whole : Object.create(newTarget.prototype);
      },
    });
    faces.add(face);
    return face;
  }

  function find(name) {
    if (!named.has(name)) {
      if (named.size === MOST_NAMES) return whole;
      named.set(name, makeFace(name, false));
    }
    return named.get(name);
  }

  whole = makeFace('', true);
  settled = makeFace('', false);
  return settled;
}

/** The name of the suspect that a require or import asks for, or undefined. */
function makeMatcher(names) {
  return (request) => {
    const asked = String(request).replace(/^node:/, '').replace(/\\/g, '/');
    return names.find(
      (name) =>
        asked === name ||
        asked.startsWith(name + '/') ||
        asked.includes('/node_modules/' + name + '/'),
    );
  };
}

/**
 * Runs in the loader of ES modules, which may be a thread of its own: it must not use anything from
 * outside. A stand-in has to have the names that the importing file imports, so it looks there.
 */
function makeResolver(names, makeFinder, readFile) {
  const find = makeFinder(names);
  const importedNames = (parent) => {
    const found = new Set();
    let text = '';
    try {
      text = readFile(new URL(parent), 'utf8');
    } catch (error) {
      return found; // no file: the default is all there is
    }
    const imports = /(?:import|export)\s[^'"`;]*?\{([^}]*)\}\s*from\s*['"]([^'"]+)['"]/g;
    for (let it = imports.exec(text); it; it = imports.exec(text)) {
      if (!find(it[2])) continue;
      it[1].split(',').forEach((word) => {
        const name = word.trim().split(/\s+as\s+/)[0];
        if (/^[\w$]+$/.test(name) && name !== 'default') found.add(name);
      });
    }
    return found;
  };
  return (specifier, context, next) => {
    const name = find(specifier);
    if (!name || Array.from(context.conditions || []).includes('require'))
      return next(specifier, context);
    const lines = [
      `const it = globalThis[Symbol.for('leakcheck.standIn')](${JSON.stringify(name)});`,
      'export default it;',
    ];
    importedNames(context.parentURL).forEach((each) => {
      lines.push(`const $${each} = it[${JSON.stringify(each)}]; export { $${each} as ${each} };`);
    });
    const url = 'data:text/javascript,' + encodeURIComponent(lines.join('\n'));
    return { url: url, format: 'module', shortCircuit: true };
  };
}

/** Catches imports; returns why it cannot, or undefined. */
function catchImports(Module, names) {
  if (typeof Module.registerHooks === 'function') {
    const { readFileSync } = require('fs');
    Module.registerHooks({ resolve: makeResolver(names, makeMatcher, readFileSync) });
    return undefined;
  }
  if (typeof Module.register !== 'function')
    return `Node.js ${process.versions.node} cannot replace what import loads, only require()`;
  const source = [
    `import { readFileSync } from 'node:fs';`,
    makeMatcher.toString(),
    makeResolver.toString(),
    `export const resolve = makeResolver(${JSON.stringify(names)}, makeMatcher, readFileSync);`,
  ].join('\n');
  Module.register('data:text/javascript,' + encodeURIComponent(source));
  return undefined;
}

/**
 * Replaces these modules from now on. `report({module, uses})` is called when one is first loaded,
 * and by report() for each whose uses (calls of it and of its parts) have grown since.
 */
exports.install = function install(names, report) {
  const Module = require('module');
  const match = makeMatcher(names);
  const loaded = new Map();

  const load = (name) => {
    let it = loaded.get(name);
    if (!it) {
      const made = { module: name, uses: 0, told: 0, standIn: undefined };
      made.standIn = makeStandIn(() => (made.uses += 1));
      it = made;
      loaded.set(name, it);
      report({ module: name, uses: 0 });
    }
    return it.standIn;
  };

  const realLoad = Module._load;
  Module._load = function (request, parent, isMain) {
    const name = isMain ? undefined : match(request);
    return name === undefined ? realLoad.apply(this, arguments) : load(name);
  };
  Object.defineProperty(global, SHARED, { value: load, configurable: true });
  let problem;
  try {
    problem = catchImports(Module, names);
  } catch (error) {
    problem = `what import loads cannot be replaced: ${error}`;
  }
  return {
    problem: problem,
    report: () => {
      loaded.forEach((it) => {
        if (it.uses !== it.told) report({ module: it.module, uses: it.uses });
        it.told = it.uses;
      });
    },
  };
};
