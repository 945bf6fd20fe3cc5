/** What `baseline` tells about itself: as data, and for people. */
import type { DumpProblem, LeftOut, UnprovenBlock } from '@idempotify/database';
import { type Colors, printable } from '../terminal.ts';
import type { ExitCode } from '../results.ts';
import type { BaselineHistoryReport } from './history.ts';

/** The number of the form of the JSON document; raised when a field changes its meaning or goes away. */
export const BASELINE_VERSION = 1;

export interface BaselineReport {
  readonly version: typeof BASELINE_VERSION;
  /** What was read; missing where only a ledger was looked at. */
  readonly source?: {
    /** For people: `PostgreSQL 16.4`, `a dump`. */
    readonly server: string;
    readonly database: string;
    /** Host and port, or the file of the dump. */
    readonly address: string;
    readonly user?: string;
  };
  readonly objects: number;
  /** How many objects of which kind. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly leftOut: readonly LeftOut[];
  readonly warnings: readonly string[];
  /** Roles that owners and grants name: where they are missing, that part is left out. */
  readonly roles: readonly string[];
  /** Statements of a dump that no baseline can be made of. */
  readonly problems: readonly DumpProblem[];
  /** The migrations folder and its tool. */
  readonly folder?: string;
  readonly tool?: { readonly name: string; readonly title: string };
  readonly files: readonly BaselineFileReport[];
  /** What the tool's layout leaves to a person. */
  readonly notes: readonly string[];
  readonly mark?: MarkReport;
  readonly history?: BaselineHistoryReport;
  readonly exitCode: ExitCode;
}

export interface BaselineFileReport {
  readonly path: string;
  /** `planned`: it would be written. */
  readonly status: 'written' | 'unchanged' | 'planned';
}

export interface MarkReport {
  /** The tool's table. */
  readonly table: string;
  /** Names of the migrations whose rows were written, and of those that were marked already. */
  readonly written: readonly string[];
  readonly already: readonly string[];
  /** Why nothing was written, if so. */
  readonly refused?: string;
  /** What the database lacks, or has otherwise. */
  readonly unproven: readonly UnprovenBlock[];
  /** Objects that the database has and the baseline lacks. */
  readonly extra: readonly string[];
}

/** Known to the text alone. */
export interface Shown {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly dryRun: boolean;
  /** The command that comes next, without the URL. */
  readonly next: readonly string[];
}

const FEW = 5;
/** Characters of a statement that say which one it is. */
const LONG = 160;
const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`;

function plural(kind: string): string {
  if (/(?:s|x|ss)$/.test(kind)) return kind === 'default privileges' || kind === 'statistics' ? kind : `${kind}es`;
  return /[^aeiou]y$/.test(kind) ? `${kind.slice(0, -1)}ies` : `${kind}s`;
}

/** For people; every line ends with a line break. */
export function baselineText(report: BaselineReport, shown: Shown, c: Colors): string {
  const lines: string[] = [];
  const { quiet } = shown;
  if (!quiet && !report.history) lines.push(...head(report, c));
  lines.push(...problems(report, c));
  for (const warning of report.warnings) lines.push(`${c.yellow('warning')} ${printable(warning)}`);
  if (!quiet) lines.push(...leftOut(report, shown.verbose, c));
  if (!quiet && report.roles.length > 0)
    lines.push(
      `${c.cyan('roles')} that owners and grants name: ${report.roles.map(printable).join(', ')}. Where one does not exist, what names it is passed over`,
    );
  if (!quiet) lines.push(...files(report, c));
  for (const note of quiet ? [] : report.notes) lines.push(`${c.cyan('note')} ${printable(note)}`);
  if (report.mark) lines.push(...mark(report.mark, report, quiet, c));
  if (!quiet && shown.next.length > 0) lines.push('', 'Next:', ...shown.next.map((line) => `  ${line}`));
  return lines.map((line) => `${line}\n`).join('');
}

function head({ source, objects, kinds }: BaselineReport, c: Colors): string[] {
  if (!source) return [];
  const { server, database, address, user } = source;
  const where =
    user === undefined
      ? printable(address)
      : `database "${printable(database)}" at ${printable(address)}, as ${printable(user)}`;
  const parts = Object.entries(kinds)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, number]) => count(number, kind, plural(kind)));
  return [
    `${c.bold(printable(server))}, ${where}`,
    objects === 0
      ? '  There is nothing in it that a baseline could hold.'
      : `  ${count(objects, 'object')}: ${parts.join(', ')}`,
  ];
}

function problems({ problems: found }: BaselineReport, c: Colors): string[] {
  if (found.length === 0) return [];
  return [
    ...found.map(
      ({ line, column, message, advice }) =>
        `${c.red('error')} ${line}:${column} ${printable(message)} ${printable(advice)}`,
    ),
    `Nothing was written: ${count(found.length, 'statement')} of the dump would be missing.`,
  ];
}

function leftOut({ leftOut: all }: BaselineReport, verbose: boolean, c: Colors): string[] {
  if (all.length === 0) return [];
  const lines = [c.cyan('left out')];
  if (verbose) {
    for (const { kind, name, reason } of all) lines.push(`  ${kind} ${printable(name)}: ${printable(reason)}`);
    return lines;
  }
  const groups = new Map<string, LeftOut[]>();
  for (const each of all) {
    const group = groups.get(each.reason);
    if (group) group.push(each);
    else groups.set(each.reason, [each]);
  }
  for (const [reason, group] of groups) {
    const names = group.slice(0, FEW).map(({ kind, name }) => `${kind} ${printable(name)}`);
    const more = group.length > FEW ? ` and ${group.length - FEW} more (--verbose)` : '';
    lines.push(`  ${names.join(', ')}${more}: ${printable(reason)}`);
  }
  return lines;
}

function files({ files: all, folder, tool }: BaselineReport, c: Colors): string[] {
  const place = tool && folder !== undefined ? [`${c.bold(tool.title)} in ${printable(folder)}`] : [];
  const words = { written: c.green('written'), unchanged: 'as it was', planned: c.yellow('would be written') };
  const shown = all.slice(0, 2 * FEW);
  return [
    ...place,
    ...shown.map(({ path, status }) => `  ${words[status]} ${printable(path)}`),
    ...(all.length > shown.length ? [`  and ${all.length - shown.length} more`] : []),
  ];
}

function mark(report: MarkReport, { source }: BaselineReport, quiet: boolean, c: Colors): string[] {
  const { table, written, already, refused, unproven, extra } = report;
  const lines: string[] = [];
  const list = (title: string, entries: readonly string[]): void => {
    if (entries.length > 0) lines.push(`${c.red('error')} ${title}`, ...entries.map((entry) => `  ${entry}`));
  };
  const entry = ({ name, message }: UnprovenBlock): string =>
    `${name === undefined || name.endsWith('.') ? 'what stands around the objects' : printable(name)}: ${message.split('\n').map(printable).join('\n    ')}`;
  const missing = (each: UnprovenBlock): string => {
    const { name, statement } = each;
    if (name === undefined || statement === undefined) return entry(each);
    const around = name.endsWith('.');
    const line = printable(statement.replace(/\s+/g, ' '));
    // the object itself
    const [kind = ''] = /^(?:[a-z-]+ )+/.exec(name) ?? [];
    if (line.toLowerCase().startsWith(`create ${kind}`)) return printable(name);
    return `${around ? '' : `${printable(name)}: `}${line.length > LONG ? `${line.slice(0, LONG)} …` : line}`;
  };
  const of = (kind: UnprovenBlock['kind']): UnprovenBlock[] => unproven.filter((each) => each.kind === kind);
  const [around, objects] = [true, false].map((wanted) =>
    of('missing').filter(({ name, statement }) => wanted === (name?.endsWith('.') === true && statement !== undefined)),
  ) as [UnprovenBlock[], UnprovenBlock[]];
  list('the database lacks what the baseline makes:', objects.map(missing));
  list(
    'the baseline would change what stands around the objects (owners, privileges), first of all with:',
    around.map(missing),
  );
  list(
    'the database has it otherwise than the baseline:',
    of('differs').map(({ message }) => message.split('\n').map(printable).join('\n    ')),
  );
  list('could not be asked, maybe since something is missing that it needs:', of('failed').map(entry));
  list('the database has what the baseline lacks:', extra.map(printable));
  if (refused !== undefined) {
    for (const line of refused.split('\n')) lines.push(`${c.red('error')} ${printable(line)}`);
  }
  if (lines.length > 0) {
    lines.push(`Nothing was written to ${table}.`);
    if (of('missing').length > 0 && of('differs').length === 0 && extra.length === 0 && refused === undefined)
      lines.push(
        'The baseline makes what is missing: let the tool run it on this database, or run it with psql, and mark it then.',
      );
    else if (unproven.length > 0 || extra.length > 0)
      lines.push(
        'Change this database by hand until it is as the baseline says, or write the baseline anew from it (--force) if the database is right.',
      );
  } else if (!quiet) {
    const where = source ? ` of database "${printable(source.database)}"` : '';
    if (written.length > 0)
      lines.push(`${c.green('marked as applied')} in ${table}${where}: ${written.map(printable).join(', ')}`);
    if (already.length > 0) lines.push(`was marked already in ${table}${where}: ${already.map(printable).join(', ')}`);
  }
  return lines;
}
