/** Policies of row security. Whether it is on is the table's business. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import type { Relations } from '../relations.ts';
import { keyOf, type CatalogReader, type Part } from '../types.ts';

const COMMAND: Readonly<Record<string, string>> = { r: 'SELECT', a: 'INSERT', w: 'UPDATE', d: 'DELETE' };

export async function readPolicies(catalog: CatalogReader, reading: Promise<Relations>): Promise<Part[]> {
  const asking = catalog.rows(`
    SELECT p.oid, p.polrelid, p.polname, p.polcmd, p.polpermissive,
      CASE WHEN p.polroles <> '{0}' THEN (SELECT pg_catalog.string_agg(CASE r.role WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(r.role)) END, ', ' ORDER BY 1)
        FROM pg_catalog.unnest(p.polroles) r (role)) END,
      pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)
    FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
    WHERE ${catalog.inScope('c.relnamespace')} AND ${catalog.notMember('pg_policy', 'p.oid')}`);
  const [rows, relations] = await Promise.all([asking, reading]);
  return rows.flatMap(([oid, relation, name, command, permissive, roles, using, check]): Part[] => {
    const table = relations.get(relation ?? '');
    if (!table || oid == null || name == null) return [];
    const where = `polrelid = ${table.regclass} AND polname = ${quoteLiteral(name)}`;
    const word = COMMAND[command ?? '*'];
    const sql =
      `CREATE POLICY ${quoteIdent(name)} ON ${table.name}` +
      (permissive === 'f' ? ' AS RESTRICTIVE' : '') +
      (word === undefined ? '' : ` FOR ${word}`) +
      (roles == null ? '' : ` TO ${roles}`) +
      (using == null ? '' : ` USING (${using})`) +
      (check == null ? '' : ` WITH CHECK (${check})`);
    return [
      {
        key: keyOf('pg_policy', oid),
        kind: 'policy',
        schema: table.schema,
        name: `${quoteIdent(name)} on ${table.name}`,
        of: keyOf('pg_class', table.oid),
        oid: `(SELECT oid FROM pg_catalog.pg_policy WHERE ${where})`,
        missing: `NOT EXISTS (SELECT FROM pg_catalog.pg_policy WHERE ${where})`,
        sql: [sql],
        address: `POLICY ${quoteIdent(name)} ON ${table.name}`,
        requires: [keyOf('pg_class', table.oid)],
      },
    ];
  });
}
