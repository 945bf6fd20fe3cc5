/** Extended statistics. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import { keyOf, type CatalogReader, type Part } from '../types.ts';
import { regnamespace } from './schema.ts';

/** @param excluded OIDs of relations that are not read */
export async function readStatistics(catalog: CatalogReader, excluded: ReadonlySet<string>): Promise<Part[]> {
  const target =
    catalog.version >= 170000 ? 's.stxstattarget' : catalog.version >= 130000 ? 'NULLIF(s.stxstattarget, -1)' : 'NULL';
  const rows = await catalog.rows(`
    SELECT s.oid, n.nspname, s.stxname, pg_catalog.pg_get_userbyid(s.stxowner), pg_catalog.pg_get_statisticsobjdef(s.oid), ${target}, s.stxrelid
    FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace JOIN pg_catalog.pg_class c ON c.oid = s.stxrelid
    WHERE ${catalog.inScope('n.oid')} AND ${catalog.inScope('c.relnamespace')} AND ${catalog.notMember('pg_statistic_ext', 's.oid')}`);
  return rows.flatMap(([oid, schema, statistics, owner, definition, number, table]): Part[] => {
    if (oid == null || schema == null || statistics == null || owner == null || definition == null || table == null)
      return [];
    if (excluded.has(table)) return [];
    const name = `${quoteIdent(schema)}.${quoteIdent(statistics)}`;
    const where = `FROM pg_catalog.pg_statistic_ext WHERE stxnamespace = ${regnamespace(schema)} AND stxname = ${quoteLiteral(statistics)}`;
    return [
      {
        key: keyOf('pg_statistic_ext', oid),
        kind: 'statistics',
        schema,
        name,
        of: keyOf('pg_class', table),
        oid: `(SELECT oid ${where})`,
        sql: [definition],
        steps:
          number == null
            ? []
            : [
                {
                  needed: `EXISTS (SELECT ${where} AND stxstattarget IS DISTINCT FROM ${number})`,
                  sql: [`ALTER STATISTICS ${name} SET STATISTICS ${number}`],
                },
              ],
        address: `STATISTICS ${name}`,
        owner,
        requires: [keyOf('pg_class', table)],
      },
    ];
  });
}
