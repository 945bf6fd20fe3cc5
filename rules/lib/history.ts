/** What rules about histories share: what migrations are called, and how their conflicts are told. */
import { quoteIdent, quoteLiteral, type Conflict, type Fact, type LintHistory, type Placed } from '@idempotify/core';
import { printedName } from './names.ts';

/** The name of the migration: that of its folder where each has one, else that of the file without its ending. */
export function migrationName(path: string): string {
  const folder = /([^/]+)\/(?:migration|up)\.sql$/.exec(path)?.[1];
  return folder ?? path.slice(path.lastIndexOf('/') + 1).replace(/(?:\.up)?\.sql$|\.[cm]?[jt]s$/, '');
}

/** The number or the date in front of a migration's name: only its digits; undefined when there is none. */
export function versionOf(path: string): string | undefined {
  const name = migrationName(path);
  // what kysely-ctl and others write: 2025-01-08T15:10:42.442Z
  const iso = /^\d{4}-\d{2}-\d{2}T\d{2}[:-]?\d{2}(?:[:-]?\d{2}(?:[.-]\d{1,6})?)?Z?(?=[-_. ]|$)/.exec(name)?.[0];
  const digits =
    iso ?? /^(?:[VU]|Migration)?(\d{4}-\d{2}-\d{2}(?:-\d{6})?|\d+)(?=[-_. ]|$)(?!\.\d|_\d+__)/i.exec(name)?.[1];
  return digits?.replace(/\D/g, '');
}

/** Digits from which on a number in front of a name is a date and no counter. */
export const DATE_DIGITS = 8;

/** `the table "User"`, `the column a of t`: for messages. */
export function printedFact({ cls, kind, schema, name, on }: Fact): string {
  const of = on && cls !== 'relation' ? ` of ${printedName(on)}` : '';
  const printed =
    cls === 'label'
      ? quoteLiteral(name)
      : cls === 'function'
        ? `${schema === undefined ? '' : `${quoteIdent(schema)}.`}${name}`
        : printedName({ schema, name });
  return `the ${kind === 'relation' ? 'table' : kind} ${printed}${of}`;
}

/** The other file of a conflict, as seen from the one that it is reported in. */
export const fileOf = (history: LintHistory, other: Placed, at: Placed): string =>
  other.file === at.file ? 'this file' : (history.files[other.file]?.path ?? '');

/** Conflicts of one kind, one for each statement: the first one stops it. */
export function* firstConflicts<K extends Conflict['kind']>(
  history: LintHistory,
  kind: K,
): Generator<Extract<Conflict, { kind: K }>> {
  let file = -1;
  let statement = -1;
  for (const conflict of history.replay.conflicts) {
    if (conflict.kind !== kind) continue;
    const { at } = conflict;
    if (at.file === file && at.fact.statement === statement) continue;
    file = at.file;
    statement = at.fact.statement;
    yield conflict as Extract<Conflict, { kind: K }>;
  }
}

export const rangeOf = ({ fact }: Placed): { start: number; end: number } => ({ start: fact.start, end: fact.end });
