import { SqlError } from '../runners/errors.ts';
import type { Session } from '../runners/types.ts';
import { cluster } from './cluster.ts';
import { forgetPrepared, notPrepared, prepared } from './prepared.ts';
import type { Reader } from './readers.ts';
import { relations } from './relations.ts';
import { routines } from './routines.ts';
import { inOneRow, rowsOf, type Version } from './sql.ts';
import { types } from './types.ts';

/**
 * What the catalogs say about everything that a migration can create, change or drop. Without OIDs, without the order
 * of columns (kept apart) and without what PostgreSQL derives by itself (row types, array types, TOAST tables, internal
 * triggers, members of extensions), so that two databases which were brought to the same state in different ways are
 * equal.
 */
export interface Snapshot {
  /** kind -> name of the object -> its properties as JSON text; what has the usual value is left out. */
  readonly objects: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Name of the table -> its columns as they stand. */
  readonly columnOrder: ReadonlyMap<string, readonly string[]>;
}

export const readers: readonly Reader[] = [...relations, ...routines, ...types, ...cluster];
const optional = readers.filter((reader) => reader.present !== undefined);

/** What the order of a table's columns is called among the rows of the query. */
export const columnOrder = 'column order';

/** Every kind that a snapshot may contain. */
export const snapshotKinds: readonly string[] = readers.map((reader) => reader.kind);

/** A cheap question in front of the expensive query: which of the optional kinds there are, as text of 0 and 1. */
export const probe = `SELECT current_setting('server_version_num') AS version,
  concat(${optional.map((reader) => `(${reader.present})::int`).join(',\n')}) AS found`;

/**
 * How texts come out must depend on nothing that the session did before. row_security off: rather an error than rows
 * that are hidden from us.
 */
export const fixedSettings = Object.entries({
  search_path: "''",
  quote_all_identifiers: 'off',
  DateStyle: "'ISO, YMD'",
  IntervalStyle: 'postgres',
  TimeZone: "'UTC'",
  bytea_output: 'hex',
  extra_float_digits: '1',
  row_security: 'off',
  // our queries take longer to plan than to run, and no plan depends on their parameters
  plan_cache_mode: 'force_generic_plan',
})
  .map(([name, value]) => `SET LOCAL ${name} = ${value}`)
  .join('; ');

/** Runs queries under `fixedSettings`, which end with it, in the session's own transaction when there is one. */
export async function readOnly<T>(session: Session, read: () => Promise<T>): Promise<T> {
  try {
    return await readOnce(session, read);
  } catch (error) {
    // a migration has removed what was prepared
    if (!(error instanceof SqlError && error.code === notPrepared && forgetPrepared(session))) throw error;
    return readOnce(session, read);
  }
}

async function readOnce<T>(session: Session, read: () => Promise<T>): Promise<T> {
  const nested = session.inTransaction;
  await session.query(
    nested ? `SAVEPOINT idempotify_read; ${fixedSettings}` : `BEGIN ISOLATION LEVEL REPEATABLE READ; ${fixedSettings}`,
  );
  try {
    return await read();
  } finally {
    await session.query(
      nested ? 'ROLLBACK TO SAVEPOINT idempotify_read; RELEASE SAVEPOINT idempotify_read' : 'ROLLBACK',
    );
  }
}

const columnOrders = `
SELECT '${columnOrder}' AS kind, c.name, json_agg(a.attname ORDER BY a.attnum)::text AS properties, c.oid AS relation
FROM rel c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p', 'f') GROUP BY c.name, c.oid`;

/** @param only restricts the relations `c` that are read; `ctes` stand in front of it */
export function catalogQuery(version: Version, wanted: readonly Reader[], only = 'true', ctes = ''): string {
  const parts = wanted.map((reader) =>
    reader.ofRelation
      ? `SELECT '${reader.kind}' AS kind, name, properties::text, relation FROM (${reader.sql(version)}) AS o (name, properties, relation)`
      : `SELECT '${reader.kind}' AS kind, name, properties::text, NULL::oid AS relation FROM (${reader.sql(version)}) AS o (name, properties)`,
  );
  if (wanted.some((reader) => reader.ofRelation)) parts.unshift(columnOrders);
  return `WITH ${ctes}member AS MATERIALIZED (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
ns AS MATERIALIZED (SELECT oid, quote_ident(nspname) AS name FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'),
rel AS MATERIALIZED (
  SELECT c.*, ns.name || '.' || quote_ident(c.relname) AS name FROM pg_class c JOIN ns ON ns.oid = c.relnamespace
  WHERE c.relkind <> 'i' AND c.relkind <> 'I' AND ${only}
    AND NOT EXISTS (SELECT FROM member WHERE member.classid = 'pg_class'::regclass AND member.objid = c.oid))
${parts.join('\nUNION ALL\n')}`;
}

/** A snapshot with what is needed to bring it up to date. */
export interface Detailed extends Snapshot {
  /** kind -> name -> OID of the relation that the object is or belongs to. */
  readonly relations: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/**
 * Reads the catalogs of the session's database, whatever its settings are; uses its open transaction (and sees what was
 * done there) or one of its own, and leaves both as they were; only prepared statements called idempotify_…
 * stay in the session. Under SET ROLE it reads as that role.
 */
export async function snapshot(session: Session): Promise<Snapshot> {
  return detailedSnapshot(session);
}

/** @see snapshot */
export async function detailedSnapshot(session: Session): Promise<Detailed> {
  return readOnly(session, async () => {
    const [probed] = await session.query(await prepared(session, 'idempotify_probe', () => probe));
    const { version, found } = probed?.rows[0] ?? {};
    const name = `idempotify_snapshot_${version}_${BigInt(`0b${found}`).toString(36)}`;
    const execute = await prepared(session, name, () => wholeQuery(Number(version), found ?? ''));
    const [result] = await session.query(execute);
    return collect(rowsOf(result));
  });
}

/**
 * Everything that a snapshot has, in one row.
 * @param found as `probe` says
 */
export function wholeQuery(version: Version, found: string): string {
  const there = readers.filter((reader) => reader.present === undefined || found[optional.indexOf(reader)] === '1');
  return inOneRow(catalogQuery(version, there), objectColumns);
}

/** The columns of `catalogQuery`. */
export const objectColumns: readonly string[] = ['kind', 'name', 'properties', 'relation'];

/** @param rows of `objectColumns` */
export function collect(rows: readonly (readonly (string | null)[])[]): Detailed {
  const objects = new Map<string, Map<string, string>>();
  const relations = new Map<string, Map<string, string>>();
  const order = new Map<string, readonly string[]>();
  const into = <V>(maps: Map<string, Map<string, V>>, kind: string): Map<string, V> => {
    let map = maps.get(kind);
    if (!map) maps.set(kind, (map = new Map<string, V>()));
    return map;
  };
  for (const [kind, name, properties, relation] of rows) {
    // an object that is dropped by someone else just now has lost its name
    if (kind == null || name == null) continue;
    if (relation != null) into(relations, kind).set(name, relation);
    if (kind === columnOrder) {
      order.set(name, JSON.parse(properties ?? '[]') as string[]);
      continue;
    }
    const ofKind = into(objects, kind);
    if (ofKind.has(name)) throw new Error(`two objects of the kind ${kind} are both called ${name}`);
    ofKind.set(name, properties ?? '{}');
  }
  return { objects, columnOrder: order, relations };
}
