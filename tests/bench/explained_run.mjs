// One explained run, from its exit code and its run record to what is right and what is not; pure.

/// The lines, from 1, that a source marks as the truth.
export const markedLines = (text) =>
  text.split('\n').flatMap((line, i) => (/\/\/ LEAK\b/.test(line) ? [i + 1] : []));

/// Whether `word` stands in `text` as a name of its own.
function isNamed(word, text) {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\w$])${escaped}(?![\\w$])`).test(text);
}

const packagesOf = ({ library }) => (library ? [library.name, ...(library.parts ?? [])] : []);

function isCulpritNamed(service, finding) {
  // The record has the package with its version.
  if (packagesOf(service).includes(finding.package.split(' ')[0])) return true;
  const words = [finding.identity, finding.sentence, ...finding.path.map(({ label }) => label)];
  return service.culprits.some((culprit) => words.some((text) => isNamed(culprit, text)));
}

/// Whether file and line that a finding names are right: those of the declaration, or where there is
/// none, of the place where it was made. `truth` is the marked file of the program and its lines,
/// `resolve` makes a path whole, `readLine` reads a line of a package.
function judgePlace(service, finding, { truth, resolve, readLine }) {
  const place = finding.declared ?? finding.site;
  if (!place) return { fileRight: false, lineRight: false };
  const file = resolve(place.file);
  if (file === truth.file) return { fileRight: true, lineRight: truth.lines.includes(place.line) };
  const isOfLibrary = packagesOf(service).some((name) => file.includes(`/node_modules/${name}/`));
  return {
    fileRight: isOfLibrary,
    lineRight: isOfLibrary && service.library.lines.test(readLine(file, place.line)),
  };
}

/// Files of packages as a program names them: what is before `node_modules` is the machine's.
const showPlace = (place) =>
  place ? `${place.file.replace(/^.*\/(?=node_modules\/)/, '')}:${place.line}` : 'no line';

export const showFinding = ({ pattern, identity, declared, site, package: name }) =>
  `${pattern} ${identity || '(no name)'}${name ? `, in ${name}` : ''}, ${showPlace(declared ?? site)}`;

/// What is told of every run.
const outlineOf = (name, kind, { code, wallMs }, record) => ({
  name,
  kind,
  code,
  answer: record?.verdict?.answer ?? 'none',
  wallMs: Math.round(wallMs),
});

/// A run of a leaky service: the strongest finding is the answer.
export function judgeLeaky(name, service, result, record, place) {
  const { findings = [], problem = 'no explanation', share } = record?.explanation ?? {};
  const routes = (record?.verdict?.routes ?? [])
    .filter(({ leaks }) => leaks)
    .map((one) => one.name);
  const [finding] = findings;
  const judged = {
    ...outlineOf(name, 'leaky', result, record),
    routeRight: routes.length === 1 && routes[0] === service.route,
    routes,
    patternRight: false,
    culpritNamed: false,
    fileRight: false,
    lineRight: false,
  };
  if (!finding) return { ...judged, printed: `nothing: ${problem || record?.outcome?.message}` };
  return {
    ...judged,
    patternRight: service.patterns.includes(finding.pattern),
    culpritNamed: isCulpritNamed(service, finding),
    ...judgePlace(service, finding, place),
    confidence: finding.confidence,
    share,
    printed: showFinding(finding),
  };
}

/// A run of a healthy service: clean, and nothing to explain.
export function judgeHealthy(name, result, record) {
  const findings = record?.explanation?.findings ?? [];
  return {
    ...outlineOf(name, 'healthy', result, record),
    right: result.code === 0 && record?.outcome?.ending === 'clean' && !record.explanation,
    printed: findings.length > 0 ? showFinding(findings[0]) : '',
  };
}

/// A run of the gate: its time counts when its answer is right.
export function judgeGate(name, result, record) {
  const isLeaky = name === 'leaky';
  const explained = (record?.explanation?.findings ?? []).length > 0;
  return {
    ...outlineOf(name, 'gate', result, record),
    right: result.code === (isLeaky ? 1 : 0) && explained === isLeaky,
    heapBytes: record?.cycles?.[0]?.postGc?.heapUsed,
    requests: record?.cycles?.at(-1)?.requestsTotal,
    explainMs: record?.explanation?.tookMs,
  };
}
