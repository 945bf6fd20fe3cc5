/** What the readers of all kinds share: how they ask the source, and how the baseline finds an object where it is applied. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import type { CatalogName, CatalogReader } from '../types.ts';

/**
 * The rows of `SELECT columns rest`, by the names of the columns. A row in which one of the `always` is NULL is an
 * object that is being dropped just now (pg_get_functiondef and its like look at the newest catalog, not at the
 * transaction's): it is passed over.
 */
export async function select<A extends string, M extends string = never>(
  catalog: CatalogReader,
  columns: { readonly always: Readonly<Record<A, string>>; readonly maybe?: Readonly<Record<M, string>> },
  rest: string,
): Promise<(Record<A, string> & Record<M, string | null>)[]> {
  const always = Object.keys(columns.always);
  const maybe = Object.keys(columns.maybe ?? {});
  const expressions = [...Object.values<string>(columns.always), ...Object.values<string>(columns.maybe ?? {})];
  const rows = await catalog.rows(`SELECT ${expressions.join(', ')} ${rest}`);
  return rows
    .filter((row) => always.every((_, at) => row[at] != null))
    .map((row) => Object.fromEntries([...always, ...maybe].map((name, at) => [name, row[at] ?? null]))) as (Record<
    A,
    string
  > &
    Record<M, string | null>)[];
}

const user = (catalog: CatalogName, more = 'true'): string =>
  `EXISTS (SELECT FROM pg_catalog.${catalog} WHERE oid >= 16384 AND ${more})`;

/** Most databases have few of these: one question spares a query for each. 16384: FirstNormalObjectId in access/transam.h. */
const FAMILIES = {
  enum: user('pg_type', `typtype = 'e'`),
  composite: user('pg_class', `relkind = 'c'`),
  range: user('pg_type', `typtype = 'r'`),
  // a shell is a pseudo-type
  base: user('pg_type', `typtype IN ('b', 'p') AND typcategory <> 'A'`),
  domain: user('pg_type', `typtype = 'd'`),
  function: user('pg_proc', `prokind <> 'a'`),
  aggregate: user('pg_proc', `prokind = 'a'`),
  operator: user('pg_operator'),
  opclass: user('pg_opclass'),
  opfamily: user('pg_opfamily'),
  opmember: `(${user('pg_amop')} OR ${user('pg_amproc')})`,
  cast: user('pg_cast'),
  transform: user('pg_transform'),
  language: user('pg_language'),
  am: user('pg_am'),
  collation: user('pg_collation'),
  conversion: user('pg_conversion'),
  parser: user('pg_ts_parser'),
  template: user('pg_ts_template'),
  dictionary: user('pg_ts_dict'),
  configuration: user('pg_ts_config'),
} as const;

type Family = keyof typeof FAMILIES;

const found = new WeakMap<CatalogReader, Promise<ReadonlySet<string>>>();

/** Whether the database has any object of this family that did not come with the server. */
export async function has(catalog: CatalogReader, family: Family): Promise<boolean> {
  let answer = found.get(catalog);
  if (!answer) {
    const names = Object.keys(FAMILIES);
    answer = catalog
      .rows(`SELECT ${Object.values(FAMILIES).join(', ')}`)
      .then(([row]) => new Set(names.filter((_, at) => row?.[at] === 't')));
    found.set(catalog, answer);
  }
  return (await answer).has(family);
}

/** The qualified name of an object, in SQL on the source. */
export const qualifiedName = (namespace: string, name: string): string =>
  `pg_catalog.quote_ident(${namespace}) || '.' || pg_catalog.quote_ident(${name})`;

/** The qualified name of a collation: regcollation exists since 13 only. */
export const collationName = (oid: string): string =>
  `(SELECT ${qualifiedName('cn.nspname', 'co.collname')} FROM pg_catalog.pg_collation co JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = ${oid})`;

/** The qualified name of an operator class. */
export const opclassName = (oid: string): string =>
  `(SELECT ${qualifiedName('cn.nspname', 'oc.opcname')} FROM pg_catalog.pg_opclass oc JOIN pg_catalog.pg_namespace cn ON cn.oid = oc.opcnamespace WHERE oc.oid = ${oid})`;

/** The qualified name of an operator family. */
export const opfamilyName = (oid: string): string =>
  `(SELECT ${qualifiedName('fn.nspname', 'fa.opfname')} FROM pg_catalog.pg_opfamily fa JOIN pg_catalog.pg_namespace fn ON fn.oid = fa.opfnamespace WHERE fa.oid = ${oid})`;

/** `OPERATOR(schema.+)`, as DDL wants to have an operator without its operands; NULL for none. */
export const operatorName = (oid: string): string =>
  `(SELECT 'OPERATOR(' || pg_catalog.quote_ident(pn.nspname) || '.' || po.oprname || ')' FROM pg_catalog.pg_operator po JOIN pg_catalog.pg_namespace pn ON pn.oid = po.oprnamespace WHERE po.oid = ${oid})`;

/** A function's name where DDL knows the arguments by itself; NULL for none. */
export const functionName = (oid: string): string => `CASE WHEN ${oid} <> 0 THEN ${oid}::pg_catalog.regproc::text END`;

/** SQL where the baseline is applied: the OID of a schema, NULL when there is none of this name. */
export const schemaOid = (schema: string): string => `pg_catalog.to_regnamespace(${quoteLiteral(quoteIdent(schema))})`;

/**
 * SQL where the baseline is applied: the OID of an object that is known by schema and name.
 * @param prefix of the catalog's columns `…name` and `…namespace`
 */
export const oidByName = (catalog: CatalogName, prefix: string, schema: string, name: string, more = ''): string =>
  `(SELECT o.oid FROM pg_catalog.${catalog} o WHERE o.${prefix}name = ${quoteLiteral(name)} AND o.${prefix}namespace = ${schemaOid(schema)}${more})`;

/** For types that may be shells too: to_regtype() raises an error for them on 15 and older. */
export const typeOid = (schema: string, name: string, more = ''): string =>
  oidByName('pg_type', 'typ', schema, name, more);

/** The OID of a type that is there, and no shell, by what format_type() says. */
export const regtype = (type: string): string => `pg_catalog.to_regtype(${quoteLiteral(type)})`;

/** A JSON list that the server made. */
export const list = (json: string | null): (string | null)[][] => JSON.parse(json ?? '[]') as (string | null)[][];

/** `NAME = value` for all that have a value. */
export const settings = (values: Readonly<Record<string, string | null | undefined | false>>): string[] =>
  Object.entries(values).flatMap(([name, value]) => (value ? [`${name} = ${value}`] : []));

/** The definition of an object: one setting per line. */
export const inParentheses = (lines: readonly string[]): string => `(\n  ${lines.join(',\n  ')}\n)`;
