/** The report for people. Every text ends with a line break, so that it can be written as it is. */
import type { ErrorReport, Failure, Place } from '@idempotify/database';
import { type Colors, printable } from '../../terminal.ts';
import type {
  FolderProof,
  MigrationReport,
  MigrationStatus,
  Unprovable,
  VerifyReport,
  WholeHistoryReport,
} from '../report.ts';
import { groupFailures, type FailureGroup, reasonsOf } from './groups.ts';
import { type Cell, columnLabel, matrixOf } from './matrix.ts';
import { duration, plural, rowsText, runCount, sequenceText, shortened, statusWords, totalsSentence } from './words.ts';

const MATRIX_LIMITS = { columns: 12, rows: 20 };
const SHOWN_DIFFERENCES = 5;
const SHOWN_LEFTOVERS = 20;
const SHOWN_NAMES = 5;
const LINE_LENGTH = 300;

const MARKS: Readonly<Record<MigrationStatus, string>> = { proven: '✓', failed: '✗', unproven: '?', elsewhere: '·' };
const CELLS: Readonly<Record<Cell, string>> = { ok: '✓', raised: '✗', 'not reached': '·', unknown: '?' };

/** Function bodies in differences, rows, messages: one line of them, and not all of it when it is long. */
const short = (text: string): string => printable(shortened(text, LINE_LENGTH));

const colorOf = (status: MigrationStatus, c: Colors): ((text: string) => string) =>
  ({ proven: c.green, failed: c.red, unproven: c.yellow, elsewhere: c.dim })[status];

const told = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

export function folderHeading({ title, path, migrations, transactions }: FolderHead, c: Colors): string {
  return told([
    `${c.bold(printable(title))}, ${plural(migrations.length, 'migration')} in ${printable(path)}`,
    `  ${c.dim(printable(transactions))}`,
  ]);
}

/** The folder as far as it is known before the first migration is proven. */
export interface FolderHead extends Pick<FolderProof, 'title' | 'path' | 'transactions'> {
  readonly migrations: { readonly length: number };
}

/** The line of a migration, as it comes in, and below it what is wrong with it. */
export function migrationLine(migration: MigrationReport, c: Colors): string {
  const { status, cached, ms, notes } = migration;
  const color = colorOf(status, c);
  const name = printable(migration.name);
  if (status === 'elsewhere') return told([c.dim(`  ${MARKS[status]} ${name}  ${statusWords[status]}`)]);
  if (cached && status === 'proven') return told([`  ${color(MARKS[status])} ${name}  ${c.dim('proven earlier')}`]);

  const numbers = `${plural(runCount(migration), 'run')}  ${duration(ms)}`;
  return told([
    `  ${color(MARKS[status])} ${name}  ${color(statusWords[status])}  ${c.dim(numbers)}`,
    ...groupFailures(migration.failures).flatMap((group) => failureLines(migration, group, c)),
    ...(status === 'failed' ? matrixLines(migration, c) : []),
    ...(status === 'proven' ? [] : reasonsOf(migration).flatMap((reason) => reasonLines(migration, reason, c))),
    ...notes.map((note) => `    ${c.dim('note')} ${short(note)}`),
  ]);
}

function failureLines(migration: MigrationReport, { title, failure, count }: FailureGroup, c: Colors): string[] {
  const { statement, error, after, differences, rows, sequences, advice } = failure;
  const place = statement === undefined ? undefined : migration.statements[statement];
  return [
    `    ${c.red(short(title))}`,
    ...(place ? [`      ${placeText(migration.path, place, statement)}`] : []),
    ...(error ? errorLines(error).map((line) => `      ${line}`) : []),
    // several runs were stopped at several places, which their title tells
    ...(after !== undefined && count === 1 ? [`      ${c.dim('stopped after')} ${short(after)}`] : []),
    ...some(differences, SHOWN_DIFFERENCES, ({ text }) => `      ${short(text)}`),
    ...rows.flatMap((table) => [
      `      ${short(rowsText(table))}`,
      ...examples('missing', table.missing, table.missingCount),
      ...examples('too many', table.extra, table.extraCount),
    ]),
    ...sequences.map((sequence) => `      ${short(sequenceText(sequence))}`),
    ...adviceLines(advice, c),
  ];
}

function examples(label: string, rows: Failure['rows'][number]['missing'], count: number): string[] {
  const lines = rows.slice(0, SHOWN_DIFFERENCES).map((row) => `        ${label} ${short(row)}`);
  const more = count - lines.length;
  return more > 0 && lines.length > 0 ? [...lines, `        ${label}: and ${plural(more, 'more row')}`] : lines;
}

function errorLines({ code, message, detail, hint }: ErrorReport): string[] {
  return [
    `${printable(code)} ${short(message)}`,
    ...(detail === undefined ? [] : [`  detail: ${short(detail)}`]),
    ...(hint === undefined ? [] : [`  hint: ${short(hint)}`]),
  ];
}

function placeText(path: string, { line, column, text }: Place, statement: number | undefined): string {
  const number = statement === undefined ? '' : `statement ${statement + 1}: `;
  return `${printable(path)}:${line}:${column} ${number}${short(text)}`;
}

function reasonLines({ path }: MigrationReport, { line, column, reason, advice }: Unprovable, c: Colors): string[] {
  const place = line === undefined ? printable(path) : `${printable(path)}:${line}${column ? `:${column}` : ''}`;
  return [`    ${c.yellow('not provable')} ${place} ${short(reason)}`, ...adviceLines(advice, c)];
}

const adviceLines = (advice: string | undefined, c: Colors): string[] =>
  advice === undefined ? [] : [`      ${c.cyan('what to do:')} ${short(advice)}`];

function some<T>(all: readonly T[], count: number, show: (one: T) => string): string[] {
  const lines = all.slice(0, count).map(show);
  return all.length > count ? [...lines, `      and ${plural(all.length - count, 'more difference')}`] : lines;
}

/** Statements across, ways of running the file down. */
function matrixLines(migration: MigrationReport, c: Colors): string[] {
  const matrix = matrixOf(migration, MATRIX_LIMITS);
  // without a cross it says nothing that the failures don't
  if (!matrix || !matrix.rows.some(({ cells }) => cells.includes('raised'))) return [];
  const labels = matrix.columns.map((column) => columnLabel(column, '-'));
  const widths = labels.map((label) => label.length + 2);
  const first = Math.max('statement'.length, ...matrix.rows.map(({ label }) => label.length));
  const used = new Set(matrix.rows.flatMap(({ cells }) => cells));
  const legend: [Cell, string][] = [
    ['ok', 'ran'],
    ['raised', 'raised an error'],
    ['not reached', 'not reached'],
    ['unknown', 'an error somewhere'],
  ];
  const paint = (cell: Cell, text: string): string => (cell === 'raised' ? c.red(text) : text);
  return [
    `    ${'statement'.padEnd(first)}${labels.map((label, at) => label.padStart(widths[at]!)).join('')}`,
    ...matrix.rows.map(({ label, cells, result, failed }) => {
      const row = cells.map((cell, at) => paint(cell, CELLS[cell].padStart(widths[at]!))).join('');
      return `    ${label.padEnd(first)}${row}  ${failed ? c.red(result) : c.dim(result)}`;
    }),
    `    ${c.dim(
      legend
        .filter(([cell]) => used.has(cell))
        .map(([cell, meaning]) => `${CELLS[cell]} ${meaning}`)
        .join('   '),
    )}`,
  ];
}

/** Everything that is not about a single migration, and the total. */
export function verifySummary(report: VerifyReport, c: Colors): string {
  const { folders, errors, exitCode } = report;
  const color = exitCode === 0 ? c.green : exitCode === 1 ? c.yellow : c.red;
  return told([
    ...folders.flatMap((folder) => (folder.wholeHistory ? historyLines(folder, folder.wholeHistory, c) : [])),
    ...unprovenLines(report, c),
    ...errors.map(
      ({ message, path }) => `${c.red('error')} ${path === undefined ? '' : `${printable(path)}: `}${short(message)}`,
    ),
    color(printable(totalsSentence(report))),
  ]);
}

function historyLines({ path }: FolderProof, history: WholeHistoryReport, c: Colors): string[] {
  const { verdict, failed, stopped, differences, rows } = history;
  const heading = `whole history of ${printable(path)}, run again over the database that it leaves`;
  const nothing = failed.length + differences.length + rows.length === 0;
  const of = (change: string): string[] =>
    differences
      .filter((difference) => difference.change === change)
      .map(({ kind, name, text }) => short(change === 'changed' ? text : `${kind} ${name}`));
  const part = (label: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`    ${label}:`, ...some(lines, SHOWN_LEFTOVERS, (line) => `      ${line}`)];
  const place = (file: WholeHistoryReport['failed'][number]): string =>
    `${printable(file.path)}${file.line === undefined ? '' : `:${file.line}${file.column ? `:${file.column}` : ''}`}`;
  const guards = stopped.length === 0 ? '' : `; guards stopped ${plural(stopped.length, 'file')}`;
  const outcome =
    verdict === 'proven'
      ? `changes nothing${guards}`
      : verdict === 'failed'
        ? `does not come out the same${guards}`
        : statusWords[verdict];
  return [
    `${colorOf(verdict, c)(MARKS[verdict])} ${heading}: ${colorOf(verdict, c)(outcome)}`,
    ...(stopped.length === 0 || verdict === 'proven'
      ? []
      : part(
          'stopped by their guards, since a later file has changed what they make',
          stopped.map((file) => short(`${place(file)} ${file.error.message}`)),
        )),
    ...(nothing
      ? []
      : [
          ...(failed.length > 0 ? [`    ${plural(failed.length, 'file')} raised an error:`] : []),
          ...failed.flatMap((file) => [
            `      ${place(file)}${file.statement === undefined ? '' : ` ${short(file.statement)}`}`,
            ...errorLines(file.error).map((line) => `        ${line}`),
          ]),
          ...part('left over', of('extra')),
          ...part('lost', of('missing')),
          ...part('changed', of('changed')),
          ...part(
            'rows',
            rows.map((table) => short(rowsText(table))),
          ),
        ]),
  ];
}

/** One line per reason, not one per file: what cannot be proven is often the same thing everywhere. */
function unprovenLines({ folders }: VerifyReport, c: Colors): string[] {
  const names = new Map<string, Set<string>>();
  for (const migration of folders.flatMap(({ migrations }) => migrations)) {
    if (migration.status !== 'unproven') continue;
    const reasons = reasonsOf(migration).map(({ reason }) => reason);
    for (const reason of reasons.length > 0 ? reasons : ['no reason known']) {
      names.set(reason, (names.get(reason) ?? new Set()).add(migration.name));
    }
  }
  return [...names].map(([reason, files]) => {
    const shown = [...files].slice(0, SHOWN_NAMES).map((name) => printable(name));
    const more = files.size - shown.length;
    const list = `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    return `${c.yellow('not proven')} ${plural(files.size, 'migration')}: ${short(reason)} ${c.dim(`(${list})`)}`;
  });
}
