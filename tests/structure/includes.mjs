// Reads every #include of the product and holds it against ci/cmake/rooms.cmake.
import fs from 'node:fs';
import path from 'node:path';

// Where a third-party header comes from, and the target in OWNS that a room must have for it.
const libraries = [
  [/^boost\//, 'Boost::headers'],
  [/^curl\//, 'CURL::libcurl'],
  [/^yaml-cpp\//, 'yaml-cpp::yaml-cpp'],
  [/^nlohmann\//, 'nlohmann_json::nlohmann_json'],
  [/^CLI\//, 'CLI11::CLI11'],
  [/^fmt\//, 'fmt::fmt'],
  [/^re2\//, 'PkgConfig::re2'],
  [/^simdjson\.h$/, 'simdjson::simdjson'],
];
// base hands it to everybody: Result<T> is in every header.
const shared = /^tl\/expected\.hpp$/;
// C++ has no dot in its names; C and the kernel have these.
const system = /^[a-z_]+$|^[a-z_]+\.h$|^(sys|arpa|netinet|linux)\/[a-z_]+\.h$/;

/** room → the rooms it may use. */
export function readTable(root) {
  const text = fs.readFileSync(path.join(root, 'ci/cmake/rooms.cmake'), 'utf8');
  const table = new Map();
  for (const [, room, used] of text.matchAll(/^set\(LEAKCHECK_MAY_USE_(\w+) ([^)]*)\)/gm))
    table.set(room, used.split(/\s+/).filter((name) => name && name !== '""'));
  return table;
}

/** The folders that are rooms: room → folder, relative to the root. */
export function findRooms(root) {
  const rooms = new Map();
  for (const name of fs.readdirSync(path.join(root, 'harness')))
    if (fs.existsSync(path.join(root, 'harness', name, 'CMakeLists.txt'))) rooms.set(name, `harness/${name}`);
  rooms.set('reporters', 'reporters');
  return rooms;
}

/** What a room's CMakeLists.txt says of it. */
function readRoom(root, folder) {
  const text = fs.readFileSync(path.join(root, folder, 'CMakeLists.txt'), 'utf8').replace(/#.*/g, '');
  const call = text.match(/leakcheck_room\(([^)]*)\)/)?.[1].split(/\s+/) ?? [];
  const words = { USES: [], OWNS: [] };
  let list = [];
  for (const word of call) {
    if (/^(SOURCES|USES|OWNS)$/.test(word)) list = words[word] ??= [];
    else list.push(word);
  }
  return { name: call[0], uses: words.USES, owns: words.OWNS };
}

function problemOf(target, quoted, inHeader, room, table) {
  if (quoted) {
    const used = target.match(/^(?:harness\/(\w+)|(reporters))\/\w[\w/.-]*$/)?.slice(1).find(Boolean);
    if (!used) return 'write the whole path, from the root of the tree';
    if (used === room.name) return '';
    if (!table.get(room.name).includes(used)) return `room ${room.name} may not use ${used}`;
    return room.uses.includes(used) ? '' : `${used} is not in USES of room ${room.name}`;
  }
  if (shared.test(target)) return '';
  const library = libraries.find(([pattern]) => pattern.test(target))?.[1];
  if (!library) return system.test(target) ? '' : 'no known library has this header';
  if (!room.owns.includes(library)) return `room ${room.name} does not own ${library}`;
  return inHeader ? `${library} must stay inside .cpp files` : '';
}

/** "file:line: #include …: why not", for every include that may not be. */
export function findWrongIncludes(root) {
  const table = readTable(root);
  const problems = [];
  for (const [name, folder] of findRooms(root)) {
    const room = readRoom(root, folder);
    if (!table.has(name)) problems.push(`${folder}: the room is not in ci/cmake/rooms.cmake`);
    if (room.name !== name) problems.push(`${folder}: its room is called ${room.name}`);
    if (!table.has(name)) continue;
    for (const file of fs.readdirSync(path.join(root, folder), { recursive: true }).sort()) {
      if (!/\.(cpp|hpp|cpp\.in|hpp\.in)$/.test(file)) continue;
      const lines = fs.readFileSync(path.join(root, folder, file), 'utf8').split('\n');
      lines.forEach((line, i) => {
        const [, open, target] = line.match(/^\s*#\s*include\s*([<"])([^>"]*)[>"]/) ?? [];
        if (!open) return;
        const why = problemOf(target, open === '"', /\.hpp/.test(file), room, table);
        if (why) problems.push(`${folder}/${file}:${i + 1}: #include ${target}: ${why}`);
      });
    }
  }
  return problems;
}
