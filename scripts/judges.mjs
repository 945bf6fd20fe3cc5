// Compares the verdicts of `idempotify verify` with those of an independent judge (see CONTRIBUTING.md), migration by
// migration or case by case. Exit code 1 when they disagree.
//
//   node scripts/judges.mjs history --judge DIR --original DIR --rewritten DIR [--prelude FILE] [--runner NAME] [--tool NAME] [--every N]
//   node scripts/judges.mjs cases   --judge DIR --cases FILE
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { root } from './packages.mjs';

const cli = path.join(root, 'packages/cli/dist/bin.js');
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: Object.fromEntries(
    ['judge', 'original', 'rewritten', 'prelude', 'runner', 'tool', 'cases', 'pg', 'every'].map((name) => [
      name,
      { type: 'string' },
    ]),
  ),
});
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'idempotify-judges-'));
const judge = path.resolve(String(values['judge']), 'oracle.mjs');
/** Drift is only looked for by us, so it is left out. */
const checks = 'fresh,second run,interrupted,rows';

/** @param {string[]} args @param {string} file @returns {any} */
function ours(args, file) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [cli, 'verify', ...args, '--checks', checks, '--no-config', '--json'],
    { encoding: 'utf8', maxBuffer: 1 << 30 },
  );
  if (status === null || status > 1) throw new Error(`verify failed: ${stderr || stdout}`);
  fs.writeFileSync(file, stdout);
  return JSON.parse(stdout);
}

/** @param {string[]} args @returns {any} */
function theirs(args) {
  const file = path.join(work, 'judge.json');
  const { stderr, stdout } = spawnSync(process.execPath, [judge, ...args, '--json', file], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    cwd: path.dirname(judge),
  });
  if (!fs.existsSync(file)) throw new Error(`the judge failed: ${stderr || stdout}`);
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}

const flags = ['V1', 'V2', 'V3', 'V3r', 'V4a', 'V4b', 'V4k'];
/** @param {Record<string, unknown>} result */
const judged = (result) =>
  result['origError'] || result['status'] === 'BAD CASE'
    ? 'not judged'
    : flags.some((flag) => result[flag] === false) ||
        result['V1'] !== true ||
        // rows written later: of files that write rows themselves the judge only tells; of a case it does not say whether it does
        (result['V4c'] === false && !result['dml'])
      ? 'failed'
      : 'passed';

/** What the judge calls `dml`. @param {string} text @returns {Promise<boolean>} */
async function writesRows(text) {
  const { split } = await import(pathToFileURL(path.join(path.dirname(judge), 'lib/split.mjs')).href);
  return split(text).stmts.some((/** @type {any} */ { tag }) =>
    /^(Insert|Update|Delete|Merge|Truncate|Do|Select|Call|Execute)Stmt$/.test(tag),
  );
}

/** @param {any} migration */
const reasonsOf = (migration) =>
  [
    ...migration.unprovable.map((/** @type {any} */ each) => each.reason),
    ...migration.checks.flatMap((/** @type {any} */ check) => check.reasons),
  ].join('; ');

const table = new Map();
let disagreements = 0;
/** @param {string} name @param {any} migration @param {any} result */
function compare(name, migration, result) {
  // what is not counted as proven although every run came out right is no disagreement
  const ran =
    migration.failures.length > 0 ? 'failed' : migration.runs.length > 0 || migration.cached ? 'passed' : 'not run';
  const said = judged(result);
  const key = `${ran}${migration.status === 'unproven' ? ' (not proven)' : ''} / ${said}`;
  table.set(key, (table.get(key) ?? 0) + 1);
  if (ran === said || (ran === 'not run' && said !== 'failed' && migration.statements.length === 0)) return;
  if (ran === 'not run' && said === 'not judged') return;
  disagreements++;
  const [failure] = migration.failures;
  console.log(
    `${name}\n  we: ${ran} ${failure ? `${failure.title} ${failure.error?.message ?? failure.differences[0]?.text ?? JSON.stringify(failure.rows[0] ?? failure.sequences[0] ?? '')}` : reasonsOf(migration)}`,
  );
  const fail = result.fails?.[0];
  console.log(
    `  judge: ${said} ${flags.filter((flag) => result[flag] === false).join()} ${fail ? `${fail.check} ${fail.error?.message ?? fail.diffs?.[0] ?? JSON.stringify(fail.data ?? fail.seq)}`.slice(0, 300) : (result.why ?? result.origError?.message ?? '')}`,
  );
}

/** @param {string} name @returns {string[]} */
const passOn = (name) => (values[name] === undefined ? [] : [`--${name}`, String(values[name])]);

if (positionals[0] === 'history') {
  const { original, rewritten } = values;
  if (!original || !rewritten) throw new Error('history needs --original and --rewritten');
  const prelude = values['prelude'] === undefined ? [] : ['--prelude', path.resolve(String(values['prelude']))];
  const result = theirs([
    'history',
    ...['--original', path.resolve(original), '--rewritten', path.resolve(rewritten)],
    ...['--pg', values['pg'] ?? '18', '--no-v5', '--v3r', '--fails', '0'],
    ...[...prelude, ...passOn('runner'), ...passOn('every')],
  ]);
  const byName = new Map(result.migrations.map((/** @type {any} */ each) => [each.dir, each]));
  const files =
    values['every'] === undefined ? [rewritten] : [...byName.keys()].map((file) => path.join(rewritten, file));
  const all = ours([...files, '--original', original, ...prelude, ...passOn('tool')], path.join(work, 'ours.json'));
  for (const folder of all.folders) {
    for (const migration of folder.migrations) {
      const found = byName.get(migration.name);
      if (found) compare(migration.name, migration, found);
    }
  }
} else {
  const file = path.resolve(String(values['cases']));
  const result = theirs([
    'cases',
    file,
    ...['--pg', values['pg'] ?? '18', '--with-setup', '--rewrite-cmd'],
    `node ${cli} rewrite {in} --out-dir {out} --quiet --no-config --all --force`,
  ]);
  const byName = new Map(result.cases.map((/** @type {any} */ each) => [each.name, each]));
  for (const each of JSON.parse(fs.readFileSync(file, 'utf8'))) {
    const found = byName.get(each.name);
    if (!found) continue;
    const folder = path.join(work, each.name.replace(/\W+/g, '_').slice(0, 60));
    for (const [name, text] of [
      ['000_setup', each.setup ?? ''],
      ['001_case', each.migration],
    ]) {
      fs.mkdirSync(path.join(folder, 'in', name), { recursive: true });
      fs.writeFileSync(path.join(folder, 'in', name, 'migration.sql'), text);
    }
    fs.writeFileSync(path.join(folder, 'in', 'migration_lock.toml'), 'provider = "postgresql"\n');
    spawnSync(process.execPath, [
      cli,
      path.join(folder, 'in'),
      '--out-dir',
      path.join(folder, 'out'),
      '--quiet',
      '--no-config',
      '--all',
    ]);
    const report = ours(
      [path.join(folder, 'out'), '--original', path.join(folder, 'in'), '--no-cache'],
      path.join(folder, 'ours.json'),
    );
    const migration = report.folders[0].migrations.at(-1);
    compare(each.name, migration, { ...found, dml: found.dml ?? (await writesRows(each.migration)) });
  }
}
for (const [key, count] of [...table].sort()) console.log(`${String(count).padStart(5)}  ours / judge: ${key}`);
console.log(`${disagreements} disagreements`);
fs.rmSync(work, { recursive: true, force: true });
process.exitCode = disagreements > 0 ? 1 : 0;
