import { exactType, quoteIdent, truncateName, type Node, type SqlRule } from '@idempotify/core';
import { oldTableActions } from './lib/alter.ts';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'changing-column-type',
  category: 'lock',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'The type of a column is changed, for which PostgreSQL writes the table anew',
  squawk: ['changing-column-type'],
  on: {
    AlterTableStmt(statement, file, report) {
      for (const { table, subtype, command, at } of oldTableActions(statement, file)) {
        if (subtype !== 'AT_AlterColumnType') continue;
        const column = truncateName(command.name);
        const definition = command.def.ColumnDef;
        const from = file.columnType(table, column, statement);
        const to = exactType(definition.typeName);
        // another collation sorts the indexes anew
        if (keepsRows(from, to) && isCast(definition.raw_default, to) && !definition.collClause) continue;
        report({
          at,
          message: `PostgreSQL writes the table ${printedName(table)} and its indexes anew when the type of ${quoteIdent(column)} changes${from === undefined ? ' (unless the new type only allows for more)' : ` from ${from}`}: until that is done, nobody can read or write it. Code that is still deployed may not know the new type.`,
          help: 'Add a column of the new type, keep it up to date with a trigger, fill the old rows in batches, let the code use it, and drop the old column in a later migration.',
        });
      }
    },
  },
};

/** Is there no USING, or nothing but a cast to the new type, as generators write it? */
function isCast(using: Node, to: string | undefined): boolean {
  if (using === undefined) return true;
  const cast = using.TypeCast;
  return (using.ColumnRef ?? cast?.arg.ColumnRef) !== undefined && (!cast || exactType(cast.typeName) === to);
}

const PRECISE: ReadonlySet<string> = new Set([
  'timestamp without time zone',
  'timestamp with time zone',
  'time without time zone',
  'time with time zone',
  'interval',
]);
const GROWING: ReadonlySet<string> = new Set([...PRECISE, 'character varying', 'bit varying', 'numeric']);

interface Type {
  readonly kind: string;
  /** Length or precision. */
  readonly limit: number;
  readonly scale: string | undefined;
}

/** `numeric(10,2)`, `timestamp(3) without time zone`: with its numbers apart. */
function typeOf(text = ''): Type {
  const [, base = text, limit, scale, suffix = ''] = /^([a-z ]+)\((\d+)(?:,(-?\d+))?\)([a-z ]*)$/.exec(text) ?? [];
  const kind = base + suffix;
  return { kind, limit: Number(limit ?? (PRECISE.has(kind) ? 6 : Infinity)), scale };
}

/** Changes for which PostgreSQL leaves rows and indexes alone: each of them was tried. */
function keepsRows(from: string | undefined, to: string | undefined): boolean {
  if (from === to) return from !== undefined;
  const before = typeOf(from);
  const after = typeOf(to);
  if (before.kind === after.kind)
    return (
      GROWING.has(after.kind) &&
      before.limit <= after.limit &&
      (after.limit === Infinity || before.scale === after.scale)
    );
  return (
    (before.kind === 'character varying' && to === 'text') ||
    (from === 'text' && to === 'character varying') ||
    (from === 'cidr' && to === 'inet')
  );
}
