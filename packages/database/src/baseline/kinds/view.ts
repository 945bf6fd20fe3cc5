/** Views and materialized views. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import { option, storageName, type Relation, type Relations } from '../relations.ts';
import { keyOf, type CatalogReader, type Key, type Part } from '../types.ts';

/** Views, with what their columns have by default, and materialized views. */
export async function readViews(catalog: CatalogReader, reading: Promise<Relations>): Promise<Part[]> {
  const asking = catalog.rows(`
    SELECT c.oid, pg_catalog.pg_get_viewdef(c.oid), r.oid, EXISTS (${readsSomething('c.oid')})
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
    WHERE c.relkind IN ('v', 'm') AND ${catalog.inScope('c.relnamespace')}`);
  const [rows, relations] = await Promise.all([asking, reading]);
  return rows.flatMap(([oid, definition, rule, reads]): Part[] => {
    const view = relations.get(oid ?? '');
    if (!view || definition == null || rule == null) return [];
    return view.kind === 'm'
      ? [materialized(view, definition, rule)]
      : viewParts(view, definition, rule, reads === 't');
  });
}

/** What the query of a view needs beside types. @param view SQL: its OID */
const readsSomething = (view: string): string =>
  `SELECT FROM pg_catalog.pg_rewrite w JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = w.oid
          AND d.refclassid IN ('pg_catalog.pg_class'::pg_catalog.regclass, 'pg_catalog.pg_proc'::pg_catalog.regclass, 'pg_catalog.pg_operator'::pg_catalog.regclass) AND d.refobjid <> w.ev_class
        WHERE w.ev_class = ${view} AND w.rulename = '_RETURN'`;

const body = (definition: string): string => definition.trim().replace(/;$/, '');

function options(view: Relation): string {
  return view.options?.length ? ` WITH (${view.options.map((each) => option(each)).join(', ')})` : '';
}

function base(view: Relation, rule: string): Omit<Part, 'kind' | 'sql'> & { readonly key: Key } {
  const also = [keyOf('pg_rewrite', rule), keyOf('pg_type', view.rowType)];
  if (view.arrayType !== null) also.push(keyOf('pg_type', view.arrayType));
  return {
    key: keyOf('pg_class', view.oid),
    also,
    schema: view.schema,
    name: view.name,
    oid: view.regclass,
    owner: view.owner,
    grants: { letter: 'r', acl: view.acl, address: `TABLE ${view.name}` },
    columns: view.columns,
  };
}

function viewParts(view: Relation, definition: string, rule: string, reads: boolean): Part[] {
  const key = keyOf('pg_class', view.oid);
  const dummy = view.columns.map(
    ({ name, type, collation }) =>
      `NULL::${type}${collation === null ? '' : ` COLLATE ${collation}`} AS ${quoteIdent(name)}`,
  );
  const defaults = view.columns.flatMap(({ name, expression, defaultOid }): Part[] => {
    if (expression === null || defaultOid === null) return [];
    const where = `adrelid = ${view.regclass} AND adnum = (SELECT attnum FROM pg_catalog.pg_attribute WHERE attrelid = adrelid AND attname = ${quoteLiteral(name)})`;
    return [
      {
        key: keyOf('pg_attrdef', defaultOid),
        kind: 'default',
        schema: view.schema,
        name: `${view.name}.${quoteIdent(name)}`,
        of: key,
        oid: `(SELECT oid FROM pg_catalog.pg_attrdef WHERE ${where})`,
        missing: `NOT EXISTS (SELECT FROM pg_catalog.pg_attrdef WHERE ${where})`,
        sql: [`ALTER VIEW ${view.name} ALTER COLUMN ${quoteIdent(name)} SET DEFAULT ${expression}`],
        requires: [key],
      },
    ];
  });
  const sql = `VIEW ${view.name}${options(view)} AS\n${body(definition)}`;
  return [
    {
      ...base(view, rule),
      kind: 'view',
      sql: [`CREATE ${sql}`],
      address: `VIEW ${view.name}`,
      split: {
        rank: 4,
        first: [`CREATE VIEW ${view.name} AS\n SELECT ${dummy.join(',\n    ')}`],
        // the types and collations of its columns, which pg_depend has for the view itself and not only for its query
        needs: 'own',
        then: {
          // the first form reads nothing; pg_get_viewdef() would wait for whoever keeps a table that the view reads for himself
          missing: reads
            ? `NOT EXISTS (${readsSomething(view.regclass)})`
            : `pg_catalog.pg_get_viewdef(${view.regclass}) ~ '^ SELECT NULL::'`,
          sql: [`CREATE OR REPLACE ${sql}`],
        },
      },
    },
    ...defaults,
  ];
}

function materialized(view: Relation, definition: string, rule: string): Part {
  const later = view.columns.flatMap(({ name, statistics, storage, compression, options: set }) => {
    const alter = (what: string): string =>
      `ALTER MATERIALIZED VIEW ${view.name} ALTER COLUMN ${quoteIdent(name)} ${what}`;
    return [
      ...(storage === null ? [] : [alter(`SET STORAGE ${storageName(storage)}`)]),
      ...(compression === null ? [] : [alter(`SET COMPRESSION ${compression === 'l' ? 'lz4' : 'pglz'}`)]),
      ...(statistics === null ? [] : [alter(`SET STATISTICS ${statistics}`)]),
      ...(set?.length ? [alter(`SET (${set.map((each) => option(each)).join(', ')})`)] : []),
    ];
  });
  const using = view.accessMethod === null ? '' : ` USING ${quoteIdent(view.accessMethod)}`;
  return {
    ...base(view, rule),
    kind: 'materialized view',
    sql: [
      // columns of its query may be called as PL/pgSQL's own variables: EXECUTE knows none
      `CREATE MATERIALIZED VIEW ${view.name}${using}${options(view)} AS\n${body(definition)}\n    WITH ${view.populated ? '' : 'NO '}DATA`,
      ...later,
    ],
    execute: /\bfound\b/i.test(definition),
    address: `MATERIALIZED VIEW ${view.name}`,
  };
}
