/** Indexes that no constraint brings, and what indexes of both sorts can be beside their definition. */
import { quoteIdent } from '@idempotify/core';
import { partitionsOf, regclass, type Relation, type Relations } from '../relations.ts';
import { append, keyOf, type CatalogReader, type Key, type Part, type Step } from '../types.ts';
import { linkKey } from './inheritance.ts';

/** What can be set of an index that is there. */
export interface IndexState {
  readonly clustered: boolean;
  readonly replicaIdentity: boolean;
  /** Position of a column -> its statistics target. */
  readonly statistics: readonly (readonly [position: number, target: number])[];
  readonly valid: boolean;
  /** OID of the index of the partitioned table above. */
  readonly parent: string | null;
}

/** The columns of a query that `readIndexState` reads. @param index alias of pg_index @param relation alias of its pg_class */
export const indexStateColumns = (index: string, relation: string): string =>
  `${index}.indisclustered, ${index}.indisreplident, ${index}.indisvalid,
      CASE WHEN ${relation}.relispartition THEN (SELECT h.inhparent FROM pg_catalog.pg_inherits h WHERE h.inhrelid = ${relation}.oid) END,
      -- only expressions can have a target of their own
      CASE WHEN ${index}.indexprs IS NOT NULL THEN (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(a.attnum, a.attstattarget) ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute a WHERE a.attrelid = ${relation}.oid AND a.attstattarget >= 0) END`;

export function readIndexState(columns: readonly (string | null)[]): IndexState {
  const [clustered, replicaIdentity, valid, parent, statistics] = columns;
  return {
    clustered: clustered === 't',
    replicaIdentity: replicaIdentity === 't',
    valid: valid !== 'f',
    parent: parent ?? null,
    statistics: statistics == null ? [] : (JSON.parse(statistics) as [number, number][]),
  };
}

/**
 * A key of a partition that came with its parent's: PostgreSQL notes that (connoinherit is false, see index_constraint_create() in
 * src/backend/catalog/index.c), so it has to come that way again.
 */
export const cameWithParent = (noInherit: string | null, parentValid: string | null): boolean =>
  noInherit === 'f' && parentValid === 't';

/** CLUSTER ON, REPLICA IDENTITY and statistics. @param name of the index, qualified and quoted */
export function indexSteps(table: Relation, name: string, state: IndexState): Step[] {
  const steps: Step[] = [];
  if (state.clustered)
    steps.push({
      needed: without(name, 'indisclustered'),
      sql: [`ALTER ${table.kind === 'm' ? 'MATERIALIZED VIEW' : 'TABLE'} ${table.name} CLUSTER ON ${lastName(name)}`],
    });
  if (state.replicaIdentity && table.kind !== 'p') steps.push(replicaIdentityStep(table, name));
  for (const [position, target] of state.statistics)
    steps.push({
      needed: `EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = ${regclass(name)} AND attnum = ${position} AND attstattarget IS DISTINCT FROM ${target})`,
      sql: [`ALTER INDEX ${name} ALTER COLUMN ${position} SET STATISTICS ${target}`],
    });
  return steps;
}

const without = (name: string, flag: string): string =>
  `EXISTS (SELECT FROM pg_catalog.pg_index WHERE indexrelid = ${regclass(name)} AND NOT ${flag})`;

const replicaIdentityStep = (table: Relation, name: string): Step => ({
  needed: without(name, 'indisreplident'),
  sql: [`ALTER TABLE ONLY ${table.name} REPLICA IDENTITY USING INDEX ${lastName(name)}`],
});

/** The index of a partitioned table can only become its identity once it is valid, when those of all partitions are attached. */
export function replicaIdentity(
  table: Relation,
  name: string,
  oid: string,
  state: IndexState,
  attached: ReadonlyMap<Key, readonly Key[]>,
): Part[] {
  if (!state.replicaIdentity || table.kind !== 'p') return [];
  const { needed, sql } = replicaIdentityStep(table, name);
  return [
    {
      key: `${keyOf('pg_class', oid)}/identity`,
      kind: 'attached index',
      schema: table.schema,
      name: `replica identity of ${table.name}`,
      of: keyOf('pg_class', table.oid),
      oid: regclass(name),
      missing: needed,
      sql,
      requires: [keyOf('pg_class', oid), ...(attached.get(keyOf('pg_class', table.oid)) ?? [])],
    },
  ];
}

/** `"x"` of `public."x"`: the name alone, as CLUSTER ON and REPLICA IDENTITY want it. */
const lastName = (name: string): string => /("(?:[^"]|"")*"|[^."]+)$/.exec(name)?.[0] ?? name;

/** All indexes that are no constraint's, and the links between indexes of partitions and those above them. */
export async function readIndexes(
  catalog: CatalogReader,
  reading: Promise<Relations>,
): Promise<{
  readonly parts: Part[];
  /** Table -> the parts that attach indexes to those of the table. */
  readonly attached: ReadonlyMap<Key, readonly Key[]>;
  /** The part that attaches a partition -> the indexes that the partition has to have before, or PostgreSQL would make others. */
  readonly before: ReadonlyMap<Key, readonly Key[]>;
}> {
  const asking = catalog.rows(`
    SELECT x.oid, i.indrelid, x.relname, CASE WHEN k.oid IS NULL THEN pg_catalog.pg_get_indexdef(x.oid) END, k.oid, k.conname, x.reltablespace <> 0, x.relkind, k.connoinherit, pi.indisvalid,
      ${indexStateColumns('i', 'x')}
    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
      LEFT JOIN pg_catalog.pg_constraint k ON k.conindid = x.oid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
      LEFT JOIN pg_catalog.pg_constraint p ON p.oid = k.conparentid LEFT JOIN pg_catalog.pg_index pi ON pi.indexrelid = p.conindid
    WHERE ${catalog.inScope('x.relnamespace')} AND x.relpersistence <> 't' AND ${catalog.notMember('pg_class', 'x.oid')}`);
  const [rows, relations] = await Promise.all([asking, reading]);
  const parts: Part[] = [];
  const names = new Map<string, string>();
  const tables = new Map<string, Relation>();
  const links: { child: string; parent: string; of: Relation }[] = [];
  const identities: ((attached: ReadonlyMap<Key, readonly Key[]>) => Part[])[] = [];
  for (const row of rows) {
    const table = relations.get(row[1] ?? '');
    const [oid, , relname, definition] = row as string[];
    if (!table || oid === undefined || relname === undefined) continue;
    const name = `${quoteIdent(table.schema)}.${quoteIdent(relname)}`;
    names.set(oid, name);
    tables.set(oid, table);
    const state = readIndexState(row.slice(10));
    const constraint = row[4] ?? null;
    if (state.parent !== null && !(constraint !== null && cameWithParent(row[8] ?? null, row[9] ?? null)))
      links.push({ child: oid, parent: state.parent, of: table });
    if (row[6] === 't')
      catalog.warn(
        `the index ${name} is in a tablespace of its own, which other servers may not have: it is made in the default one`,
      );
    if (constraint !== null) continue;
    if (definition != null) catalog.fact('index', table.schema, relname, '', definition);
    if (!state.valid && row[7] === 'i') {
      catalog.leaveOut('index', name, 'it is INVALID: a CREATE INDEX CONCURRENTLY has failed');
      continue;
    }
    if (definition == null) continue;
    identities.push((attached) => replicaIdentity(table, name, oid, state, attached));
    parts.push({
      key: keyOf('pg_class', oid),
      kind: 'index',
      schema: table.schema,
      name,
      of: keyOf('pg_class', table.oid),
      oid: regclass(name),
      sql: [definition],
      steps: indexSteps(table, name, state),
      address: `INDEX ${name}`,
      requires: [
        keyOf('pg_class', table.oid),
        // all that CREATE INDEX ON ONLY leaves to be attached later stands before it
        ...partitionsOf(table, relations).map((child) => linkKey(child.oid, table.oid)),
      ],
      ...(state.parent === null ? {} : { ignores: [keyOf('pg_class', state.parent)] }),
    });
  }
  const attached = new Map<Key, Key[]>();
  const toIndex = new Map<string, Key[]>();
  const before = new Map<Key, Key[]>();
  for (const { child, parent, of } of links) {
    const above = tables.get(parent);
    if (!above) continue;
    const table = keyOf('pg_class', above.oid);
    append(attached, table, attachKey(child, parent));
    const link = linkKey(of.oid, above.oid);
    append(before, link, keyOf('pg_class', child));
    append(toIndex, parent, attachKey(child, parent));
  }
  for (const { child, parent, of } of links) {
    const [childName, parentName] = [names.get(child), names.get(parent)];
    const above = tables.get(parent);
    if (childName === undefined || parentName === undefined || !above) continue;
    const where = `inhrelid = ${regclass(childName)} AND inhparent = ${regclass(parentName)}`;
    parts.push({
      key: attachKey(child, parent),
      kind: 'attached index',
      schema: of.schema,
      name: `${childName} of ${parentName}`,
      of: keyOf('pg_class', above.oid),
      oid: `(SELECT inhrelid FROM pg_catalog.pg_inherits WHERE ${where})`,
      missing: `NOT EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE ${where})`,
      sql: [`ALTER INDEX ${parentName} ATTACH PARTITION ${childName}`],
      requires: [
        keyOf('pg_class', child),
        keyOf('pg_class', parent),
        linkKey(of.oid, above.oid),
        // those further below come first, so that an index is valid when it is attached
        ...(toIndex.get(child) ?? []),
      ],
    });
  }
  for (const identity of identities) parts.push(...identity(attached));
  return { parts, attached, before };
}

const attachKey = (child: string, parent: string): Key => `${keyOf('pg_class', child)}/of/${parent}`;
