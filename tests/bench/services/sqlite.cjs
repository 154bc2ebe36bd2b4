// A table of two hundred rows in memory, written and read for every request.
//   SQLITE  better-sqlite3 or sql.js
'use strict';
const http = require('node:http');
const { port, host, onRequest } = require('./base.cjs');

const TABLE = 'CREATE TABLE stock (id INTEGER PRIMARY KEY, amount INTEGER NOT NULL)';
const WRITE =
  'INSERT INTO stock VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET amount = excluded.amount';
const READ = 'SELECT id, amount FROM stock WHERE id BETWEEN ? AND ? ORDER BY amount';
const DATABASES = {
  async 'better-sqlite3'() {
    const Database = require('better-sqlite3');
    const database = new Database(':memory:');
    database.exec(TABLE);
    const [write, read] = [database.prepare(WRITE), database.prepare(READ)];
    return { write: (...row) => write.run(...row), read: (...range) => read.all(...range) };
  },
  async 'sql.js'() {
    const { Database } = await require('sql.js')();
    const database = new Database();
    database.run(TABLE);
    const read = (...range) => {
      const statement = database.prepare(READ);
      const rows = [];
      statement.bind(range);
      while (statement.step()) rows.push(statement.getAsObject());
      statement.free();
      return rows;
    };
    return { write: (...row) => database.run(WRITE, row), read };
  },
};

DATABASES[process.env.SQLITE]().then(({ write, read }) => {
  let count = 0;
  http
    .createServer((request, response) => {
      onRequest();
      const id = ++count % 200;
      write(id, count % 1000);
      response.end(JSON.stringify(read(id - 10, id)));
    })
    .listen(port, host);
});
