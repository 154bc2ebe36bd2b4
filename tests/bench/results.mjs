// The file of results of `verdict`: a JSON line a run, appended as runs end, so that an interrupted
// bench loses nothing and --resume goes on.
import fs from 'node:fs';
import path from 'node:path';
import { fingerprint } from './plan.mjs';

const FORMAT = 1;

/// What tells that a result is of this run, with this binary.
const keyOf = (binary, { name, seed }, scenario) => [binary, name, seed, scenario].join(' ');

/// The results in a text; a last line that was cut off is passed over, other lines too.
export function parseResults(text) {
  const results = new Map();
  for (const line of text.split('\n')) {
    let result;
    try {
      result = JSON.parse(line);
    } catch {
      continue;
    }
    if (result?.format !== FORMAT) continue;
    results.set(keyOf(result.binary, result.run, result.scenario), result.run);
  }
  return results;
}

export class Results {
  #known = new Map();
  #file;
  #machine;

  /// `machine` has the binary's hash and version; with `resume` what is in the file counts.
  constructor(file, machine, { resume }) {
    this.#file = file;
    this.#machine = machine;
    fs.mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
    if (resume) this.#known = parseResults(text);
    if (text !== '' && !text.endsWith('\n')) fs.appendFileSync(file, '\n');
  }

  /// The result of a run of the plan, if it is there.
  find(run) {
    return this.#known.get(keyOf(this.#machine.binarySha256, run, fingerprint(run)));
  }

  append(run, judged) {
    const { binarySha256: binary, leakcheck } = this.#machine;
    const at = new Date().toISOString();
    const line = { format: FORMAT, binary, leakcheck, at, scenario: fingerprint(run), run: judged };
    fs.appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}
