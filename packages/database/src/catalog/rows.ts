import { quoteLiteral } from '@idempotify/core';
import type { QueryResult, Session } from '../runners/types.ts';
import { prepared } from './prepared.ts';
import { readOnly } from './snapshot.ts';
import { inOneRow, rowsOf } from './sql.ts';

/** Everything that the tables hold. */
export interface Rows {
  /** Qualified name of the table or materialized view -> its rows, each as JSON text of column -> text, sorted. */
  readonly tables: ReadonlyMap<string, readonly string[]>;
  /** Qualified name -> where it stands. */
  readonly sequences: ReadonlyMap<string, SequencePosition>;
}

export interface SequencePosition {
  /** The value that the next nextval() would give out. */
  readonly next: bigint;
  readonly increment: bigint;
  /** `last_value` and `is_called` as the sequence has them: what setval() takes. */
  readonly lastValue: string;
  readonly isCalled: boolean;
}

export interface RowDifference {
  readonly kind: 'rows';
  readonly table: string;
  /** Rows that were expected and are not there; a row that changed is among the missing ones and the extra ones. */
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

export interface SequenceDifference {
  readonly kind: 'sequence';
  readonly sequence: string;
  /** The value that nextval() would give out next, in decimal. */
  readonly before: string;
  readonly after: string;
  /** Values that were handed out would be handed out again; a gap does no harm. */
  readonly behind: boolean;
}

/**
 * Relations with something in them (an empty one has no pages), with their columns by name: the order of columns does
 * not count. Partitions are read one by one, a partitioned table itself has no rows. Extensions' own tables are not read.
 */
const listTables = `
SELECT c.oid::regclass::text AS name,
  CASE WHEN CASE WHEN c.relkind = 'm' THEN c.relispopulated ELSE pg_relation_size(c.oid) > 0 END
    THEN (SELECT coalesce(string_agg(quote_ident(a.attname) || '::text', ', ' ORDER BY a.attname), '') FROM pg_attribute a
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) END AS columns
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

const listSequences = `
SELECT c.oid::regclass::text AS name, s.seqincrement AS increment FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_sequence s ON s.seqrelid = c.oid
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

const tablesOf = (session: Session): Promise<string> =>
  prepared(session, 'idempotify_tables', () => inOneRow(listTables, ['name', 'columns']));
const sequencesOf = (session: Session): Promise<string> =>
  prepared(session, 'idempotify_sequences', () => inOneRow(listSequences, ['name', 'increment']));

/** PostgreSQL plans a UNION of thousands of tables slowly. */
const chunk = 100;

/**
 * Reads all rows of all tables and the positions of all sequences. Values are compared as the text that PostgreSQL
 * prints. Meant for scratch databases: everything is held in memory.
 */
export async function readRows(session: Session): Promise<Rows> {
  return readOnly(session, async () => {
    const lists = [await tablesOf(session), await sequencesOf(session)];
    const [tableList, sequenceList] = await session.query(lists.join('; '));
    const tables = new Map<string, string[]>();
    const queries: string[] = [];
    for (const [name, columns] of rowsOf(tableList)) {
      if (name == null) continue;
      tables.set(name, []);
      if (columns == null) continue;
      // ONLY: the rows of child tables are read with the child
      const from = `(SELECT ${columns} FROM ONLY ${name}) AS r`;
      queries.push(`SELECT ${quoteLiteral(name)} AS name, to_jsonb(r)::text AS row FROM ${from}`);
    }
    for (let at = 0; at < queries.length; at += chunk) {
      const [result] = await session.query(queries.slice(at, at + chunk).join('\nUNION ALL\n'));
      for (const { name, row } of result?.rows ?? []) if (name != null && row != null) tables.get(name)?.push(row);
    }
    for (const rows of tables.values()) rows.sort();
    return { tables, sequences: await positions(session, sequenceList) };
  });
}

/** Where all sequences stand, without the rows of the tables. */
export async function readSequences(session: Session): Promise<Rows['sequences']> {
  return readOnly(session, async () => {
    const [list] = await session.query(await sequencesOf(session));
    return positions(session, list);
  });
}

async function positions(session: Session, list: QueryResult | undefined): Promise<Map<string, SequencePosition>> {
  const increments = new Map(rowsOf(list).map(([name, increment]) => [name ?? '', BigInt(increment ?? 1)]));
  const sequences = new Map<string, SequencePosition>();
  const queries = [...increments.keys()].map(
    (name) => `SELECT ${quoteLiteral(name)} AS name, last_value AS value, is_called AS called FROM ${name}`,
  );
  for (let at = 0; at < queries.length; at += chunk) {
    const [result] = await session.query(queries.slice(at, at + chunk).join('\nUNION ALL\n'));
    for (const { name, value, called } of result?.rows ?? []) {
      if (name == null || value == null) continue;
      const increment = increments.get(name) ?? 1n;
      const isCalled = called === 't';
      const next = BigInt(value) + (isCalled ? increment : 0n);
      sequences.set(name, { next, increment, lastValue: value, isCalled });
    }
  }
  return sequences;
}

/** How the contents of `got` differ from those of `expected`; a table that only one has is the catalog's difference. */
export function diffRows(expected: Rows, got: Rows): (RowDifference | SequenceDifference)[] {
  const differences: (RowDifference | SequenceDifference)[] = [];
  for (const [table, before] of expected.tables) {
    const after = got.tables.get(table);
    if (after === undefined) continue;
    const missing: string[] = [];
    const extra: string[] = [];
    // both are sorted
    for (let b = 0, a = 0; b < before.length || a < after.length;) {
      const was = before[b];
      const is = after[a];
      if (was === is) {
        b++;
        a++;
      } else if (is === undefined || (was !== undefined && was < is)) {
        if (was !== undefined) missing.push(was);
        b++;
      } else {
        extra.push(is);
        a++;
      }
    }
    if (missing.length + extra.length > 0) differences.push({ kind: 'rows', table, missing, extra });
  }
  for (const [sequence, before] of expected.sequences) {
    const after = got.sequences.get(sequence);
    if (after === undefined || after.next === before.next) continue;
    const behind = before.increment > 0n ? after.next < before.next : after.next > before.next;
    differences.push({ kind: 'sequence', sequence, before: String(before.next), after: String(after.next), behind });
  }
  return differences;
}
