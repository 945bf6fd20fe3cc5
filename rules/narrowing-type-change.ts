import type { Fact, HistoryRule, QualifiedName } from '@idempotify/core';
import { printedFact } from './lib/history.ts';

interface Type {
  readonly name: string;
  /** `varchar(20)`: 20; `numeric(10,2)`: 10 and 2. */
  readonly limits: readonly number[];
}

function typeOf(detail: string): Type {
  const [, name = '', limits = ''] = /^([^(]*)(?:\(([\d,]+)\))?$/.exec(detail) ?? [];
  return { name, limits: limits === '' ? [] : limits.split(',').map(Number) };
}

const WHOLE: Readonly<Record<string, number>> = {
  int2: 1,
  smallserial: 1,
  serial2: 1,
  int4: 2,
  serial: 2,
  serial4: 2,
  int8: 3,
  bigserial: 3,
  serial8: 3,
};
const FRACTIONS: ReadonlySet<string> = new Set(['numeric', 'float4', 'float8']);
const STRINGS: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar', 'citext']);
const TIMES: ReadonlySet<string> = new Set(['timestamp', 'timestamptz']);

/** Digits in front of the point, and behind it. */
const digitsOf = ({
  limits: [all = Infinity, scale = all === Infinity ? Infinity : 0],
}: Type): readonly [number, number] => [all === Infinity ? Infinity : all - scale, scale];

/** What becomes of values that the new type has no room for; undefined when it has room for all. */
function trouble(from: Type, to: Type): string | undefined {
  const old = WHOLE[from.name];
  const fresh = WHOLE[to.name];
  if (fresh !== undefined) {
    if (old !== undefined) return fresh < old ? 'a number that is too large makes the migration fail' : undefined;
    if (FRACTIONS.has(from.name))
      return 'fractions are rounded away, and a number that is too large makes the migration fail';
  }
  if (from.name === 'float8' && to.name === 'float4') return 'numbers lose digits';
  if (from.name === 'numeric' && to.name === 'numeric') {
    const [before, behind] = digitsOf(from);
    const [newBefore, newBehind] = digitsOf(to);
    if (newBefore < before) return 'a number that is too large makes the migration fail';
    if (newBehind < behind) return 'digits behind the point are rounded away';
  }
  if (TIMES.has(from.name) && to.name === 'date') return 'the time of day is lost';
  if (STRINGS.has(from.name) && STRINGS.has(to.name)) {
    const [room = Infinity] = to.limits;
    const [had = Infinity] = from.limits;
    if (room < had)
      return `a text of more than ${room} characters makes the migration fail, or is cut off by an explicit cast`;
  }
  return undefined;
}

const keyOf = ({ schema, name }: { readonly schema?: string | undefined; readonly name: string }): string =>
  `${schema ?? 'public'}.${name}`;

interface Table {
  /** The file that has made it. */
  readonly file: number | undefined;
  /** Types of its columns, as far as they are known. */
  readonly columns: Map<string, string | undefined>;
}

/** Tables and the types of their columns, as a history leaves them. */
class Columns {
  readonly #tables = new Map<string, Table>();
  /** CREATE TABLE IF NOT EXISTS of a table that was there: its columns are not made either. */
  #skipped: Fact | undefined;

  of(fact: Fact): Table {
    const key = keyOf(fact.on as QualifiedName);
    let table = this.#tables.get(key);
    if (!table) this.#tables.set(key, (table = { file: undefined, columns: new Map() }));
    return table;
  }

  relation(fact: Fact, file: number): void {
    const key = keyOf(fact);
    const table = this.#tables.get(key);
    switch (fact.op) {
      case 'create':
        if (table && fact.lenient) this.#skipped = fact;
        else this.#tables.set(key, { file, columns: new Map() });
        break;
      case 'drop':
        this.#tables.delete(key);
        break;
      case 'rename':
        this.#move(key, keyOf({ schema: fact.schema, name: fact.to as string }));
        break;
      case 'move':
        this.#move(key, keyOf({ schema: fact.to, name: fact.name }));
        break;
      default:
    }
  }

  column(fact: Fact): void {
    const { columns } = this.of(fact);
    switch (fact.op) {
      case 'create':
        // IF NOT EXISTS leaves a column that is there as it is
        if (this.#skipped?.statement === fact.statement || (fact.lenient && columns.has(fact.name))) return;
        columns.set(fact.name, fact.detail);
        break;
      case 'alter':
        if (fact.detail !== undefined) columns.set(fact.name, fact.detail);
        break;
      case 'rename':
        columns.set(fact.to as string, columns.get(fact.name));
        columns.delete(fact.name);
        break;
      case 'drop':
        columns.delete(fact.name);
        break;
      default:
    }
  }

  nextFile(): void {
    this.#skipped = undefined;
  }

  #move(from: string, to: string): void {
    const table = this.#tables.get(from);
    this.#tables.delete(from);
    this.#tables.set(to, table ?? { file: undefined, columns: new Map() });
  }
}

export const rule: HistoryRule = {
  kind: 'history',
  name: 'narrowing-type-change',
  category: 'data',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'A column gets a type that has no room for all values of the old one',
  check(history, report) {
    const known = new Columns();
    for (const [file, { facts }] of history.files.entries()) {
      known.nextFile();
      for (const fact of facts) {
        if (fact.cls === 'relation') known.relation(fact, file);
        if (fact.cls !== 'column') continue;
        const table = known.of(fact);
        const old = table.columns.get(fact.name);
        known.column(fact);
        // a table of this file holds nobody's rows
        if (fact.op !== 'alter' || table.file === file) continue;
        const why = trouble(typeOf(old ?? ''), typeOf(fact.detail ?? ''));
        if (why === undefined) continue;
        report(
          { file },
          {
            at: fact,
            message: `${printedFact(fact).replace('the column', 'The column')} becomes ${fact.detail}, it was ${old}: ${why}.`,
            help: 'Look in production whether such values are there. Keep the wider type, or deal with these values first, in a migration in front of this one.',
          },
        );
      }
    }
  },
};
