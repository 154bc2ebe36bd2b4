// The documents, taken at their word: commands are run, YAML is validated, links lead somewhere, and
// the run that the README shows is compared with a real one.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { binary, makeFolder, packages, source } from '../system/leakcheck_process.mjs';

const yaml = createRequire(path.join(packages, 'x.js'))('js-yaml');

/** Every Markdown file of the project, relative. */
function listDocuments(folder = '.') {
  const skipped = ['build', 'node_modules', '.git', '.leakcheck', 'out'];
  return fs.readdirSync(path.join(source, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) return skipped.includes(entry.name) ? [] : listDocuments(name);
    return entry.name.endsWith('.md') ? [name] : [];
  });
}

/** The fenced blocks of a document: { language, text, line }. */
function listBlocks(document) {
  const blocks = [];
  let open;
  fs.readFileSync(path.join(source, document), 'utf8').split('\n').forEach((line, index) => {
    const fence = /^```(\w*)$/.exec(line);
    if (open && line === '```') {
      blocks.push({ ...open, text: open.lines.join('\n') });
      open = undefined;
    } else if (open) {
      open.lines.push(line);
    } else if (fence) {
      open = { language: fence[1], line: index + 1, lines: [] };
    }
  });
  assert.equal(open, undefined, `${document}: a block is not closed`);
  return blocks;
}

const documents = listDocuments();
const blocksOf = (language) =>
  documents.flatMap((document) =>
    listBlocks(document)
      .filter((block) => block.language === language)
      .map((block) => ({ ...block, place: `${document}:${block.line}` })),
  );

/** A folder that looks like a clone, so that commands with its paths write nowhere else. */
function makeClone(t) {
  const folder = makeFolder(t);
  for (const name of ['scenarios', 'tests', 'ci', 'harness', 'CMakePresets.json'])
    fs.symlinkSync(path.join(source, name), path.join(folder, name));
  return folder;
}

function leakcheck(cwd, args) {
  return spawnSync(binary, args, { cwd, encoding: 'utf8', timeout: 120_000, env: { ...process.env, NODE_OPTIONS: '' } });
}

/** Commands that build, install or take long: what can be checked of them without running them. */
function checkScript(script, words) {
  const help = spawnSync(path.join(source, script), ['--help'], { encoding: 'utf8' });
  assert.equal(help.status, 0, `${script} --help`);
  const known = help.stdout;
  for (const word of words.filter((each) => each.startsWith('--')))
    assert.ok(known.includes(word), `${script} --help does not know ${word}`);
  return known;
}

const exitCodes = { 'run scenarios/quickstart.yaml': 1 };

test('every command in the documents does what it should', async (t) => {
  const commands = blocksOf('sh').flatMap((block) =>
    block.text
      .split('\n')
      .map((line) => line.replace(/\s+#.*$/, '').trim())
      .filter((line) => line && !line.startsWith('#'))
      .map((line) => ({ place: block.place, line })),
  );
  assert.ok(commands.length >= 10, `only ${commands.length} commands were found`);
  const done = new Map();
  for (const { place, line } of commands) {
    if (done.has(line)) continue;
    done.set(line, place);
    await t.test(`${place}: ${line}`, (t) => {
      const [program, ...args] = line.split(' ');
      if (program === 'ci/leakcheck' || program === 'leakcheck') {
        const result = leakcheck(makeClone(t), args);
        const expected = exitCodes[args.join(' ')] ?? 0;
        assert.equal(result.status, expected, `${line}\n${result.stdout}\n${result.stderr}`);
      } else if (program === 'ci/test' || program === 'ci/bench') {
        const known = checkScript(program, args);
        const verb = args.find((each) => !each.startsWith('-'));
        if (program === 'ci/bench') assert.ok(known.includes(verb), `${program} --help: ${verb}`);
      } else if (line.startsWith('LEAKCHECK_UPDATE_GOLDEN=1 ci/test')) {
        checkScript('ci/test', []);
      } else {
        assert.fail(`${place}: nothing here checks "${line}"`);
      }
    });
  }
});

const least = {
  version: 1,
  target: { command: ['node', 'server.js'] },
  load: { flows: [{ name: 'main', steps: [{ get: '/' }] }] },
};

/** A fragment laid over the least scenario; maps are merged, everything else is replaced. */
function lay(base, over) {
  const isMap = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
  if (!isMap(base) || !isMap(over)) return over;
  const out = { ...base };
  for (const [key, value] of Object.entries(over)) out[key] = key in out ? lay(out[key], value) : value;
  return out;
}

test('every YAML block in the documents is valid', async (t) => {
  const blocks = blocksOf('yaml');
  assert.ok(blocks.length >= 5, `only ${blocks.length} blocks were found`);
  for (const block of blocks) {
    await t.test(block.place, (t) => {
      const folder = makeFolder(t);
      fs.writeFileSync(path.join(folder, 'users.csv'), 'userId,sku\n1,A\n2,B\n');
      fs.writeFileSync(path.join(folder, 'base.yaml'), JSON.stringify(least));
      fs.writeFileSync(path.join(folder, 'cert.pem'), '');
      const isWhole = /^version: 1$/m.test(block.text);
      assert.ok(isWhole || /^# a fragment of /.test(block.text), 'a whole scenario, or a fragment that says so');
      const text = isWhole ? block.text : JSON.stringify(lay(least, yaml.load(block.text)));
      fs.writeFileSync(path.join(folder, 'scenario.yaml'), text);
      const env = { ...process.env, API_TOKEN: 'x', STAGING_URL: 'http://127.0.0.1:3000' };
      const result = spawnSync(binary, ['validate', 'scenario.yaml'], { cwd: folder, encoding: 'utf8', env });
      assert.equal(result.status, 0, `${block.text}\n${result.stderr}`);
    });
  }
});

test('every link between the documents leads somewhere', () => {
  let links = 0;
  for (const document of documents) {
    const text = fs.readFileSync(path.join(source, document), 'utf8');
    for (const [, target] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^https?:/.test(target)) continue;
      links += 1;
      const file = path.join(source, path.dirname(document), target);
      assert.ok(fs.existsSync(file), `${document} links to ${target}`);
    }
  }
  assert.ok(links >= 8, `only ${links} links were found`);
});

/** What a report says, without its numbers: the sparkline and every number are one sign. */
const shapeOf = (text) =>
  text
    .replace(/[▁▂▃▄▅▆▇█]+/g, '~')
    .replace(/-?\d[\d,.:-]*/g, '0')
    .replace(/\b(KB|MB|ms|s|B)\b/g, 'unit')
    .replace(/\s+/g, ' ')
    // How much of the other route could have been seen hangs on the machine.
    // A leak elsewhere may end the run before it is decided, and a busy machine shows a little.
    .replace(/[?~] native/, '✓ native')
    .replace(/ native: [\w.]+ more allocations alive for every request/, '')
    .replace(/(of every request); PUT .*? (route alone)/, '$1; another $2')
    .trim();

test('the run that the README shows is the one that the command prints', (t) => {
  const [shown] = listBlocks('README.md').filter((block) => block.language === 'text');
  const result = leakcheck(makeClone(t), ['run', 'scenarios/quickstart.yaml']);
  assert.equal(result.status, 1, result.stderr);
  // The clone's services are those of this tree.
  assert.equal(shapeOf(shown.text), shapeOf(result.stdout.replaceAll(`${source}/`, '')));
});

test('README and --help name the same exit codes', () => {
  const help = leakcheck(source, ['--help']).stdout;
  const readme = fs.readFileSync(path.join(source, 'README.md'), 'utf8');
  const codes = [...help.matchAll(/^ {2}(\d+) {2,}/gm)].map((match) => match[1]);
  assert.deepEqual(codes, ['0', '1', '2', '3', '4', '5', '6', '70', '130']);
  for (const code of [...codes, '143']) assert.match(readme, new RegExp(`\\b${code}\\b`), `exit code ${code}`);
});

test('no placeholder is left in a document', () => {
  for (const document of documents)
    assert.doesNotMatch(fs.readFileSync(path.join(source, document), 'utf8'), /@@\w+@@|\bTODO\b|\bTBD\b/, document);
});
