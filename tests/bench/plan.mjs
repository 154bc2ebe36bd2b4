// Which runs `verdict` makes, what is right for each, and its scenario; pure.
import { createHash } from 'node:crypto';
import path from 'node:path';
import { nodesOf, SERVICE_NAMES, SERVICES, SHOP_SERVICES } from './catalogue.mjs';
import { LOOK_UPS, SHOP, toFlow } from './workload.mjs';

export const KINDS = [
  'slots',
  'array',
  'map',
  'set',
  'closure',
  'listener',
  'timer',
  'promise',
  'buffer',
  'string',
];
/// Of these a test counts the bytes; tables of Maps and Sets and arrays that grow move in steps, and
/// a timer is another number of bytes in each release of Node.js.
export const EXACT = ['slots', 'closure', 'promise', 'buffer', 'string'];
/// Sizes, for one request in so many: in turn, or by chance ("~10").
export const SHAPES = [
  { size: 16 },
  { size: 64 },
  { size: 256 },
  { size: 1024 },
  { size: 256, often: '10' },
  { size: 1024, often: '~10' },
  { size: 1024, often: '10' },
  { size: 1024, often: '100' },
  { size: 1024, often: '~100' },
];

export const showLeak = ({ kind, size, often }) =>
  [kind, size, ...(often ? [often] : [])].join(':');

/// Bytes per request on average.
export const meanOf = ({ size, often = '1' }) => size / Number(often.replace('~', ''));

/// Share 0 to 1 of the i-th of many, so that any first few are spread evenly, and by another
/// `irrational` independently of the first.
/// Source: Weyl (1916): the multiples of an irrational number modulo 1 are spread evenly.
const spread = (i, irrational) => (i * irrational + 0.05) % 1;
const PHI = (Math.sqrt(5) - 1) / 2;
const pick = (list, i, irrational) => list[Math.floor(spread(i, irrational) * list.length)];

/// What a stratum's runs can do without a leak and be right, and where they count.
const PASSES = ['clean', 'bounded'];
const LEAKY_SERVICES = SERVICE_NAMES.filter((name) => !['addon', 'sessions'].includes(name));
const NATIVE_SERVICES = ['addon', 'sharp', 'better-sqlite3', 'compression', 'http', 'real'];

const STORES = [
  { store: 'lru:500' },
  { store: 'interned', keys: 2000 },
  { store: 'lru:5000' },
  { store: 'ring:2000' },
  { store: 'lru-cache:500' },
  { store: 'routes', keys: 200 },
  { store: 'lru-cache:5000' },
  { store: 'lru:20000' },
];
const TTLS = [
  'ttl:2000',
  'timeouts:2000',
  'sessions:2000',
  'ttl:60000',
  'timeouts:60000',
  'sessions:60000',
];

const storeRun = (i, { store, keys }) => ({
  service: pick(
    SHOP_SERVICES.filter((name) => name !== 'cluster'),
    i,
    PHI,
  ),
  store,
  keys,
});

/// The six routes, of which one has a weight of 1 in 20 and keeps something.
const leakyRoute = (i) => SHOP[i % SHOP.length].name;

export const STRATA = [
  {
    name: 'healthy',
    truth: 'healthy',
    expected: PASSES,
    full: 760,
    quick: 31,
    make: (i, names) => ({
      service: names[i % names.length],
      turn: Math.floor(i / names.length) + (i % names.length),
    }),
  },
  {
    name: 'saturating',
    truth: 'healthy',
    expected: PASSES,
    full: 240,
    quick: 8,
    make: (i) => storeRun(i, STORES[i % STORES.length]),
  },
  {
    name: 'ttl',
    truth: 'healthy',
    expected: [...PASSES, 'time_bounded'],
    full: 60,
    quick: 6,
    make: (i) => {
      const [kind, ms] = TTLS[i % TTLS.length].split(':');
      if (kind === 'sessions') return { service: 'sessions', ttl: Number(ms) };
      return storeRun(i, { store: `${kind}:${ms}` });
    },
  },
  {
    name: 'native healthy',
    truth: 'healthy',
    expected: PASSES,
    full: 100,
    quick: 5,
    make: (i, names) => {
      const services = NATIVE_SERVICES.filter((name) => names.includes(name));
      return { service: services[i % services.length] };
    },
  },
  {
    name: 'keyed',
    truth: 'keyed',
    expected: ['keyed_growth'],
    full: 30,
    quick: 2,
    make: (i) => ({ ...storeRun(i, { store: 'keyed' }), boundedKeys: i % 4 === 3 }),
  },
  {
    name: 'leak',
    truth: 'leaky',
    expected: ['leak'],
    full: 500,
    quick: 20,
    make: (i, names) => ({
      service: pick(
        LEAKY_SERVICES.filter((name) => names.includes(name)),
        i,
        PHI,
      ),
      leak: {
        kind: KINDS[i % KINDS.length],
        ...SHAPES[(i + Math.floor(i / KINDS.length)) % SHAPES.length],
      },
    }),
  },
  {
    name: 'worker leak',
    truth: 'leaky',
    expected: ['leak'],
    full: 20,
    quick: 2,
    make: (i) => ({
      service: ['threads', 'piscina'][i % 2],
      inWorker: true,
      leak: {
        kind: ['closure', 'slots', 'map', 'string'][Math.floor(i / 2) % 4],
        size: [64, 1024, 256][i % 3],
      },
    }),
  },
  {
    name: 'route leak',
    truth: 'leaky',
    expected: ['leak'],
    full: 60,
    quick: 4,
    make: (i) => ({
      service: pick(
        SHOP_SERVICES.filter((name) => name !== 'cluster'),
        i,
        PHI,
      ),
      route: leakyRoute(i),
      leak: {
        kind: ['closure', 'slots', 'map', 'listener', 'string'][i % 5],
        size: [1024, 256][Math.floor(i / 3) % 2],
      },
    }),
  },
  {
    name: 'native leak',
    truth: 'leaky',
    expected: ['leak'],
    full: 40,
    quick: 4,
    make: (i) => ({ service: 'addon', nativeBytes: [16, 64][i % 2] }),
  },
];

/// Runs alone on the machine, whose times count: small healthy services, and 64 B a request in them;
/// the first few by hand too.
const SMALL = ['http', 'express5', 'fastify', 'koa'];
const ALONE = [
  {
    name: 'alone, healthy',
    truth: 'healthy',
    expected: PASSES,
    full: 40,
    quick: 12,
    paired: 12,
    make: (i) => ({ service: SMALL[i % 4] }),
  },
  {
    name: 'alone, leak',
    truth: 'leaky',
    expected: ['leak'],
    full: 20,
    quick: 6,
    paired: 6,
    make: (i) => ({
      service: SMALL[i % 4],
      leak: { kind: ['slots', 'closure', 'promise', 'buffer', 'string'][i % 5], size: 64 },
    }),
  },
];

const slug = (text) => text.replace(/[^a-z0-9.~]+/gi, '-');

/// What a run is called: the same in every plan, so that results can be found again.
function nameOf(run, index) {
  const what = [
    run.stratum,
    run.service,
    `node${run.node}`,
    run.keepAlive ? '' : 'close',
    run.mode === 'quiet' ? '' : run.mode,
    run.leak ? showLeak(run.leak) : '',
    run.nativeBytes ? `${run.nativeBytes}B` : '',
    run.store ?? (run.ttl ? `ttl:${run.ttl}` : ''),
    run.route ?? '',
    index + 1,
  ];
  return what
    .filter((part) => part !== '')
    .map((part) => slug(String(part)))
    .join('_');
}

function runsOf(stratum, count, { names, nodes, ownNode, seed, alone }) {
  return Array.from({ length: count }, (_, i) => {
    const { turn, ...made } = stratum.make(i, names);
    const usable = alone ? [ownNode] : nodesOf(made.service, nodes, ownNode);
    const run = {
      stratum: stratum.name,
      truth: stratum.truth,
      expected: stratum.expected,
      alone,
      paired: i < (stratum.paired ?? 0),
      ...made,
      node: turn === undefined ? pick(usable, i, Math.SQRT2 - 1) : usable[turn % usable.length],
      keepAlive: alone || spread(i, Math.sqrt(3) - 1) < 2 / 3,
      // A store of keys needs many requests, and freeze mode is there for services that compute.
      mode:
        !alone && !made.store && !made.ttl && spread(i, Math.sqrt(7) - 2) > 0.95
          ? 'freeze'
          : 'quiet',
      place: (i + 0.5) / count,
    };
    return { name: nameOf(run, i), seed: seed + i, ...run };
  });
}

/// The runs in their order: those that need the machine to themselves, then the strata mixed, so that
/// any first few are a fair sample of the plan. `nodes` are the majors of Node.js that can be had,
/// `missing` the services that cannot.
export function planRuns({
  full,
  seed = 1,
  nodes,
  ownNode = 20,
  missing = [],
  runs = Infinity,
  only = /(?:)/,
}) {
  const names = SERVICE_NAMES.filter(
    (name) => !missing.includes(name) && nodesOf(name, nodes, ownNode).length > 0,
  );
  const make = (strata, alone) =>
    strata
      .flatMap((stratum) =>
        runsOf(stratum, full ? stratum.full : stratum.quick, {
          names,
          nodes,
          ownNode,
          seed,
          alone,
        }),
      )
      .filter(({ service }) => names.includes(service))
      .sort((a, b) => a.place - b.place);
  return [...make(ALONE, true), ...make(STRATA, false)]
    .map(({ place, ...run }) => run)
    .filter(({ name }) => only.test(name))
    .slice(0, runs);
}

/// The bytes that a leak keeps per request, of which quantity, where they are exact.
export function truthOf({ leak, nativeBytes, route }) {
  // malloc_usable_size of glibc: 8 bytes of its own a block, in steps of 16.
  if (nativeBytes) return { quantity: 'native', bytes: nativeBytes + 8, allocations: 1 };
  if (!leak || !EXACT.includes(leak.kind) || leak.often?.startsWith('~')) return undefined;
  const share = route ? 1 / SHOP.reduce((sum, { weight }) => sum + weight, 0) : 1;
  return {
    quantity: leak.kind === 'buffer' ? 'arrayBuffers' : 'heapUsed',
    bytes: meanOf(leak) * share,
  };
}

/// The weights of the shop with those of two routes exchanged: the one that leaks gets the 1 of 20.
function weigh(route) {
  const lightest = SHOP.reduce((least, one) => (one.weight < least.weight ? one : least));
  const leaky = SHOP.find(({ name }) => name === route);
  const weightOf = { [lightest.name]: leaky.weight, [leaky.name]: lightest.weight };
  return SHOP.map((one) => ({ ...one, weight: weightOf[one.name] ?? one.weight }));
}

/// The environment of a service, for leakcheck and for the peer alike; all of it, so that no
/// variable of the caller's makes a healthy service leaky.
export const environmentOf = (run, { packages, addon = '' }) => ({
  NODE_PATH: packages,
  NODE_ENV: 'production',
  LEAK: run.leak ? showLeak(run.leak) : '',
  LEAK_ROUTE: run.route ?? '',
  LEAK_IN: run.inWorker ? 'worker' : '',
  STORE: run.store ?? '',
  SESSION_TTL: run.ttl ? String(run.ttl) : '',
  ADDON: run.service === 'addon' ? addon : '',
  NATIVE_BYTES: run.nativeBytes ? String(run.nativeBytes) : '',
  ...SERVICES[run.service].env,
});

function loadOf(run) {
  const { flows, load } = SERVICES[run.service];
  const ofRun = run.route
    ? weigh(run.route).map(toFlow)
    : run.store
      ? LOOK_UPS(run.keys).map(toFlow)
      : flows;
  return {
    seed: run.seed,
    ...(run.keepAlive ? {} : { keepAlive: false }),
    ...(run.ttl ? { cookies: 'off' } : load),
    ...(run.boundedKeys ? { boundedKeys: true } : {}),
    flows: ofRun,
  };
}

/// The scenario of a run. Defaults where a user has them: what is measured is what one gets.
export function scenarioOf(run, { node, services, packages, addon }) {
  const { file, ready } = SERVICES[run.service];
  return {
    version: 1,
    name: run.name,
    ...(run.mode === 'quiet' ? {} : { mode: run.mode }),
    target: {
      command: [node, path.join(services, file)],
      env: { PORT: '{{ $port }}', ...environmentOf(run, { packages, addon }) },
      ...(ready ? { ready } : {}),
    },
    load: loadOf(run),
    // They come after the verdict, and have a bench of their own.
    snapshots: 'never',
  };
}

/// Tells results of this run from those of another plan's run of the same name.
export function fingerprint(run) {
  const scenario = scenarioOf(run, {
    node: String(run.node),
    services: '',
    packages: '',
    addon: '',
  });
  return createHash('sha256').update(JSON.stringify(scenario)).digest('hex').slice(0, 16);
}
