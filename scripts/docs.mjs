// `npm run docs`: writes what the program really prints into the Markdown files; `npm run docs -- --check` only compares
// and is part of `npm run check`. The places are marked by comments:
//
//   <!-- docs: run idempotify --help -->      the block is what the command prints (stdout, then stderr)
//   <!-- docs: rewrite --pg-version 16 -->    two sql blocks follow: a migration, and what the rewriter makes of it
//   <!-- docs: tools -->                      a table of the supported migration tools, up to <!-- /docs -->
//   <!-- docs: rules -->                      tables of all rules, by category
//   <!-- docs: squawk -->                     a table of squawk's rules and those of ours with the same concern
//   <!-- docs: squawk-differences -->         where the two don't agree
//   <!-- rule: NAME -->                       what a rule says of itself, up to <!-- /rule -->
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import prettier from 'prettier';
import { root } from './packages.mjs';
import { differences } from './squawk-differences.mjs';
import { squawkRules } from './squawk-rules.mjs';

/** @typedef {import('@idempotify/core').Rule} Rule */

const check = process.argv.includes('--check');
const cli = path.join(root, 'packages/cli/dist/bin.js');

/** @param {string[]} args @param {string} [input] @param {boolean} [stdoutOnly] @returns {string} */
function idempotify(args, input = '', stdoutOnly = false) {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [cli, ...args], {
    cwd: root,
    input,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '', COLUMNS: '100' },
  });
  if (error || status === null || status > 1) throw new Error(`idempotify ${args.join(' ')} failed:\n${stderr}`);
  return (stdoutOnly ? stdout : stdout + stderr).trimEnd();
}

const fence = '(```\\w*\\n)([\\s\\S]*?)(\\n```)';
const run = new RegExp(`(<!-- docs: run idempotify ?(.*?) -->\\n+)${fence}`, 'g');
const rewrite = new RegExp(`(<!-- docs: rewrite ?(.*?) -->\\n+)${fence}([\\s\\S]*?)${fence}`, 'g');
const table = /(<!-- docs: (tools|rules|squawk|squawk-differences) -->\n)[\s\S]*?(<!-- \/docs -->)/g;
const about = /(<!-- rule: (\S+) -->\n)[\s\S]*?(<!-- \/rule -->)/g;

const { tools } = await import(pathToFileURL(path.join(root, 'packages/core/dist/index.js')).href);

function toolTable() {
  const rows = tools.map(
    (/** @type {{ name: string, title: string, edited: string, ledger?: object }} */ tool) =>
      `| ${tool.title} | \`${tool.name}\` | ${tool.ledger ? 'yes' : ''} | ${tool.edited} |`,
  );
  return [
    '| Tool | `--tool` | `--checksum-sql` | When an applied file was edited |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}

const { rules, inPreset, PRESETS, squawkNames } = await import(
  pathToFileURL(path.join(root, 'rules/dist/index.js')).href
);

/** Sections of docs/rules.md, in this order. @type {Readonly<Record<import('@idempotify/core').Category, string>>} */
const CATEGORIES = {
  rerun: 'Running it again',
  guard: 'Guards: IF NOT EXISTS and its like',
  transaction: 'Transactions',
  lock: 'Locks: what makes others wait',
  data: 'Data and running applications',
  style: 'Types and style',
  history: 'The whole folder',
  deploy: 'How migrations are run',
};
const PRESET_MARKS = PRESETS.map((/** @type {string} */ preset) => `\`${preset}\``);

const code = (/** @type {unknown} */ value) => `\`${value}\``;
const cell = (/** @type {string} */ text) => text.replaceAll('|', '\\|');
/** @param {Rule} rule */
const presetsOf = (rule) =>
  PRESETS.filter((/** @type {any} */ preset) => inPreset(rule, preset))
    .map(code)
    .join(', ');

/** The lines between `<!-- rule: NAME -->` and `<!-- /rule -->`. @param {string} name */
function aboutRule(name) {
  /** @type {Rule | undefined} */
  const rule = rules.find((/** @type {Rule} */ each) => each.name === name);
  if (!rule) throw new Error(`rules/docs/${name}.md: there is no such rule`);
  const lines = [
    `${rule.summary}.`,
    '',
    '| Category | Severity | Presets | Fixed by `--fix` | squawk |',
    '|---|---|---|---|---|',
    `| ${rule.category} | ${rule.severity} | ${presetsOf(rule) || 'none'} | ${rule.fixable ? 'where it is certain' : 'no'} | ${(rule.squawk ?? []).map(code).join(', ')} |`,
  ];
  const options = Object.entries(rule.options ?? {});
  if (options.length > 0) {
    lines.push('', '| Option | Default | |', '|---|---|---|');
    for (const [option, spec] of options)
      lines.push(`| ${code(option)} | ${cell(code(JSON.stringify(spec.default)))} | ${cell(spec.description)} |`);
  }
  return lines.join('\n');
}

function ruleTables() {
  return Object.entries(CATEGORIES)
    .flatMap(([category, title]) => {
      const rows = rules
        .filter((/** @type {Rule} */ rule) => rule.category === category)
        .map((/** @type {Rule} */ rule) =>
          [
            `| [${rule.name}](../rules/docs/${rule.name}.md)`,
            cell(rule.summary),
            rule.severity,
            ...PRESETS.map((/** @type {any} */ preset) => (inPreset(rule, preset) ? 'x' : '')),
            `${rule.fixable ? 'x' : ''} |`,
          ].join(' | '),
        );
      if (rows.length === 0) return [];
      const head = ['Rule', 'What it finds', 'Severity', ...PRESET_MARKS, '`--fix`'];
      return [`## ${title}\n`, `| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...rows, ''];
    })
    .join('\n');
}

function squawkTable() {
  const rows = [...squawkRules].map(([name, { optIn }]) => {
    const ours = (squawkNames.get(name) ?? []).map(
      (/** @type {string} */ rule) => `[${rule}](../rules/docs/${rule}.md)`,
    );
    return `| ${code(name)}${optIn ? ' (opt-in)' : ''} | ${ours.join(', ') || (name === 'unused-ignore' ? '`bad-disable`, `unused-disable`' : 'none')} |`;
  });
  return ['| squawk | idempotify |', '|---|---|', ...rows].join('\n');
}

function differenceTable() {
  const rows = differences.map(({ rules: about, only, why, proof }) => {
    const names = about.length === 0 ? 'all' : about.map(code).join(', ');
    return `| ${names} | ${only === 'ours' ? 'idempotify' : 'squawk'} | ${cell(why)} | ${proof ? 'yes' : ''} |`;
  });
  return ["| squawk's rule | Reported only by | Why | Asked of PostgreSQL |", '|---|---|---|---|', ...rows].join('\n');
}

const tables = {
  tools: toolTable,
  rules: ruleTables,
  squawk: squawkTable,
  'squawk-differences': differenceTable,
};

const words = (/** @type {string} */ text) => text.split(' ').filter(Boolean);
const files = ['README.md', 'CONTRIBUTING.md', ...markdown('docs'), ...markdown('rules/docs')];

/** @param {string} folder @returns {string[]} */
function markdown(folder) {
  return fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(folder, name));
}

const stale = [];
for (const file of files) {
  const full = path.join(root, file);
  const before = fs.readFileSync(full, 'utf8');
  let after = before
    .replace(run, (_all, head, args, open, _old, close) => `${head}${open}${idempotify(words(args))}${close}`)
    .replace(
      rewrite,
      (_all, head, args, open, input, close, between, open2, _old, close2) =>
        `${head}${open}${input}${close}${between}${open2}${idempotify(
          ['--stdin', '--stdin-filepath', 'migration.sql', '--quiet', ...words(args)],
          `${input}\n`,
          true,
        )}${close2}`,
    );
  after = after
    .replace(about, (_all, head, name, tail) => `${head}\n${aboutRule(name)}\n\n${tail}`)
    .replace(
      table,
      (_all, head, /** @type {keyof typeof tables} */ name, tail) => `${head}\n${tables[name]()}\n\n${tail}`,
    );
  after = await prettier.format(after, { ...(await prettier.resolveConfig(full)), filepath: full });
  if (after === before) continue;
  if (check) stale.push(file);
  else fs.writeFileSync(full, after);
}
if (stale.length > 0) {
  console.error(`not what the program prints: ${stale.join(', ')}; run \`npm run docs\``);
  process.exit(1);
}
