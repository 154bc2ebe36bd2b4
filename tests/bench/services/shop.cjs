// What the services with routes serve, whatever their framework: the same shop.
//   STORE  what /cached/:key is kept in: stores.cjs
'use strict';
const { port, host, onRequest } = require('./base.cjs');
const makeStore = require('./stores.cjs');

const items = Array.from({ length: 100 }, (_, index) => ({
  id: index + 1,
  name: `item ${index + 1}`,
  price: 1.5 * (index + 1),
  tags: ['new', index % 2 ? 'odd' : 'even'],
}));
const lookUp = makeStore(process.env.STORE || undefined);

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

const ROUTES = { nothing: 'lost', cached: 'cached', report: 'report' };

/// The name that the load has for the route of a request.
function routeOf(method, url) {
  const [, room, name] = url.split('/');
  if (room !== 'items') return ROUTES[room];
  return method === 'POST' ? 'order' : name ? 'item' : 'list';
}

module.exports = {
  port,
  host,
  listen: [port, host],
  onRequest: ({ method, url }) => onRequest(routeOf(method, url)),
  list: () => ({ items: items.slice(0, 20) }),
  find: (id) => items[Number(id) - 1],
  create: (body) => ({ id: 101, ...body, total: body.price * 1.2 }),
  lookUp,
  report: (rows) => makeReport(Number(rows)),
};
