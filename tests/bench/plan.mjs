// Which runs `verdict` makes, and the scenario of each; pure.
import path from 'node:path';
import { FILL_CACHE, SHOP, toFlow } from './workload.mjs';

// The oldest Node.js that each service's packages support.
const SERVICES = { http: 18, express: 18, fastify: 20, koa: 20 };
export const SERVICE_NAMES = Object.keys(SERVICES);
export const SIZES = [16, 64, 256];
export const KINDS = ['entry', 'map', 'closure', 'buffer', 'string'];

const PLAIN = { name: 'as it comes' };
const HEALTHY_VARIANTS = [
  PLAIN,
  PLAIN,
  { name: 'no keep-alive', load: { keepAlive: false } },
  { name: 'open model', load: { arrivalRate: 200 } },
  { name: 'freeze mode', mode: 'freeze' },
  { name: 'node 18', node: 18 },
  { name: 'node 22', node: 22 },
  { name: 'node 24', node: 24 },
  ...[500, 1000, 2000, 5000].map((cache) => ({ name: `cache of ${cache}`, cache, flows: FILL_CACHE })),
];
const LEAKY_VARIANTS = [
  PLAIN,
  { name: 'no keep-alive', load: { keepAlive: false } },
  { name: 'open model', load: { arrivalRate: 200 } },
  { name: 'freeze mode', mode: 'freeze' },
  { name: 'node 18', node: 18 },
  { name: 'node 22', node: 22 },
  { name: 'node 24', node: 24 },
];

/// Arrays of leaks, so that any first few differ in kind and in size.
const leakOf = (index) => ({ kind: KINDS[index % KINDS.length], size: SIZES[index % SIZES.length] });

/// The runs in their order: healthy and leaky ones mixed, so that a busy hour of the machine meets
/// both. `nodes` are the majors that can be had; variants on others are left out.
export function planRuns({ healthy, leaky, pairedHealthy, pairedLeaky, full, seed, nodes = [] }) {
  const usable = (variants) =>
    full ? variants.filter(({ node }) => !node || nodes.includes(node)) : [PLAIN];
  const make = (truth, count, variants, paired) =>
    Array.from({ length: count }, (_, index) => {
      const variant = variants[Math.floor(index / SERVICE_NAMES.length) % variants.length];
      const services = SERVICE_NAMES.filter((name) => SERVICES[name] <= (variant.node ?? 20));
      return {
        truth,
        service: services[index % services.length],
        variant,
        leak: truth === 'leaky' ? leakOf(index) : undefined,
        paired: index < paired,
        place: (index + 0.5) / count,
      };
    });
  return [
    ...make('healthy', healthy, usable(HEALTHY_VARIANTS), pairedHealthy),
    ...make('leaky', leaky, usable(LEAKY_VARIANTS), pairedLeaky),
  ]
    .sort((a, b) => a.place - b.place)
    .map(({ place, ...run }, index) => ({
      ...run,
      seed: seed + index,
      name: `${String(index + 1).padStart(3, '0')}-${run.truth}-${run.service}`,
    }));
}

export const showLeak = ({ kind, size }) => `${kind}:${size}`;

/// The environment of a service, for leakcheck and for the peer alike; all of it, so that no
/// variable of the caller's makes a healthy service leaky.
export const environmentOf = (run, packages) => ({
  NODE_PATH: packages,
  LEAK: run.leak ? showLeak(run.leak) : '',
  CACHE: String(run.variant.cache ?? 50),
});

/// The scenario of a run. Defaults where a user has them: what is measured is what one gets.
export function scenarioOf(run, { node, services, packages }) {
  const { variant } = run;
  return {
    version: 1,
    name: run.name,
    ...(variant.mode ? { mode: variant.mode } : {}),
    target: {
      command: [node, path.join(services, `${run.service}.cjs`)],
      env: { PORT: '{{ $port }}', ...environmentOf(run, packages) },
      ready: { get: '/items' },
    },
    load: { seed: run.seed, ...variant.load, flows: (variant.flows ?? SHOP).map(toFlow) },
  };
}
