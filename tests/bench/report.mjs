// What a bench prints and keeps: tables, goals and the JSON file; pure.

/// A table: columns of `[heading, align]`, align '<' or '>'; rows of text, one for each column.
export function renderTable({ title, columns, rows, notes = [] }) {
  const width = columns.map(([heading], i) =>
    Math.max(heading.length, ...rows.map((row) => String(row[i]).length)),
  );
  const pad = (text, i) =>
    columns[i][1] === '>' ? String(text).padStart(width[i]) : String(text).padEnd(width[i]);
  const line = (cells) => `  ${cells.map(pad).join('  ')}`.trimEnd();
  const rule = `  ${width.map((n) => '-'.repeat(n)).join('  ')}`;
  const headings = line(columns.map(([heading]) => heading));
  return [title, headings, rule, ...rows.map(line), ...notes.map((note) => `  ${note}`), ''].join('\n');
}

/// A goal is met when something was measured and it is not above the limit.
export function makeGoal(name, measured, limit, show = String) {
  const known = Number.isFinite(measured);
  return {
    name,
    measured: known ? measured : null,
    limit,
    met: known && measured <= limit,
    text: `goal ${name} ${known ? show(measured) : 'none'} ${show(limit)}`,
  };
}

export const renderGoal = (goal) => `${goal.text} ${goal.met ? 'met' : 'missed'}`;

export const exitCode = (goals) => (goals.every((goal) => goal.met) ? 0 : 1);

export function renderText({ heading, machine, missing, tables, goals }) {
  return [
    heading,
    `  ${machine.date}, leakcheck ${machine.leakcheck}, Node.js ${machine.node}, ${machine.cpus} CPUs (${machine.cpuModel}),`,
    `  load average ${machine.loadAverage[0].toFixed(1)} before and ${machine.loadAverageAfter[0].toFixed(1)} after`,
    '',
    ...tables.map(renderTable),
    ...(missing.length > 0 ? ['Could not be had:', ...missing.map((text) => `  ${text}`), ''] : []),
    ...goals.map(renderGoal),
    '',
  ].join('\n');
}

/// The file of --json.
export function renderJson(verb, options, report) {
  const goals = report.goals.map(({ name, measured, limit, met }) => ({ name, measured, limit, met }));
  const tables = report.tables.map(({ title, columns, rows, notes = [] }) => ({
    title,
    columns: columns.map(([heading]) => heading),
    rows,
    notes,
  }));
  const { machine, missing, data } = report;
  const head = { format: 1, bench: verb, options, machine, missing, goals, tables };
  // One run a line: the file stays small, and two of them can be compared.
  const runs = data.map((run) => `    ${JSON.stringify(run)}`).join(',\n');
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "runs": [\n${runs}\n  ]\n}\n`;
}

export const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)}%`;
export const seconds = (ms) => (Number.isFinite(ms) ? `${(ms / 1000).toFixed(2)} s` : '-');
