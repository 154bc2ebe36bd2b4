// What the shape of the tree promises, and that these tests notice when it is broken.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findRooms, findWrongIncludes, readTable } from './includes.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const cmake = process.env.LEAKCHECK_CMAKE ?? 'cmake';

function makeFolder(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'leakcheck-structure-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Every file of the tree, relative to its root; what git ignores is not of the tree. */
function listFiles() {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  const names =
    listed.status === 0
      ? listed.stdout.split('\0').filter(Boolean)
      : fs
          .readdirSync(root, { recursive: true })
          .filter((name) => !/(^|\/)(\.git|build|node_modules|\.leakcheck|out)(\/|$)/.test(name));
  return names.filter((name) => fs.statSync(path.join(root, name), { throwIfNoEntry: false })?.isFile());
}

const files = listFiles();
const read = (name) => fs.readFileSync(path.join(root, name), 'utf8');

// ---- rooms --------------------------------------------------------------------------------------

test('every #include goes along an edge of ci/cmake/rooms.cmake', () => {
  assert.deepEqual(findWrongIncludes(root), []);
});

test('the table has no circles: every room can be built after those that it uses', () => {
  const table = readTable(root);
  assert.ok(table.size >= 11, [...table.keys()].join(' '));
  const done = new Set();
  for (let before = -1; before !== done.size; ) {
    before = done.size;
    for (const [room, used] of table) if (used.every((name) => done.has(name))) done.add(room);
  }
  assert.deepEqual([...table.keys()].filter((room) => !done.has(room)), []);
});

/** A copy of the rooms, in which something may be wrong. */
function copyRooms(t) {
  const copy = makeFolder(t);
  for (const part of ['harness', 'reporters', 'ci/cmake'])
    fs.cpSync(path.join(root, part), path.join(copy, part), { recursive: true });
  return copy;
}

test('a wrong #include is found, wherever it is put', (t) => {
  const copy = copyRooms(t);
  const expected = [];
  const add = (file, include, why) => {
    const place = path.join(copy, file);
    const text = fs.existsSync(place) ? fs.readFileSync(place, 'utf8') : '';
    fs.writeFileSync(place, `${text}#include ${include}\n`);
    const line = text.split('\n').length;
    expected.push(`${file}:${line}: #include ${include.slice(1, -1)}: ${why}`);
  };
  add('harness/stats/growth.cpp', '"harness/load/url.hpp"', 'room stats may not use load');
  add('harness/load/url.hpp', '"harness/agent/lines.hpp"', 'room load may not use agent');
  add('harness/base/clock.hpp', '"harness/model/sample.hpp"', 'room base may not use model');
  add('harness/agent/agent_script.cpp.in', '"harness/target/ports.hpp"', 'room agent may not use target');
  add('harness/verdict/new_rule.cpp', '"reporters/reporters.hpp"', 'room verdict may not use reporters');
  add('reporters/xml.cpp', '"harness/run/run.hpp"', 'room reporters may not use run');
  add('harness/run/session.cpp', '"settled.hpp"', 'write the whole path, from the root of the tree');
  add('harness/agent/lines.cpp', '<curl/curl.h>', 'room agent does not own CURL::libcurl');
  add('harness/verdict/series.cpp', '<nlohmann/json.hpp>', 'room verdict does not own nlohmann_json::nlohmann_json');
  add('harness/agent/lines.hpp', '<nlohmann/json.hpp>', 'nlohmann_json::nlohmann_json must stay inside .cpp files');
  add('harness/target/launcher.hpp', '<boost/asio/io_context.hpp>', 'Boost::headers must stay inside .cpp files');
  add('harness/cli/cli.cpp', '<absl/strings/str_cat.h>', 'no known library has this header');
  add('harness/cli/cli.hpp', '<range/v3/all.hpp>', 'no known library has this header');
  assert.deepEqual(findWrongIncludes(copy).sort(), expected.sort());
});

test('a room that is not in the table is found', (t) => {
  const copy = copyRooms(t);
  fs.mkdirSync(path.join(copy, 'harness/util'));
  fs.writeFileSync(path.join(copy, 'harness/util/CMakeLists.txt'), 'leakcheck_room(util USES base)\n');
  assert.deepEqual(findWrongIncludes(copy), ['harness/util: the room is not in ci/cmake/rooms.cmake']);
});

/** Configures a project of two rooms with the real leakcheck_room(). */
function configure(t, room) {
  const folder = makeFolder(t);
  fs.writeFileSync(path.join(folder, 'x.cpp'), '');
  fs.writeFileSync(
    path.join(folder, 'CMakeLists.txt'),
    `cmake_minimum_required(VERSION 3.25)
     set(CMAKE_CXX_COMPILER_WORKS 1)
     project(rooms LANGUAGES CXX)
     add_library(leakcheck_build_flags INTERFACE)
     include("${root}/ci/cmake/rooms.cmake")
     leakcheck_room(base SOURCES x.cpp)
     leakcheck_room(${room})\n`,
  );
  const { status, stderr } = spawnSync(cmake, ['-S', folder, '-B', path.join(folder, 'build')], {
    encoding: 'utf8',
  });
  return { status, says: stderr.replace(/\s+/g, ' ') };
}

test('leakcheck_room() takes an edge of the table', (t) => {
  const { status, says } = configure(t, 'stats SOURCES x.cpp USES base');
  assert.equal(status, 0, says);
});

test('leakcheck_room() refuses a wrong edge, and says what to do instead', (t) => {
  const { status, says } = configure(t, 'stats SOURCES x.cpp USES base load');
  assert.notEqual(status, 0);
  assert.match(says, /Room 'stats' may not use 'load'\. Allowed: base\./);
  assert.match(says, /A shared record goes to model, a shared tool to base, never sideways\./);
});

test('leakcheck_room() refuses a room that is not in the table', (t) => {
  const { status, says } = configure(t, 'util SOURCES x.cpp USES base');
  assert.notEqual(status, 0);
  assert.match(says, /Room 'util' is not in ci\/cmake\/rooms\.cmake/);
});

// ---- door plates and sizes ----------------------------------------------------------------------

test('every room has a door plate, and ARCHITECTURE.md lists it', () => {
  const rooms = [...findRooms(root).values()];
  const without = [...rooms, 'scenarios', 'tests', 'ci'].filter(
    (folder) => !fs.existsSync(path.join(root, folder, 'README.md')),
  );
  assert.deepEqual(without, []);
  const table = read('ARCHITECTURE.md');
  assert.deepEqual(rooms.filter((folder) => !table.includes(`| \`${folder}\` |`)), []);
});

// Files that may be longer, and why.
const longer = {};

test('headers have at most 150 lines, sources 400; the exceptions are listed', () => {
  const limits = [
    [/\.hpp$/, 150],
    [/\.(cpp|cpp\.in|cjs)$/, 400],
  ];
  const tooLong = files
    .filter((name) => /^(harness|reporters)\//.test(name))
    .filter((name) => {
      const limit = limits.find(([pattern]) => pattern.test(name))?.[1] ?? Infinity;
      return read(name).split('\n').length - 1 > limit;
    });
  assert.deepEqual(tooLong.sort(), Object.keys(longer).sort());
});

test('no file is called util, common, misc, helper or manager', () => {
  const names = files.filter((name) => /(^|[/_-])(utils?|common|misc|helpers?|manager)([/_.-]|$)/i.test(name));
  assert.deepEqual(names, []);
});

// ---- format -------------------------------------------------------------------------------------

// Data of tests, which are to be hostile.
const data = /^tests\/(golden\/(expected|records)|fixtures|fuzz\/corpus)\//;

test('no tabs, no carriage returns, no blanks at the end of a line, one line feed at the end', () => {
  const problems = [];
  for (const name of files.filter((name) => !data.test(name))) {
    const bytes = fs.readFileSync(path.join(root, name));
    if (bytes.length === 0 || bytes.includes(0)) continue;
    const text = bytes.toString();
    text.split('\n').forEach((line, i) => {
      if (/[\t\r]|[ \u00a0]$/.test(line)) problems.push(`${name}:${i + 1}: ${JSON.stringify(line)}`);
    });
    if (!/[^\n]\n$/.test(text)) problems.push(`${name}: its end`);
  }
  assert.deepEqual(problems, []);
});

test('C++ is formatted as .clang-format says', (t) => {
  // Versions differ in details: only the one that the tree is formatted with can judge it.
  const { stdout } = spawnSync('clang-format', ['--version'], { encoding: 'utf8' });
  const version = stdout?.match(/version (\d+)/)?.[1];
  if (version !== '14')
    return t.skip(version ? `clang-format ${version} is not 14` : 'clang-format is not on PATH');
  const sources = files.filter((name) => /\.(cpp|hpp)$/.test(name));
  assert.ok(sources.length > 100, sources.length);
  const { status, stderr } = spawnSync('clang-format', ['--dry-run', '--Werror', ...sources], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr.split('\n').filter((line) => /error:/.test(line)).join('\n'));
});
