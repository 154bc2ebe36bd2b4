// The load of the shop, once for leakcheck's scenarios and once for the peer; pure.

const order = '{"name":"a thing","price":12.5,"tags":["red","heavy"]}';

/// What users of the shop do; the weights add up to 20, so a cycle of 100 requests holds them exactly.
export const SHOP = [
  { name: 'list', weight: 4, method: 'GET', path: '/items', status: 200 },
  {
    name: 'item',
    weight: 6,
    method: 'GET',
    path: '/items/{{ $randomNumber(1, 100) }}',
    status: 200,
  },
  { name: 'order', weight: 3, method: 'POST', path: '/items', body: order, status: 201 },
  { name: 'lost', weight: 2, method: 'GET', path: '/nothing/{{ $sequence }}', status: 404 },
  {
    name: 'cached',
    weight: 4,
    method: 'GET',
    path: '/cached/{{ $randomNumber(1, 1000) }}',
    status: 200,
  },
  {
    name: 'report',
    weight: 1,
    method: 'GET',
    path: '/report/{{ $randomNumber(100, 1000) }}',
    status: 200,
  },
];

/// What is looked up in the store of the shop (services/stores.cjs): a new key for every request, or
/// one of so many.
export const LOOK_UPS = (keys) => [
  {
    name: 'cached',
    weight: 1,
    method: 'GET',
    path: `/cached/${keys ? `{{ $randomNumber(1, ${keys}) }}` : '{{ $sequence }}'}`,
    status: 200,
  },
];

export const flow = (name, step, weight = 1) => ({ name, weight, steps: [step] });

export const toFlow = ({ name, weight, method, path, body, status }) => {
  const request = { url: path, name, expect: { statusCode: status } };
  if (body) request.json = JSON.parse(body);
  return flow(name, { [method.toLowerCase()]: request }, weight);
};

/// Numbers from 0 to below 1, the same for the same seed.
/// Source: the linear congruential generator of Numerical Recipes (Press et al., 1992, 7.1); good
/// enough to choose keys with.
export function makeRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/// A path as the peer sends it: its variables replaced.
export function fillPath(path, random, sequence) {
  return path
    .replace(/\{\{ \$randomNumber\((\d+), (\d+)\) \}\}/g, (_, low, high) =>
      String(Number(low) + Math.floor(random() * (Number(high) - Number(low) + 1))),
    )
    .replaceAll('{{ $sequence }}', String(sequence));
}
