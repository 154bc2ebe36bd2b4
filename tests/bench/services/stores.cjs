// What services keep on purpose, by STORE ("lru:5000", "ttl:2000"): all of it is given up again, or
// stops growing, but for `keyed`, which grows with every new key. A store is a function from the
// key in the URL to the value to answer with.
'use strict';

const makeValue = (key) => ({ key, name: `entry of ${key}`, rank: 7 });

/// The cache that everyone writes: a Map in the order of use, whose oldest entry goes.
function makeLru(most) {
  const entries = new Map();
  return (key) => {
    const value = entries.get(key) ?? makeValue(key);
    entries.delete(key);
    entries.set(key, value);
    if (entries.size > most) entries.delete(entries.keys().next().value);
    return value;
  };
}

/// The one from npm, whose tables are made for `most` entries at the start.
function makePackagedLru(most) {
  const { LRUCache } = require('lru-cache');
  const entries = new LRUCache({ max: most });
  return (key) => {
    if (!entries.has(key)) entries.set(key, makeValue(key));
    return entries.get(key);
  };
}

/// One entry for each name there is: the load has so many names.
function makeInterned() {
  const names = new Map();
  return (key) => {
    if (!names.has(key)) names.set(key, makeValue(key));
    return names.get(key);
  };
}

/// The last so many requests, as a page for operators shows them.
function makeRing(most) {
  const ring = [];
  return (key) => {
    ring.push({ at: Date.now(), text: `looked at ${key}` });
    if (ring.length > most) ring.shift();
    return { key, seen: ring.length };
  };
}

/// Handlers that are made when they are first asked for; the load asks for so many.
function makeLazyRoutes() {
  const handlers = new Map();
  return (key) => {
    if (!handlers.has(key))
      handlers.set(
        key,
        new Function('key', `const place = ${JSON.stringify(key)}; return { key, place };`),
      );
    return handlers.get(key)(key);
  };
}

/// Entries with a time, and a sweep.
function makeSwept(ttl) {
  const entries = new Map();
  setInterval(
    () => {
      const now = Date.now();
      for (const [key, { until }] of entries) if (until <= now) entries.delete(key);
    },
    Math.min(ttl / 4, 5000),
  );
  return (key) => {
    entries.set(key, { until: Date.now() + ttl, value: makeValue(key) });
    return { key, kept: entries.size };
  };
}

/// Entries with a timer each.
function makeTimed(ttl) {
  const entries = new Map();
  return (key) => {
    entries.set(key, makeValue(key));
    setTimeout(() => entries.delete(key), ttl);
    return { key, kept: entries.size };
  };
}

const STORES = {
  lru: makeLru,
  'lru-cache': makePackagedLru,
  interned: makeInterned,
  keyed: makeInterned, // and the load has a new name for every request
  ring: makeRing,
  routes: makeLazyRoutes,
  ttl: makeSwept,
  timeouts: makeTimed,
};

module.exports = function makeStore(spec = 'lru:50') {
  const [name, number] = spec.split(':');
  return STORES[name](Number(number));
};
