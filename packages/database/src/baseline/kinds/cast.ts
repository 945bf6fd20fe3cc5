/** Casts and transforms: they have no schema, but types and functions that have one. */
import { quoteLiteral } from '@idempotify/core';
import { keyOf, type CatalogReader, type Part } from '../types.ts';
import { has, regtype, select } from './query.ts';

/**
 * What has no schema is read when one of the objects it is made of is in a schema that is read, or all of them are the
 * server's: then anything may need it, and not everything that needs a cast says so in pg_depend.
 */
function scope(catalog: CatalogReader, namespaces: readonly string[]): { some: string; foreign: string } {
  const list = `(VALUES ${namespaces.map((namespace) => `(${namespace})`).join(', ')}) s (oid)`;
  return {
    some: `EXISTS (SELECT FROM ${list} WHERE s.oid IS NOT NULL AND ${catalog.inScope('s.oid')})`,
    foreign: `EXISTS (SELECT FROM ${list} WHERE s.oid <> 'pg_catalog'::pg_catalog.regnamespace)`,
  };
}

/** Whether it is read; if not, that is said. */
function wanted(
  catalog: CatalogReader,
  kind: string,
  row: { readonly name: string; readonly some: string; readonly foreign: string },
): boolean {
  if (row.some === 't' || row.foreign !== 't') return true;
  catalog.leaveOut(kind, row.name, 'its types and functions are in schemas that are left out');
  return false;
}

export async function readCasts(catalog: CatalogReader): Promise<Part[]> {
  if (!(await has(catalog, 'cast'))) return [];
  const rows = await select(
    catalog,
    {
      always: {
        oid: 'c.oid',
        source: 'pg_catalog.format_type(c.castsource, NULL)',
        target: 'pg_catalog.format_type(c.casttarget, NULL)',
        name: `'(' || pg_catalog.format_type(c.castsource, NULL) || ' AS ' || pg_catalog.format_type(c.casttarget, NULL) || ')'`,
        context: 'c.castcontext',
        method: 'c.castmethod',
        ...scope(catalog, ['s.typnamespace', 't.typnamespace', 'f.pronamespace']),
      },
      maybe: { function: 'CASE WHEN c.castfunc <> 0 THEN c.castfunc::pg_catalog.regprocedure::text END' },
    },
    // the casts between a range and its multirange come with the type
    `FROM pg_catalog.pg_cast c JOIN pg_catalog.pg_type s ON s.oid = c.castsource JOIN pg_catalog.pg_type t ON t.oid = c.casttarget
     LEFT JOIN pg_catalog.pg_proc f ON f.oid = c.castfunc
     WHERE c.oid >= 16384 AND ${catalog.notMember('pg_cast', 'c.oid')}
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'i')`,
  );
  return rows
    .filter((row) => wanted(catalog, 'cast', row))
    .map((row): Part => {
      const how =
        row.method === 'i'
          ? 'WITH INOUT'
          : row.function === null
            ? 'WITHOUT FUNCTION'
            : `WITH FUNCTION ${row.function}`;
      const when = row.context === 'a' ? ' AS ASSIGNMENT' : row.context === 'i' ? ' AS IMPLICIT' : '';
      return {
        key: keyOf('pg_cast', row.oid),
        kind: 'cast',
        schema: undefined,
        name: row.name,
        oid: `(SELECT o.oid FROM pg_catalog.pg_cast o WHERE o.castsource = ${regtype(row.source)} AND o.casttarget = ${regtype(row.target)})`,
        sql: [`CREATE CAST ${row.name} ${how}${when}`],
        address: `CAST ${row.name}`,
      };
    });
}

export async function readTransforms(catalog: CatalogReader): Promise<Part[]> {
  if (!(await has(catalog, 'transform'))) return [];
  const rows = await select(
    catalog,
    {
      always: {
        oid: 't.oid',
        type: 'pg_catalog.format_type(t.trftype, NULL)',
        language: 'l.lanname',
        name: `pg_catalog.format_type(t.trftype, NULL) || ' LANGUAGE ' || pg_catalog.quote_ident(l.lanname)`,
        ...scope(catalog, ['y.typnamespace', 'f.pronamespace', 'g.pronamespace']),
      },
      maybe: {
        fromSql: 'CASE WHEN t.trffromsql <> 0 THEN t.trffromsql::pg_catalog.oid::pg_catalog.regprocedure::text END',
        toSql: 'CASE WHEN t.trftosql <> 0 THEN t.trftosql::pg_catalog.oid::pg_catalog.regprocedure::text END',
      },
    },
    `FROM pg_catalog.pg_transform t JOIN pg_catalog.pg_language l ON l.oid = t.trflang JOIN pg_catalog.pg_type y ON y.oid = t.trftype
     LEFT JOIN pg_catalog.pg_proc f ON f.oid = t.trffromsql::pg_catalog.oid LEFT JOIN pg_catalog.pg_proc g ON g.oid = t.trftosql::pg_catalog.oid
     WHERE ${catalog.notMember('pg_transform', 't.oid')}`,
  );
  return rows
    .filter((row) => wanted(catalog, 'transform', row))
    .map((row): Part => {
      const functions = [
        row.fromSql !== null && `FROM SQL WITH FUNCTION ${row.fromSql}`,
        row.toSql !== null && `TO SQL WITH FUNCTION ${row.toSql}`,
      ].filter((text) => text !== false);
      return {
        key: keyOf('pg_transform', row.oid),
        kind: 'transform',
        schema: undefined,
        name: row.name,
        oid: `(SELECT o.oid FROM pg_catalog.pg_transform o JOIN pg_catalog.pg_language l ON l.oid = o.trflang WHERE o.trftype = ${regtype(row.type)} AND l.lanname = ${quoteLiteral(row.language)})`,
        sql: [`CREATE TRANSFORM FOR ${row.name} (${functions.join(', ')})`],
        address: `TRANSFORM FOR ${row.name}`,
      };
    });
}
