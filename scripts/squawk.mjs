// `node scripts/squawk.mjs FOLDER [--assume-in-transaction] [--pg-version 13] [--rule NAME] [--limit N]`: lints real migrations
// with squawk and with those of our rules that carry the concern of a rule of squawk's, and compares statement by statement.
// What scripts/squawk-differences.mjs explains is counted by reason; everything else is listed.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { root } from './packages.mjs';
import { sqlFiles, squawkBinary } from './squawk-binary.mjs';
import { differences } from './squawk-differences.mjs';
import { squawkRules } from './squawk-rules.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'assume-in-transaction': { type: 'boolean', default: false },
    'pg-version': { type: 'string', default: '13' },
    rule: { type: 'string', multiple: true },
    limit: { type: 'string', default: '20' },
  },
});
const [folder] = positionals;
if (folder === undefined || !fs.existsSync(folder)) {
  console.error(
    'usage: node scripts/squawk.mjs FOLDER [--assume-in-transaction] [--pg-version N] [--rule NAME] [--limit N]',
  );
  process.exit(2);
}
const core = await import(pathToFileURL(path.join(root, 'packages/core/dist/index.js')).href);
const { rules, knownNames } = await import(pathToFileURL(path.join(root, 'rules/dist/index.js')).href);
const pgVersion = Number(values['pg-version']);
const inTransaction = values['assume-in-transaction'];

/** squawk's findings by file. */
function runSquawk() {
  const { stdout, status, error } = spawnSync(
    squawkBinary(),
    [
      '--reporter',
      'json',
      '--pg-version',
      `${pgVersion}.0`,
      '--include',
      'require-table-schema',
      ...(inTransaction ? ['--assume-in-transaction'] : ['--no-assume-in-transaction']),
      path.join(/** @type {string} */ (folder), '**/*.sql'),
    ],
    { encoding: 'utf8', maxBuffer: 1 << 30 },
  );
  if (error || status === null || status > 1) throw new Error(`squawk failed: ${error?.message ?? status}`);
  /** @type {Map<string, { line: number, column: number, rule_name: string, message: string, line_end: number, column_end: number }[]>} */
  const out = new Map();
  for (const finding of JSON.parse(stdout)) {
    const list = out.get(finding.file);
    if (list) list.push(finding);
    else out.set(finding.file, [finding]);
  }
  return out;
}

/** squawk tells lines from 0, and columns in bytes. @param {string} text */
function offsets(text) {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const ascii = Buffer.byteLength(text) === text.length;
  return (/** @type {number} */ line, /** @type {number} */ column) => {
    const start = starts[line] ?? text.length;
    if (ascii) return start + column;
    return (
      start +
      Buffer.from(text.slice(start, starts[line + 1]))
        .subarray(0, column)
        .toString().length
    );
  };
}

const mapped = rules.filter((/** @type {any} */ rule) => rule.squawk && rule.kind === 'sql');
const prepared = core.prepareRules(
  new Map(mapped.map((/** @type {any} */ rule) => [rule, { severity: rule.severity, options: {} }])),
);
const byName = new Map(rules.map((/** @type {any} */ rule) => [rule.name, rule]));
const plain = core.toolByName('sql');
const tool = inTransaction ? { ...plain, transactions: () => ({ scope: 'file', concurrently: 'no' }) } : plain;

/** @typedef {{ both: number, squawk: number, ours: number, explained: Map<string, number>, open: { side: string, where: string, text: string, message: string }[] }} Counts */
/** @type {Map<string, Counts>} */
const counts = new Map();
const of = (/** @type {string} */ name) => {
  let found = counts.get(name);
  if (!found) counts.set(name, (found = { both: 0, squawk: 0, ours: 0, explained: new Map(), open: [] }));
  return found;
};

/** Told once per file, wherever the first reason for it stands. */
const PER_FILE = new Set(['require-lock-timeout', 'require-statement-timeout', 'ban-uncommitted-transaction']);

const found = runSquawk();
let compared = 0;
/** @type {string[]} */
const unread = [];
for (const name of sqlFiles(folder)) {
  const bytes = fs.readFileSync(name);
  const text = bytes.toString('utf8');
  const theirs = found.get(name) ?? [];
  const file = new core.Source({ path: name, text, tool, pgVersion });
  if (file.parsed.problems.length > 0 || theirs.some(({ rule_name }) => rule_name === 'syntax-error')) {
    unread.push(name);
    continue;
  }
  compared++;
  const linted = core.lintFile({ path: name, text, tool, pgVersion }, prepared, { fixes: false });
  const left = core
    .suppress(linted.findings, linted.directives, text, knownNames, new Set(), { unused: 'off' })
    .findings.filter((/** @type {any} */ finding) => !finding.suppressed);
  const at = offsets(text);
  /** The statement of the file that holds an offset. @param {number} offset */
  const statementAt = (offset) => {
    const statements = file.statements;
    return statements.find((/** @type {{ end: number }} */ each) => offset < each.end) ?? statements.at(-1);
  };
  const key = (/** @type {string} */ rule, /** @type {number} */ offset) =>
    `${rule} ${PER_FILE.has(rule) ? '' : (statementAt(offset)?.index ?? '')}`;
  /** @type {Map<string, { offset: number, end: number, message: string }>} */
  const squawkKeys = new Map();
  for (const { rule_name, line, column, line_end, column_end, message } of theirs) {
    if (!squawkRules.has(rule_name)) continue;
    const offset = at(line, column);
    const id = key(rule_name, offset);
    if (!squawkKeys.has(id)) squawkKeys.set(id, { offset, end: at(line_end, column_end), message });
  }
  /** @type {Set<string>} */
  const matched = new Set();
  /** @type {Set<string>} */
  const told = new Set();
  for (const { rule, start, end, message } of left) {
    const names = byName.get(rule)?.squawk ?? [];
    const same = names.filter((/** @type {string} */ each) => squawkKeys.has(key(each, start)));
    for (const each of same) matched.add(key(each, start));
    const [first] = names;
    if (same.length > 0 || told.has(key(first, start))) continue;
    told.add(key(first, start));
    difference('ours', names, { offset: start, end, ours: rule, message: `${rule}: ${message}` });
  }
  for (const [id, place] of squawkKeys) {
    const rule = id.slice(0, id.indexOf(' '));
    if (matched.has(id)) of(rule).both++;
    else difference('squawk', [rule], place);
  }

  /** @param {'squawk' | 'ours'} side @param {readonly string[]} names @param {{ offset: number, end: number, message: string, ours?: string }} place */
  function difference(side, names, { offset, end, message, ours = '' }) {
    const counted = of(names[0] ?? '');
    counted[side]++;
    const statement = statementAt(offset);
    const known = differences.find(
      ({ rules: about, only, applies }) =>
        only === side &&
        (about.length === 0 || about.some((each) => names.includes(each))) &&
        statement !== undefined &&
        applies({
          text: text.slice(statement.range.start, statement.range.end),
          tag: statement.tag,
          node: statement.node,
          statement,
          file,
          ours,
          message,
          found: text.slice(offset, end),
        }),
    );
    if (known) counted.explained.set(known.why, (counted.explained.get(known.why) ?? 0) + 1);
    else
      counted.open.push({
        side,
        where: `${name}:${text.slice(0, offset).split('\n').length}`,
        text: text.slice(statement?.range.start, statement?.range.end).replace(/\s+/g, ' ').slice(0, 160),
        message: message.slice(0, 100),
      });
  }
}

console.log(`${compared} files compared; ${unread.length} left out because one of the two can't read all of it\n`);
const wanted = values.rule ?? [...squawkRules.keys()];
const rows = wanted
  .filter((name) => counts.has(name))
  .map((name) => {
    const { both, squawk, ours, open } = of(name);
    const unexplained = (/** @type {string} */ side) => open.filter((each) => each.side === side).length;
    return {
      rule: name,
      both,
      'only squawk': squawk,
      unexplained: unexplained('squawk'),
      'only ours': ours,
      'unexplained ': unexplained('ours'),
    };
  });
console.table(rows);
const limit = Number(values.limit);
for (const name of wanted) {
  const counted = counts.get(name);
  if (!counted || counted.explained.size + counted.open.length === 0) continue;
  console.log(`\n${name}`);
  for (const [why, number] of counted.explained) console.log(`  ${number} explained: ${why}`);
  for (const side of ['squawk', 'ours'])
    for (const each of counted.open.filter((one) => one.side === side).slice(0, limit))
      console.log(`  only ${side}  ${each.where}\n      ${each.text}\n      ${each.message}`);
}
