/** Functions, procedures and window functions. */
import { quoteLiteral } from '@idempotify/core';
import { append, keyOf, LATER, type CatalogReader, type Key, type Part, type Split } from '../types.ts';
import { has, schemaOid, select } from './query.ts';
import { shellKey } from './type.ts';

/** SQL on the source: the argument types, as DDL wants to have them in an address. */
const signature = (oid: string): string => `${oid}::pg_catalog.regprocedure::text`;

/** The OID of a function, where all types of its arguments are there. */
export const functionOid = (name: string): string => `pg_catalog.to_regprocedure(${quoteLiteral(name)})`;

export async function readFunctions(catalog: CatalogReader): Promise<Part[]> {
  if (!(await has(catalog, 'function'))) return [];
  const partOf = await functionsOfTypes(catalog);
  // what is needed to make it in two steps; parsed SQL is BEGIN ATOMIC and RETURN
  const isParsed = catalog.version >= 140000 ? 'p.prosqlbody IS NOT NULL' : 'false';
  const ifSplit = (sql: string): string => `CASE WHEN ${isParsed} OR p.pronargdefaults > 0 THEN ${sql} END`;
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
        types: `pg_catalog.array_to_json(coalesce(p.proallargtypes::pg_catalog.text[], pg_catalog.string_to_array(p.proargtypes::pg_catalog.text, ' ')))`,
        own: `EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'i')`,
        // a function in C or of the server may take a shell
        ofShells: `EXISTS (SELECT FROM pg_catalog.unnest(p.proargtypes) a JOIN pg_catalog.pg_type t ON t.oid = a WHERE NOT t.typisdefined)`,
        identity: `(pg_catalog.pg_identify_object('pg_catalog.pg_proc'::pg_catalog.regclass, p.oid, 0)).identity`,
      },
      maybe: {
        acl: 'p.proacl',
        transforms: 'pg_catalog.array_to_json(p.protrftypes::pg_catalog.text[])',
        // the rest only where it may be needed
        parameters: `CASE WHEN p.prokind = 'p' THEN pg_catalog.pg_get_function_identity_arguments(p.oid) END`,
        arguments: ifSplit('pg_catalog.pg_get_function_arguments(p.oid)'),
        defaults: ifSplit(
          `(SELECT pg_catalog.json_agg(a.text ORDER BY a.number) FROM (SELECT i AS number, pg_catalog.pg_get_function_arg_default(p.oid, i) AS text FROM pg_catalog.generate_series(1, coalesce(pg_catalog.cardinality(p.proallargtypes), p.pronargs::pg_catalog.int4)) i) a WHERE a.text IS NOT NULL)`,
        ),
        sqlBody: catalog.version >= 140000 ? 'pg_catalog.pg_get_function_sqlbody(p.oid)' : 'NULL',
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
      // to_regprocedure() raises an error on 15 and older when an argument is a shell; constructors of multiranges are unknown to 13
      oid:
        types.length > 0 || row.ofShells === 't' || row.own === 't'
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
  readonly language: string;
  readonly definition: string;
  readonly source: string;
  readonly support: string;
  readonly result: string;
  readonly types: string;
  readonly transforms: string | null;
  readonly arguments: string | null;
  readonly defaults: string | null;
  readonly sqlBody: string | null;
}

/**
 * A body of parsed SQL depends on all that it names: on a view that calls the function, say; the default of an argument
 * likewise. The first half has another body, into which nobody looks while check_function_bodies is off, and other
 * defaults, so that calls with fewer arguments find it: CREATE OR REPLACE may change both.
 */
function splitOf(row: Row, oid: string): Split | undefined {
  // of the server's own functions and of those in C the body is a name that has to be there at once
  if (row.arguments === null || row.language === 'internal' || row.language === 'c') return undefined;
  const whole = row.definition.trimEnd();
  const [quote = ''] = /\$(?:function|procedure)x*\$$/.exec(whole) ?? [];
  const body = row.sqlBody?.trimEnd() ?? `AS ${quote}${row.source}${quote}`;
  const open = whole.indexOf(`(${row.arguments})\n`) + 1;
  if (open === 0 || !whole.endsWith(body)) return undefined;
  const close = open + row.arguments.length;
  const defaults = JSON.parse(row.defaults ?? '[]') as string[];
  const first = `${whole.slice(0, open)}${withoutDefaults(row.arguments, defaults)}${whole.slice(close, whole.length - body.length)}AS ${quoteLiteral(LATER)}`;
  const types = [
    ...(JSON.parse(row.types) as string[]),
    ...(JSON.parse(row.transforms ?? '[]') as string[]),
    row.result,
  ];
  const needs: Key[] = [
    keyOf('pg_namespace', row.schemaOid),
    keyOf('pg_language', row.languageOid),
    ...types.map((type) => keyOf('pg_type', type)),
    ...(row.support === '0' ? [] : [keyOf('pg_proc', row.support)]),
  ];
  return {
    rank: 5,
    first: [first],
    needs: [...new Set(needs)],
    then: {
      missing: `(SELECT o.prosrc = ${quoteLiteral(LATER)} FROM pg_catalog.pg_proc o WHERE o.oid = ${oid})`,
      sql: [whole],
    },
  };
}

/** @param defaults in the order in which they stand in the list */
function withoutDefaults(list: string, defaults: readonly string[]): string {
  let result = '';
  let rest = list;
  for (const text of defaults) {
    const at = rest.indexOf(` DEFAULT ${text}`);
    if (at === -1) continue;
    result += `${rest.slice(0, at)} DEFAULT NULL`;
    rest = rest.slice(at + ` DEFAULT ${text}`.length);
  }
  return result + rest;
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
    append(found, routine, type);
  }
  return found;
}
