// What the four services of the bench serve, whatever their framework: the same shop.
//   CACHE  entries of its LRU cache
//   LEAK   what to keep for every request: leaks.cjs
'use strict';
const { makeLeak } = require('./leaks.cjs');

const items = Array.from({ length: 100 }, (_, index) => ({
  id: index + 1,
  name: `item ${index + 1}`,
  price: 1.5 * (index + 1),
  tags: ['new', index % 2 ? 'odd' : 'even'],
}));

/// The cache that everyone writes: a Map in the order of use, whose oldest entry goes.
class LruCache {
  #entries = new Map();
  #most;

  constructor(most) {
    this.#most = most;
  }

  get(key, make) {
    let value = this.#entries.get(key);
    if (value === undefined) value = make(key);
    else this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > this.#most) this.#entries.delete(this.#entries.keys().next().value);
    return value;
  }
}

const cache = new LruCache(Number(process.env.CACHE));

/// Some hundred kilobytes of garbage, as a report or a rendered page makes it.
function makeReport(rows) {
  const lines = [];
  for (let row = 0; row < rows; ++row) {
    const item = items[row % items.length];
    lines.push({ ...item, row, label: `${item.name} in row ${row}`, total: item.price * row });
  }
  lines.sort((a, b) => b.total - a.total);
  return { rows, bytes: JSON.stringify(lines).length, first: lines[0] };
}

module.exports = {
  onRequest: makeLeak(process.env.LEAK),
  listen: [Number(process.env.PORT), '127.0.0.1'],
  list: () => ({ items: items.slice(0, 20) }),
  find: (id) => items[Number(id) - 1],
  create: (body) => ({ id: 101, ...body, total: body.price * 1.2 }),
  lookUp: (key) => cache.get(key, () => ({ key, name: `entry of ${key}`, rank: 7 })),
  report: (rows) => makeReport(Number(rows)),
};
