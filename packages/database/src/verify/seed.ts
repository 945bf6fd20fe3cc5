/** Rows for the tables that a migration finds, so that one that loses or changes rows is seen. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import type { Session } from '../runners/types.ts';

interface Column {
  readonly name: string;
  /** `pg_type.typname` of the type below all domains. */
  readonly type: string;
  /** `typtype`: `e` enum, `r` range, `m` multirange. */
  readonly typtype: string;
  readonly required: boolean;
  /** `typmod` of the column or of its domain; -1 for none. */
  readonly modifier: number;
  readonly labels: readonly string[] | null;
  readonly array: boolean;
}

interface Table {
  /** Qualified and quoted. */
  readonly name: string;
  /** Without its schema, unquoted. */
  readonly bare: string;
  readonly columns: readonly Column[];
  /** Whether CHECK constraints may want small numbers or short texts. */
  readonly checked: boolean;
}

/** The tables of a database and what their rows have to look like. */
export type SeedPlan = readonly Table[];

const listTables = `
SELECT c.oid, n.nspname AS schema, c.relname AS bare,
  EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) AS triggers,
  (SELECT string_agg(DISTINCT k.confrelid::text, ' ') FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f') AS refers_to
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 2, 3`;

const describeTables = (oids: readonly string[]): string => `
SELECT c.oid,
  EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('c', 'x')) AS checked,
  (SELECT json_agg(json_build_object('name', a.attname, 'type', b.typname, 'typtype', b.typtype,
      'required', a.attnotnull OR t.typnotnull,
      'modifier', CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END,
      'labels', (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = b.oid),
      'array', b.typcategory = 'A') ORDER BY a.attnum)
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns
FROM pg_class c WHERE c.oid IN (${oids.join()})`;

interface Node {
  readonly oid: string;
  readonly name: string;
  readonly bare: string;
  readonly triggers: boolean;
  /** OIDs of the tables that its foreign keys refer to. */
  readonly refersTo: readonly string[];
}

/**
 * The tables that are to have rows.
 * @param original what the author wrote; only tables whose rows it may touch are given back. A guard's DO block reaches no
 *   further than the statement in it, so the rewritten file says no more. Without it: all tables
 */
export async function seedPlan(session: Session, original?: string): Promise<SeedPlan> {
  const [list] = await session.query(listTables);
  const all = (list?.rows ?? []).map((row): Node => ({
    oid: row['oid'] ?? '',
    name: `${quoteIdent(row['schema'] ?? '')}.${quoteIdent(row['bare'] ?? '')}`,
    bare: row['bare'] ?? '',
    triggers: row['triggers'] === 't',
    refersTo: row['refers_to']?.split(' ') ?? [],
  }));
  const nodes = original === undefined ? all : touchedTables(all, original);
  if (nodes.length === 0) return [];
  const [described] = await session.query(describeTables(nodes.map(({ oid }) => oid)));
  const rows = new Map((described?.rows ?? []).map((row) => [row['oid'], row]));
  return nodes.map(({ oid, name, bare }): Table => ({
    name,
    bare,
    columns: JSON.parse(rows.get(oid)?.['columns'] ?? '[]') as Column[],
    checked: rows.get(oid)?.['checked'] === 't',
  }));
}

/** What may reach tables that a text does not name. */
const indirect = /\b(execute|call|perform|do)\b|\bselect\s+[\w."]+\s*\(/i;
const removes = /\b(delete\s+from|truncate|drop\s+table|drop\s+schema)\b/i;

/**
 * The tables whose rows a file may touch: those that it names and those that foreign keys tie to them, all of them where
 * it runs code that may reach any.
 */
function touchedTables(all: readonly Node[], original: string): readonly Node[] {
  if (indirect.test(original)) return all;
  const text = original.toLowerCase();
  const named = new Set(all.filter(({ bare }) => text.includes(bare.toLowerCase())));
  if ([...named].some(({ triggers }) => triggers)) return all;
  const tied = (to: ReadonlySet<Node>): Set<Node> => {
    const oids = new Set([...to].map(({ oid }) => oid));
    const referred = new Set([...to].flatMap(({ refersTo }) => refersTo));
    return new Set(
      all.filter((table) => to.has(table) || referred.has(table.oid) || table.refersTo.some((oid) => oids.has(oid))),
    );
  };
  let touched = tied(named);
  // rows vanish along chains of ON DELETE CASCADE
  if (removes.test(original)) {
    for (let before = 0; before < touched.size;) [before, touched] = [touched.size, tied(touched)];
  }
  return all.filter((table) => touched.has(table));
}

/**
 * What rows a table gets: three, the third with NULL wherever that is allowed; two with small numbers and short texts,
 * which also pass for numbers; none.
 */
export type Filling = 'full' | 'small' | 'empty';
/** Rows written after the migration: numbers that no row has that was there before. */
const laterRows = [5, 6];

/**
 * SQL that fills the tables: the same values in every table, so that foreign keys find what they refer to, also those that
 * the migration is about to add. A row that some constraint does not let in is left out.
 * @param superuser whether triggers and foreign keys may be switched off meanwhile
 */
export function seedSql(plan: SeedPlan, fillings: ReadonlyMap<string, Filling>, superuser: boolean): string {
  return fill(plan, ({ name }) => fillings.get(name) ?? 'full', [1, 2, 3], superuser);
}

/** SQL of what an application might write after the migration. */
export function laterSql(plan: SeedPlan, superuser: boolean): string {
  const rows = fill(plan, () => 'full', laterRows, superuser);
  return `${rows}\n${drawNumbers}`;
}

/** Whatever was given out must not be given out again. */
const drawNumbers = `DO $idempotify_draw$ DECLARE sequence regclass;
BEGIN
  FOR sequence IN SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'S' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  LOOP
    BEGIN PERFORM nextval(sequence); EXCEPTION WHEN OTHERS THEN NULL; END;
  END LOOP;
END $idempotify_draw$;`;

function fill(
  plan: SeedPlan,
  fillingOf: (table: Table) => Filling,
  numbers: readonly number[],
  superuser: boolean,
): string {
  const inserts = plan.flatMap((table) => {
    const columns = table.columns.map(({ name }) => quoteIdent(name)).join(', ');
    const row = (number: number, small: boolean): string[] => {
      const values = table.columns.map((column) => literal(column, number, small));
      if (values.includes(undefined) || values.length === 0) return [];
      return [`INSERT INTO ${table.name} (${columns}) OVERRIDING SYSTEM VALUE VALUES (${values.join(', ')});`];
    };
    const filling = fillingOf(table);
    if (filling === 'empty') return [];
    return (filling === 'small' ? numbers.slice(0, 2) : numbers).map((number) => {
      const full = filling === 'full' ? row(number, false) : [];
      const attempts = [...full, ...(table.checked || filling === 'small' ? row(number, true) : [])];
      return attempts.reduceRight((next, insert) => `BEGIN ${insert} EXCEPTION WHEN OTHERS THEN ${next} END;`, 'NULL;');
    });
  });
  if (inserts.length === 0) return '';
  if (superuser) {
    return `SET session_replication_role = replica;\nDO $idempotify_seed$ BEGIN\n${inserts.join('\n')}\nEND $idempotify_seed$;\nSET session_replication_role = origin;`;
  }
  // a row finds what it refers to once that has its row: a few rounds, in which rows that are there are let in no more
  return `DO $idempotify_seed$ BEGIN FOR round IN 1..4 LOOP\n${inserts.join('\n')}\nEND LOOP; END $idempotify_seed$;`;
}

/** @returns undefined when no value is known that the type would take */
function literal(column: Column, number: number, small: boolean): string | undefined {
  if (number === 3 && !column.required) return 'NULL';
  const value = text(column, number, small);
  if (value !== undefined) return quoteLiteral(value);
  return column.required ? 'DEFAULT' : 'NULL';
}

function text({ type, typtype, labels, array, modifier }: Column, n: number, small: boolean): string | undefined {
  if (array) return '{}';
  if (typtype === 'e') return labels?.[Math.min(n, labels.length) - 1];
  if (typtype === 'r') return 'empty';
  if (typtype === 'm') return '{}';
  switch (type) {
    case 'bool':
      return n % 2 === 1 ? 't' : 'f';
    case 'int4':
    case 'int8':
      return String(small ? n : 900_000 + n);
    case 'int2':
    case 'oid':
    case 'numeric':
    case 'money':
    case 'char':
      return String(n);
    case 'float4':
    case 'float8':
      return small ? String(n) : `${n}.5`;
    case 'text':
    case 'citext':
    case 'name':
      return small ? String(n) : `idempotify ${n}`;
    case 'varchar':
    case 'bpchar': {
      // the modifier counts the length word
      const room = modifier < 0 ? Infinity : modifier - 4;
      return small || room < 12 ? String(n) : `idempotify ${n}`;
    }
    case 'uuid':
      return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    case 'json':
    case 'jsonb':
      return `{"idempotify": ${n}}`;
    case 'timestamp':
    case 'timestamptz':
      return `2020-01-0${n} 00:00:00+00`;
    case 'date':
      return `2020-01-0${n}`;
    case 'time':
    case 'timetz':
      return `00:00:0${n}`;
    case 'interval':
      return `${n} days`;
    case 'bytea':
      return `\\x0${n}`;
    case 'inet':
      return `10.0.0.${n}`;
    case 'cidr':
      return `10.0.${n}.0/24`;
    case 'macaddr':
      return `08:00:2b:01:02:0${n}`;
    case 'macaddr8':
      return `08:00:2b:01:02:03:04:0${n}`;
    case 'bit':
      return n.toString(2).padStart(Math.max(1, modifier), '0').slice(-Math.max(1, modifier));
    case 'varbit':
      return '1';
    case 'xml':
      return `<a>${n}</a>`;
    case 'tsvector':
    case 'tsquery':
    case 'ltree':
      return `idempotify${n}`;
    case 'hstore':
      return `a=>${n}`;
    case 'point':
      return `(${n},${n})`;
    case 'pg_lsn':
      return `0/${n}`;
    default:
      return undefined;
  }
}
