/** The relations of the schemas that are read, with their columns: what the readers of tables, indexes, views and so on share. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import { openOptions } from './secrets.ts';
import { append, type CatalogReader } from './types.ts';

/** As pg_attribute has it. */
export interface ColumnRow {
  readonly number: string;
  readonly name: string;
  readonly type: string;
  /** Qualified and quoted, when it is not the type's own. */
  readonly collation: string | null;
  readonly notNull: boolean;
  /** '' | 'a' always | 'd' by default */
  readonly identity: string;
  /** '' | 's' stored | 'v' virtual */
  readonly generated: string;
  /** OID of pg_attrdef. */
  readonly defaultOid: string | null;
  readonly expression: string | null;
  /** Defined by the table itself, and not only by what it inherits from. */
  readonly local: boolean;
  readonly inherited: number;
  /** Where it is not the type's own: 'p', 'e', 'm', 'x'. */
  readonly storage: string | null;
  readonly compression: string | null;
  readonly statistics: number | null;
  readonly options: readonly string[] | null;
  readonly foreignOptions: readonly string[] | null;
  readonly acl: string | null;
}

export interface Relation {
  readonly oid: string;
  readonly schemaOid: string;
  readonly schema: string;
  /** Not quoted. */
  readonly relname: string;
  /** `public.users`, quoted. */
  readonly name: string;
  /** SQL: its OID on the server where the baseline is applied, or NULL. */
  readonly regclass: string;
  /** relkind: 'r' table, 'p' partitioned, 'f' foreign, 'v' view, 'm' materialized view, 'S' sequence */
  readonly kind: string;
  /** 'p' permanent, 'u' unlogged */
  readonly persistence: string;
  readonly owner: string;
  readonly acl: string | null;
  readonly options: readonly string[] | null;
  readonly toastOptions: readonly string[] | null;
  /** Where it is not heap. */
  readonly accessMethod: string | null;
  readonly partitionKey: string | null;
  readonly partitionBound: string | null;
  /** Type of a typed table. */
  readonly ofType: string | null;
  readonly rowSecurity: boolean;
  readonly forceRowSecurity: boolean;
  readonly replicaIdentity: string;
  readonly populated: boolean;
  readonly rowType: string;
  readonly arrayType: string | null;
  readonly server: string | null;
  readonly foreignOptions: readonly string[] | null;
  readonly tablespace: string | null;
  readonly columns: readonly ColumnRow[];
  /** OIDs, in order of inhseqno; a partition has one. */
  readonly parents: readonly string[];
}

export type Relations = ReadonlyMap<string, Relation>;

const list = (json: string | null): readonly string[] | null => (json === null ? null : (JSON.parse(json) as string[]));

type ColumnJson = [
  number: number,
  name: string,
  type: string,
  notNull: boolean,
  defaultOid: string | null,
  expression: string | null,
  /** What few columns have. */
  more: {
    readonly collation: string | null;
    readonly identity: string;
    readonly generated: string;
    readonly local: boolean;
    readonly inherited: number;
    readonly storage: string | null;
    readonly compression: string | null;
    readonly statistics: number | null;
    readonly options: string[] | null;
    readonly foreignOptions: string[] | null;
    readonly acl: string | null;
  } | null,
];

/** Everything but indexes, composite types and TOAST tables; without members of extensions and what is left out. */
export async function readRelations(catalog: CatalogReader, excluded: ReadonlySet<string>): Promise<Relations> {
  const { version } = catalog;
  const compression = version >= 140000 ? 'a.attcompression' : "''";
  const [rows, columnRows, parentRows] = await Promise.all([
    catalog.rows(`
      SELECT c.oid, c.relnamespace, n.nspname, c.relname, c.relkind, c.relpersistence, pg_catalog.pg_get_userbyid(c.relowner), c.relacl,
        pg_catalog.to_json(c.reloptions), CASE WHEN c.reltoastrelid <> 0 THEN (SELECT pg_catalog.to_json(t.reloptions) FROM pg_catalog.pg_class t WHERE t.oid = c.reltoastrelid) END,
        CASE WHEN c.relam <> 0 THEN (SELECT m.amname FROM pg_catalog.pg_am m WHERE m.oid = c.relam AND m.amname <> 'heap') END,
        CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END, pg_catalog.pg_get_expr(c.relpartbound, c.oid),
        CASE WHEN c.reloftype <> 0 THEN pg_catalog.format_type(c.reloftype, NULL) END, c.relrowsecurity, c.relforcerowsecurity, c.relreplident,
        c.relispopulated, c.reltype, y.typarray, s.srvname, pg_catalog.to_json(f.ftoptions),
        CASE WHEN c.reltablespace <> 0 THEN (SELECT t.spcname FROM pg_catalog.pg_tablespace t WHERE t.oid = c.reltablespace) END
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_catalog.pg_type y ON y.oid = c.reltype
        LEFT JOIN pg_catalog.pg_foreign_table f ON f.ftrelid = c.oid LEFT JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver
      WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND c.relpersistence <> 't' AND ${catalog.inScope('c.relnamespace')}
        AND ${catalog.notMember('pg_class', 'c.oid')}`),
    catalog.rows(`
      SELECT c.oid, pg_catalog.json_agg(pg_catalog.json_build_array(a.attnum, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
        d.oid::text, pg_catalog.pg_get_expr(d.adbin, d.adrelid),
        CASE WHEN a.attcollation <> t.typcollation OR a.attidentity <> '' OR a.attgenerated <> '' OR NOT a.attislocal OR a.attinhcount > 0 OR a.attstorage <> t.typstorage
          OR ${compression} <> '' OR coalesce(a.attstattarget, -1) <> -1 OR a.attoptions IS NOT NULL OR a.attfdwoptions IS NOT NULL OR a.attacl IS NOT NULL
        THEN pg_catalog.json_build_object(
          'collation', CASE WHEN a.attcollation <> t.typcollation THEN (SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(l.collname)
            FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace n ON n.oid = l.collnamespace WHERE l.oid = a.attcollation) END,
          'identity', a.attidentity, 'generated', a.attgenerated, 'local', a.attislocal, 'inherited', a.attinhcount,
          'storage', CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END, 'compression', NULLIF(${compression}, ''),
          'statistics', ${version >= 170000 ? 'a.attstattarget' : 'NULLIF(a.attstattarget, -1)'}, 'options', a.attoptions,
          'foreignOptions', a.attfdwoptions, 'acl', a.attacl::text) END) ORDER BY a.attnum)
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef
      WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.relpersistence <> 't' AND ${catalog.inScope('c.relnamespace')} GROUP BY c.oid`),
    catalog.rows(
      `SELECT i.inhrelid, pg_catalog.json_agg(i.inhparent::text ORDER BY i.inhseqno) FROM pg_catalog.pg_inherits i GROUP BY i.inhrelid`,
    ),
  ]);
  const columns = new Map(
    columnRows.map(([oid, json]) => [oid, (JSON.parse(json ?? '[]') as ColumnJson[]).map(columnOf)] as const),
  );
  const parents = new Map(parentRows.map(([oid, json]) => [oid, JSON.parse(json ?? '[]') as string[]] as const));
  const relations = new Map<string, Relation>();
  for (const row of rows) {
    const [oid, schemaOid, schema, relname] = row as string[];
    if (oid === undefined || schema === undefined || relname === undefined || excluded.has(oid)) continue;
    const name = `${quoteIdent(schema)}.${quoteIdent(relname)}`;
    relations.set(oid, {
      oid,
      schemaOid: schemaOid ?? '',
      schema,
      relname,
      name,
      regclass: regclass(name),
      kind: row[4] ?? '',
      persistence: row[5] ?? 'p',
      owner: row[6] ?? '',
      acl: row[7] ?? null,
      options: list(row[8] ?? null),
      toastOptions: list(row[9] ?? null),
      accessMethod: row[10] ?? null,
      partitionKey: row[11] ?? null,
      partitionBound: row[12] ?? null,
      ofType: row[13] ?? null,
      rowSecurity: row[14] === 't',
      forceRowSecurity: row[15] === 't',
      replicaIdentity: row[16] ?? 'd',
      populated: row[17] === 't',
      rowType: row[18] ?? '0',
      arrayType: row[19] ?? null,
      server: row[20] ?? null,
      foreignOptions: openOptions(catalog, `the foreign table ${name}`, list(row[21] ?? null) ?? []),
      tablespace: row[22] ?? null,
      columns: (columns.get(oid) ?? []).map((column) => {
        if (column.foreignOptions === null) return column;
        const of = `the column ${name}.${quoteIdent(column.name)}`;
        return { ...column, foreignOptions: openOptions(catalog, of, column.foreignOptions) };
      }),
      parents: parents.get(oid) ?? [],
    });
  }
  return relations;
}

const USUAL = {
  collation: null,
  identity: '',
  generated: '',
  local: true,
  inherited: 0,
  storage: null,
  compression: null,
  statistics: null,
  options: null,
  foreignOptions: null,
  acl: null,
};

function columnOf([number, name, type, notNull, defaultOid, expression, more]: ColumnJson): ColumnRow {
  return { number: String(number), name, type, notNull, defaultOid, expression, ...(more ?? USUAL) };
}

/** @param name qualified and quoted */
export const regclass = (name: string): string => `pg_catalog.to_regclass(${quoteLiteral(name)})`;

const STORAGE: Readonly<Record<string, string>> = { p: 'PLAIN', e: 'EXTERNAL', m: 'MAIN', x: 'EXTENDED' };
export const storageName = (letter: string): string => STORAGE[letter] ?? 'DEFAULT';

/** `fillfactor=70` of reloptions as it is written in SQL: `fillfactor = 70`. */
export function option(text: string, prefix = ''): string {
  const at = text.indexOf('=');
  const value = text.slice(at + 1);
  return `${prefix}${quoteIdent(text.slice(0, at))} = ${/^-?\d+(\.\d+)?$/.test(value) ? value : quoteLiteral(value)}`;
}

/** `{host=h}` of a foreign object as it is written behind OPTIONS: `host 'h'`. */
export function foreignOption(text: string): string {
  const at = text.indexOf('=');
  return `${quoteIdent(text.slice(0, at))} ${quoteLiteral(text.slice(at + 1))}`;
}

const known = new WeakMap<Relations, ReadonlyMap<string, readonly Relation[]>>();

/** Partitions and heirs right below a table. */
export function childrenOf(table: Relation, relations: Relations): readonly Relation[] {
  let map = known.get(relations);
  if (!map) {
    const children = new Map<string, Relation[]>();
    for (const relation of relations.values()) {
      for (const parent of relation.parents) {
        append(children, parent, relation);
      }
    }
    known.set(relations, (map = children));
  }
  return map.get(table.oid) ?? [];
}

/** Partitions right below a partitioned table. */
export const partitionsOf = (table: Relation, relations: Relations): readonly Relation[] =>
  table.kind === 'p' ? childrenOf(table, relations) : [];
