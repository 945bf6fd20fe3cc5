import type { QueryResult } from '../runners/types.ts';

/**
 * Pieces of SQL that the catalog readers share. All of them are read under an empty search_path, so that PostgreSQL
 * itself qualifies every name it prints.
 */

/** `server_version_num` decides what the catalogs look like. */
export type Version = number;

/** A JSON object of the given expressions, as text; what is NULL is left out. (`json_strip_nulls` would read it all again.) */
export function properties(expressions: Record<string, string | undefined>): string {
  const pairs = Object.entries(expressions).flatMap(([name, sql]) =>
    sql === undefined ? [] : [`'"${name}": ' || to_json(${sql})::text`],
  );
  return `concat('{', concat_ws(', ', ${pairs.join(', ')}), '}')`;
}

/** The expression when the server is new enough, else nothing. */
export function since(major: number, version: Version, sql: string): string | undefined {
  return version >= major * 10000 ? sql : undefined;
}

/** The expression, or NULL when it is the usual `value`: what is usual need not be shown. */
export const unless = (value: string, sql: string): string => `nullif(${sql}, ${value})`;

/** A text array as a sorted JSON list: options are a set. */
export const sorted = (array: string): string =>
  `(SELECT json_agg(x ORDER BY x COLLATE "C") FROM unnest(${array}) AS x)`;

export const roleName = (oid: string): string => `quote_ident(pg_get_userbyid(${oid}))`;

/** The qualified name of an object of one of the catalogs that have a name and a namespace. */
function qualified(catalog: string, prefix: string, oid: string): string {
  // the aliases must not hide one that `oid` uses
  return `(SELECT quote_ident(home.nspname) || '.' || quote_ident(named.${prefix}name) FROM ${catalog} named JOIN pg_namespace home ON home.oid = named.${prefix}namespace WHERE named.oid = ${oid})`;
}
// regcollation exists since 13 only
export const collationName = (oid: string): string => qualified('pg_collation', 'coll', oid);
export const opclassName = (oid: string): string => qualified('pg_opclass', 'opc', oid);
export const opfamilyName = (oid: string): string => qualified('pg_opfamily', 'opf', oid);
export const parserName = (oid: string): string => qualified('pg_ts_parser', 'prs', oid);
export const templateName = (oid: string): string => qualified('pg_ts_template', 'tmpl', oid);
export const accessMethod = (oid: string): string => `(SELECT quote_ident(m.amname) FROM pg_am m WHERE m.oid = ${oid})`;
export const tablespace = (oid: string): string =>
  `(SELECT quote_ident(s.spcname) FROM pg_tablespace s WHERE s.oid = ${oid})`;

/** A function by name and argument types, or NULL for none. */
export const routine = (oid: string): string => `nullif(${oid}, 0)::regprocedure::text`;
/** An operator by name and operand types, or NULL for none. */
export const operator = (oid: string): string => `nullif(${oid}, 0)::regoperator::text`;

/**
 * An access control list as sorted list of "SELECT TO role", or NULL when it is what the owner of such an object has by
 * default: whether PostgreSQL stored the default or nothing makes no difference. `kind` is the letter of acldefault().
 */
export function grants(acl: string, kind: string, owner: string): string {
  const usual = `acldefault('${kind}', ${owner})`;
  return `CASE WHEN ${acl} IS NULL OR (${acl} @> ${usual} AND ${acl} <@ ${usual}) THEN NULL ELSE ${grantList(acl, owner)} END`;
}

/** An access control list as sorted list, whatever the default is; an empty one (aclexplode rejects it) as empty list. */
export function grantList(acl: string, owner: string): string {
  return `coalesce((SELECT json_agg(g ORDER BY g COLLATE "C") FROM (
    SELECT e.privilege_type || ' TO ' || CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE ${roleName('e.grantee')} END
      || CASE WHEN e.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
      || CASE WHEN e.grantor = ${owner} THEN '' ELSE ' GRANTED BY ' || ${roleName('e.grantor')} END AS g
    FROM aclexplode(CASE WHEN cardinality(${acl}) > 0 THEN ${acl} END) e) s), '[]'::json)`;
}

/** Whether the object does not belong to an extension (see the query's WITH list in snapshot.ts). */
export const notMember = (catalog: string, oid: string): string =>
  `NOT EXISTS (SELECT FROM member WHERE member.classid = 'pg_catalog.${catalog}'::regclass AND member.objid = ${oid})`;

/** The first OID that initdb does not use itself. */
export const firstUserOid = 16384;

/**
 * The query with all of its result in one row, as JSON: reading many rows takes longer than making the JSON.
 * @param columns of the query, each taken as text
 */
export const inOneRow = (query: string, columns: readonly string[]): string =>
  `SELECT json_agg(json_build_array(${columns.map((column) => `q.${column}::text`).join(', ')}))::text AS rows FROM (${query}) AS q`;

/** The rows of a query that was written with `inOneRow`. */
export const rowsOf = (result: QueryResult | undefined): readonly (string | null)[][] =>
  JSON.parse(result?.rows[0]?.['rows'] ?? '[]') as (string | null)[][];
