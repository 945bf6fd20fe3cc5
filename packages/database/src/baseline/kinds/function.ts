/** Functions, procedures and window functions. */
import { quoteLiteral } from '@idempotify/core';
import { keyOf, type CatalogReader, type Key, type Part, type Split } from '../types.ts';
import { has, schemaOid, select } from './query.ts';
import { shellKey } from './type.ts';

/** SQL on the source: the argument types, as DDL wants to have them in an address. */
const signature = (oid: string): string => `${oid}::pg_catalog.regprocedure::text`;

/** The OID of a function, where all types of its arguments are there. */
export const functionOid = (name: string): string => `pg_catalog.to_regprocedure(${quoteLiteral(name)})`;

export async function readFunctions(catalog: CatalogReader): Promise<Part[]> {
  if (!(await has(catalog, 'function'))) return [];
  const partOf = await functionsOfTypes(catalog);
  const body = catalog.version >= 140000;
  const rows = await select(
    catalog,
    {
      always: {
        oid: 'p.oid',
        schema: 'n.nspname',
        schemaOid: 'n.oid',
        plain: 'p.proname',
        name: signature('p.oid'),
        kind: 'p.prokind',
        owner: 'pg_catalog.pg_get_userbyid(p.proowner)',
        language: 'l.lanname',
        languageOid: 'l.oid',
        definition: 'pg_catalog.pg_get_functiondef(p.oid)',
        source: 'p.prosrc',
        support: 'p.prosupport::pg_catalog.oid',
        result: 'p.prorettype',
        arguments: `pg_catalog.array_to_json(coalesce(p.proallargtypes::pg_catalog.text[], pg_catalog.string_to_array(p.proargtypes::pg_catalog.text, ' ')))`,
        own: `EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'i')`,
        // a function in C or of the server may take a shell
        ofShells: `EXISTS (SELECT FROM pg_catalog.unnest(p.proargtypes) a JOIN pg_catalog.pg_type t ON t.oid = a WHERE NOT t.typisdefined)`,
        identity: `(pg_catalog.pg_identify_object('pg_catalog.pg_proc'::pg_catalog.regclass, p.oid, 0)).identity`,
      },
      maybe: {
        acl: 'p.proacl',
        transforms: 'pg_catalog.array_to_json(p.protrftypes::pg_catalog.text[])',
        // only where it may be needed
        parameters: `CASE WHEN p.prokind = 'p'${body ? ' OR p.prosqlbody IS NOT NULL' : ''} THEN pg_catalog.pg_get_function_identity_arguments(p.oid) END`,
        withDefaults: body
          ? 'CASE WHEN p.prosqlbody IS NOT NULL THEN pg_catalog.pg_get_function_arguments(p.oid) END'
          : 'NULL',
        sqlBody: body
          ? 'CASE WHEN p.prosqlbody IS NOT NULL THEN pg_catalog.pg_get_function_sqlbody(p.oid) END'
          : 'NULL',
      },
    },
    `FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace JOIN pg_catalog.pg_language l ON l.oid = p.prolang
     WHERE p.prokind <> 'a' AND ${catalog.inScope('p.pronamespace')} AND ${catalog.notMember('pg_proc', 'p.oid')}`,
  );
  return rows.flatMap((row): Part[] => {
    const key = keyOf('pg_proc', row.oid);
    const procedure = row.kind === 'p';
    // without the modes a procedure may be taken for another one with an OUT argument (LookupFuncWithArgs in parse_func.c)
    const address = procedure ? `PROCEDURE ${qualified(row.name)}(${row.parameters ?? ''})` : `FUNCTION ${row.name}`;
    const types = partOf.get(row.oid) ?? [];
    const part: Part = {
      key,
      kind: procedure ? 'procedure' : 'function',
      schema: row.schema,
      name: row.name,
      oid:
        types.length > 0 || row.ofShells === 't'
          ? `(SELECT o.oid FROM pg_catalog.pg_proc o WHERE o.proname = ${quoteLiteral(row.plain)} AND o.pronamespace = ${schemaOid(row.schema)} AND (pg_catalog.pg_identify_object('pg_catalog.pg_proc'::pg_catalog.regclass, o.oid, 0)).identity = ${quoteLiteral(row.identity)})`
          : functionOid(row.name),
      sql: [row.definition.trimEnd()],
      address,
      owner: row.owner,
      grants: { letter: 'f', acl: row.acl },
    };
    if (row.own === 't') {
      // the constructors of a range come with it, but have an owner, grants and comments of their own
      return [{ ...part, missing: 'false', sql: [] }];
    }
    const split = splitOf(row, part.oid);
    return [
      {
        ...part,
        ...(types.length > 0 && {
          ignores: types.map((type) => keyOf('pg_type', type)),
          requires: types.map(shellKey),
        }),
        ...(split && { split }),
        ...(row.sqlBody === null && (row.language === 'sql' || row.language === 'plpgsql') && { body: row.source }),
      },
    ];
  });
}

/** `schema.name` of `schema.name(types)`. */
const qualified = (name: string): string =>
  /^(?:"(?:[^"]|"")*"|[^".(]+)\.(?:"(?:[^"]|"")*"|[^"(]+)/.exec(name)?.[0] ?? name;

interface Row {
  readonly name: string;
  readonly schemaOid: string;
  readonly languageOid: string;
  readonly definition: string;
  readonly support: string;
  readonly result: string;
  readonly arguments: string;
  readonly transforms: string | null;
  readonly parameters: string | null;
  readonly withDefaults: string | null;
  readonly sqlBody: string | null;
}

/**
 * A body of parsed SQL depends on all that it names: on a view that calls the function, say. The first half has neither it
 * nor the defaults of the arguments, which CREATE OR REPLACE may add. check_function_bodies is off, so nobody looks into
 * the empty body.
 */
function splitOf(row: Row, oid: string): Split | undefined {
  if (row.sqlBody === null || row.parameters === null || row.withDefaults === null) return undefined;
  const whole = row.definition.trimEnd();
  const body = row.sqlBody.trimEnd();
  const open = `${qualified(row.name)}(`;
  const at = whole.indexOf(open + row.withDefaults);
  if (!whole.endsWith(body) || at === -1) return undefined;
  const rest = whole.slice(at + open.length + row.withDefaults.length, whole.length - body.length);
  // TABLE (…) belongs to the result, so both lists of arguments are without it
  const first = `${whole.slice(0, at)}${open}${row.parameters}${rest}AS 'SELECT NULL'`;
  const types = [...(JSON.parse(row.arguments) as string[]), row.result];
  const transformed = JSON.parse(row.transforms ?? '[]') as string[];
  const needs: Key[] = [
    keyOf('pg_namespace', row.schemaOid),
    keyOf('pg_language', row.languageOid),
    ...[...types, ...transformed].map((type) => keyOf('pg_type', type)),
    ...(row.support === '0' ? [] : [keyOf('pg_proc', row.support)]),
  ];
  return {
    rank: 5,
    first: [first],
    needs: [...new Set(needs)],
    then: {
      missing: `(SELECT o.prosqlbody IS NULL FROM pg_catalog.pg_proc o WHERE o.oid = ${oid})`,
      sql: [whole],
    },
  };
}

/** function -> the types that are made of it: it comes before them and takes or returns their shell. */
async function functionsOfTypes(catalog: CatalogReader): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  const queries: string[] = [];
  if (await has(catalog, 'base')) {
    const columns = ['input', 'output', 'receive', 'send', 'modin', 'modout', 'analyze'];
    if (catalog.version >= 140000) columns.push('subscript');
    queries.push(
      `SELECT t.oid AS type, f.oid AS function FROM pg_catalog.pg_type t, LATERAL (VALUES ${columns.map((column) => `(t.typ${column}::pg_catalog.oid)`).join(', ')}) f (oid) WHERE t.oid >= 16384 AND t.typtype = 'b' AND t.typisdefined AND f.oid >= 16384 AND ${catalog.notMember('pg_type', 't.oid')}`,
    );
  }
  if (await has(catalog, 'range')) {
    queries.push(
      `SELECT r.rngtypid, r.rngcanonical::pg_catalog.oid FROM pg_catalog.pg_range r WHERE r.rngtypid >= 16384 AND r.rngcanonical <> 0 AND ${catalog.notMember('pg_type', 'r.rngtypid')}`,
    );
  }
  if (queries.length === 0) return found;
  for (const [type, routine] of await catalog.rows(queries.join(' UNION '))) {
    if (type == null || routine == null) continue;
    found.set(routine, [...(found.get(routine) ?? []), type]);
  }
  return found;
}
