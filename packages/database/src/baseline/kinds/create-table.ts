/** CREATE TABLE with its columns: defaults, identities, NOT NULL. */
import { quoteIdent } from '@idempotify/core';
import { foreignOption, option, storageName, type ColumnRow, type Relation } from '../relations.ts';
import { keyOf, type CatalogReader, type Key } from '../types.ts';
import type { Form } from './form.ts';
import { sequenceOptions } from './sequence.ts';

/** The sequence behind an identity column. */
export interface Identity {
  readonly oid: string;
  readonly name: string;
  readonly persistence: string;
  /** As behind IDENTITY, without parentheses: `START WITH 100 CYCLE`. */
  readonly options: string;
}

/** A NOT NULL that says more than that (PostgreSQL 18: it is a constraint). */
export interface NotNull {
  readonly oid: string;
  readonly name: string;
  readonly valid: boolean;
  readonly noInherit: boolean;
  readonly local: boolean;
  /** Its name is the one that PostgreSQL would choose, and no other constraint of the schema has it. */
  readonly usual: boolean;
  readonly commented: boolean;
}

/** @returns `table OID attnum` -> the sequence */
export async function readIdentities(catalog: CatalogReader): Promise<ReadonlyMap<string, Identity>> {
  const rows = await catalog.rows(`
    SELECT d.refobjid, d.refobjsubid, c.oid, c.relname, n.nspname, c.relpersistence, pg_catalog.format_type(s.seqtypid, NULL),
      s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle
    FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.objsubid = 0
        AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjsubid > 0 AND d.deptype = 'i'
    WHERE ${catalog.inScope('c.relnamespace')}`);
  return new Map(
    rows.map((row) => {
      const [table, column, oid, relname, schema, persistence, type, ...numbers] = row as string[];
      const identity: Identity = {
        oid: oid ?? '',
        name: `${quoteIdent(schema ?? '')}.${quoteIdent(relname ?? '')}`,
        persistence: persistence ?? 'p',
        options: sequenceOptions(type ?? 'bigint', numbers),
      };
      return [`${table} ${column}`, identity] as const;
    }),
  );
}

/** Of 18 and newer. @returns `table OID attnum` -> the constraint */
export async function readNotNulls(catalog: CatalogReader): Promise<ReadonlyMap<string, NotNull>> {
  const rows = await catalog.rows(`
    SELECT k.conrelid, k.conkey[1], k.oid, k.conname, k.convalidated, k.connoinherit, k.conislocal,
      k.conname = c.relname || '_' || a.attname || '_not_null', d.objoid IS NOT NULL, k.connamespace
    FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
      JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
      LEFT JOIN pg_catalog.pg_description d ON d.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objoid = k.oid
    WHERE k.contype = 'n' AND ${catalog.inScope('k.connamespace')}`);
  // ChooseConstraintName() looks at the whole schema, so that another constraint of that name counts
  const names = new Set<string>();
  const several = new Set<string>();
  const nameOf = (row: readonly (string | null)[]): string => `${row[9]} ${row[3]}`;
  for (const row of rows) {
    const name = nameOf(row);
    if (names.has(name)) several.add(name);
    names.add(name);
  }
  return new Map(
    rows.map((row) => {
      const [table, column, oid, name, valid, noInherit, local, usual, commented] = row;
      return [
        `${table} ${column}`,
        {
          oid: oid ?? '',
          name: name ?? '',
          valid: valid === 't',
          noInherit: noInherit === 't',
          local: local === 't',
          usual: usual === 't' && !several.has(nameOf(row)),
          commented: commented === 't',
        },
      ];
    }),
  );
}

/** The default that CREATE TABLE … INHERITS would give a column that says nothing about it. */
function inheritedDefault(column: ColumnRow, parents: readonly Relation[]): string | null {
  for (const parent of parents) {
    const same = parent.columns.find(({ name }) => name === column.name);
    if (same && same.expression !== null) return same.expression;
  }
  return null;
}

function identityClause(table: Relation, column: ColumnRow, identity: Identity | undefined): string {
  const always = column.identity === 'a' ? 'ALWAYS' : 'BY DEFAULT';
  // a partition has the identity of its parent, from when it is attached
  if (!identity) return '';
  const usual = `${quoteIdent(table.schema)}.${quoteIdent(`${table.relname}_${column.name}_seq`)}`;
  const options = [
    // a name that does not fit is shortened in a way of PostgreSQL's own
    identity.name === usual && Buffer.byteLength(`${table.relname}_${column.name}_seq`) <= 63
      ? ''
      : `SEQUENCE NAME ${identity.name}`,
    identity.options,
  ].filter((word) => word !== '');
  return ` GENERATED ${always} AS IDENTITY${options.length > 0 ? ` (${options.join(' ')})` : ''}`;
}

/** A column as it stands in CREATE TABLE and behind ADD COLUMN. @param apart the defaults that come by themselves */
export function columnText(
  table: Relation,
  column: ColumnRow,
  form: Form,
  identities: ReadonlyMap<string, Identity>,
  notNull: NotNull | undefined,
  apart: ReadonlySet<Key>,
  inheritsNotNull: boolean,
): string {
  let text = quoteIdent(column.name);
  text += form.type === 'typed' ? ' WITH OPTIONS' : ` ${column.type}`;
  if (table.kind === 'f' && column.foreignOptions?.length)
    text += ` OPTIONS (${column.foreignOptions.map(foreignOption).join(', ')})`;
  if (column.collation !== null && form.type !== 'typed') text += ` COLLATE ${column.collation}`;
  const cut = column.defaultOid !== null && apart.has(keyOf('pg_attrdef', column.defaultOid));
  if (column.generated !== '')
    text += ` GENERATED ALWAYS AS (${column.expression}) ${column.generated === 's' ? 'STORED' : 'VIRTUAL'}`;
  else if (column.identity !== '')
    text += identityClause(table, column, identities.get(`${table.oid} ${column.number}`));
  else if (column.expression !== null && !cut) text += ` DEFAULT ${column.expression}`;
  if (
    column.notNull &&
    (notNull === undefined ? !inheritsNotNull : notNull.valid && (notNull.local || form.type === 'alone'))
  ) {
    if (notNull && !notNull.usual) text += ` CONSTRAINT ${quoteIdent(notNull.name)}`;
    text += ' NOT NULL';
    if (notNull?.noInherit) text += ' NO INHERIT';
  }
  return text;
}

/** What stands in the parentheses of CREATE TABLE, and what can only be said behind it. */
export function columnClauses(
  table: Relation,
  form: Form,
  identities: ReadonlyMap<string, Identity>,
  notNulls: ReadonlyMap<string, NotNull>,
  apart: ReadonlySet<Key>,
): { readonly lines: string[]; readonly later: string[] } {
  const lines: string[] = [];
  const later: string[] = [];
  const alter = (what: string): void => void later.push(`ALTER TABLE ONLY ${table.name} ${what}`);
  for (const column of table.columns) {
    const notNull = notNulls.get(`${table.oid} ${column.number}`);
    const name = quoteIdent(column.name);
    const parents = form.parents.flatMap((parent) => parent.columns.filter((each) => each.name === column.name));
    const inherited = form.type === 'inherits' && parents.length > 0;
    const inheritsNotNull = inherited && parents.some((each) => each.notNull);
    if (inherited && !column.local) {
      const usual = inheritedDefault(column, form.parents);
      if (column.generated === '' && column.expression !== usual)
        alter(
          `ALTER COLUMN ${name} ${column.expression === null ? 'DROP DEFAULT' : `SET DEFAULT ${column.expression}`}`,
        );
      if (column.notNull && notNull === undefined && !inheritsNotNull) alter(`ALTER COLUMN ${name} SET NOT NULL`);
      // of 18: an inherited column, and a constraint of the child's own on it
      if (notNull?.local && notNull.valid) lines.push(`CONSTRAINT ${quoteIdent(notNull.name)} NOT NULL ${name}`);
    } else if (form.type === 'typed' && plain(column, notNull)) {
      // the type says it all
    } else {
      lines.push(columnText(table, column, form, identities, notNull, apart, inheritsNotNull));
      if (
        inherited &&
        column.generated === '' &&
        column.expression === null &&
        inheritedDefault(column, form.parents) !== null
      )
        alter(`ALTER COLUMN ${name} DROP DEFAULT`);
    }
    if (column.storage !== null) alter(`ALTER COLUMN ${name} SET STORAGE ${storageName(column.storage)}`);
    if (column.compression !== null)
      alter(`ALTER COLUMN ${name} SET COMPRESSION ${column.compression === 'l' ? 'lz4' : 'pglz'}`);
    if (column.statistics !== null) alter(`ALTER COLUMN ${name} SET STATISTICS ${column.statistics}`);
    if (column.options?.length)
      alter(`ALTER COLUMN ${name} SET (${column.options.map((each) => option(each)).join(', ')})`);
    if (table.kind === 'f' && inherited && !column.local && column.foreignOptions?.length)
      later.push(
        `ALTER FOREIGN TABLE ONLY ${table.name} ALTER COLUMN ${name} OPTIONS (${column.foreignOptions.map(foreignOption).join(', ')})`,
      );
  }
  return { lines, later };
}

/** CREATE TABLE, and what can only be said behind it. */
export function createTable(
  table: Relation,
  form: Form,
  identities: ReadonlyMap<string, Identity>,
  notNulls: ReadonlyMap<string, NotNull>,
  apart: ReadonlySet<Key>,
): string[] {
  const { lines, later } = columnClauses(table, form, identities, notNulls, apart);
  const options = [
    ...(table.options ?? []).map((each) => option(each)),
    ...(table.toastOptions ?? []).map((each) => option(each, 'toast.')),
  ];
  const word = table.kind === 'f' ? 'FOREIGN TABLE' : table.persistence === 'u' ? 'UNLOGGED TABLE' : 'TABLE';
  let text = `CREATE ${word} ${table.name}`;
  if (form.type === 'typed') text += ` OF ${table.ofType}`;
  if (lines.length > 0) text += ` (\n      ${lines.join(',\n      ')}\n    )`;
  else if (form.type !== 'typed') text += ' ()';
  if (form.type === 'inherits') text += ` INHERITS (${form.parents.map(({ name }) => name).join(', ')})`;
  if (table.partitionKey !== null) text += ` PARTITION BY ${table.partitionKey}`;
  if (table.server !== null) {
    text += ` SERVER ${quoteIdent(table.server)}`;
    if (table.foreignOptions?.length) text += ` OPTIONS (${table.foreignOptions.map(foreignOption).join(', ')})`;
  }
  if (table.accessMethod !== null) text += ` USING ${quoteIdent(table.accessMethod)}`;
  if (options.length > 0) text += ` WITH (${options.join(', ')})`;
  return [text, ...later];
}

/** Nothing that a typed table says about the column beside its type. */
const plain = (column: ColumnRow, notNull: NotNull | undefined): boolean =>
  column.expression === null && column.identity === '' && !column.notNull && notNull === undefined;
