/** Extensions: CREATE EXTENSION makes all that belongs to them. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import { keeperOfSchema } from '../left-out.ts';
import { keyOf, type CatalogReader, type Part } from '../types.ts';
import { regnamespace } from './schema.ts';

/**
 * Without a version: the server's own is the one that works there. plpgsql is in every new database.
 */
export async function readExtensions(catalog: CatalogReader): Promise<Part[]> {
  const rows = await catalog.rows(`
    SELECT e.oid, e.extname, n.nspname, ${catalog.inScope('n.oid')}, n.nspname !~ '^pg_' AND n.nspname NOT IN ('public', 'information_schema')
    FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.oid >= 16384 ORDER BY e.extname`);
  const roles = new Set(
    (await catalog.rows('SELECT rolname FROM pg_catalog.pg_roles')).flatMap(([name]) => name ?? []),
  );
  return rows.flatMap(([oid, extension, schema, inScope, users]): Part[] => {
    if (oid == null || extension == null || schema == null) return [];
    const name = quoteIdent(extension);
    const keeper = inScope === 't' ? undefined : keeperOfSchema(schema, roles);
    // Supabase has users put their extensions into this schema
    if (keeper !== undefined && schema !== 'extensions') {
      catalog.leaveOut('extension', name, `it is in the schema ${quoteIdent(schema)}, which ${keeper} makes`);
      return [];
    }
    const unavailable = `the extension ${name} is needed, but is not installed on this server`;
    return [
      {
        key: keyOf('pg_extension', oid),
        kind: 'extension',
        schema: undefined,
        name,
        oid: `(SELECT oid FROM pg_catalog.pg_extension WHERE extname = ${quoteLiteral(extension)})`,
        sql: [
          `IF NOT EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name = ${quoteLiteral(extension)}) THEN
      RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = ${quoteLiteral(unavailable)},
        HINT = 'Install its package on the server, or choose a plan of your provider that has it, and apply this again.';
    END IF`,
          // a schema that is not made by this file, but holds what is
          ...(inScope !== 't' && users === 't'
            ? [`IF ${regnamespace(schema)} IS NULL THEN CREATE SCHEMA ${quoteIdent(schema)}; END IF`]
            : []),
          `CREATE EXTENSION ${name} SCHEMA ${quoteIdent(schema)}`,
        ],
        address: `EXTENSION ${name}`,
      },
    ];
  });
}
