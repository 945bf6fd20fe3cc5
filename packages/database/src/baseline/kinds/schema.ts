/** Schemas. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import { keyOf, type CatalogReader, type Part } from '../types.ts';

/** @param name not quoted; SQL for the OID of the schema, or NULL */
export const regnamespace = (name: string): string => `pg_catalog.to_regnamespace(${quoteLiteral(quoteIdent(name))})`;

/**
 * `public` is there in every new database and belongs to whoever owns that (pg_database_owner since 15): it is never
 * created, and its owner is never changed.
 */
export async function readSchemas(catalog: CatalogReader): Promise<Part[]> {
  const rows = await catalog.rows(`
    SELECT n.oid, n.nspname, pg_catalog.pg_get_userbyid(n.nspowner), n.nspacl FROM pg_catalog.pg_namespace n
    WHERE ${catalog.inScope('n.oid')} AND ${catalog.notMember('pg_namespace', 'n.oid')}`);
  return rows.flatMap(([oid, schema, owner, acl]): Part[] => {
    if (oid == null || schema == null || owner == null) return [];
    const name = quoteIdent(schema);
    const own = schema !== 'public';
    return [
      {
        key: keyOf('pg_namespace', oid),
        kind: 'schema',
        schema,
        name,
        oid: regnamespace(schema),
        sql: own ? [`CREATE SCHEMA ${name}`] : [],
        ...(own ? {} : { missing: 'false' }),
        address: `SCHEMA ${name}`,
        // what was granted on public is read with the privileges that initdb has changed
        ...(own ? { owner, grants: { letter: 'n', acl: acl ?? null } } : {}),
      },
    ];
  });
}
