/** Tables of every sort, with their columns and defaults; partitions and what is inherited. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import { tableFact } from '../check.ts';
import {
  childrenOf,
  foreignOption,
  option,
  regclass,
  storageName,
  type ColumnRow,
  type Relation,
  type Relations,
} from '../relations.ts';
import { lateness, stands, type Lateness } from './lateness.ts';
import { keyOf, type CatalogReader, type Inline, type Key, type Part, type Step } from '../types.ts';

/** The sequence behind an identity column. */
interface Identity {
  readonly oid: string;
  readonly name: string;
  readonly persistence: string;
  readonly acl: string | null;
  /** As behind IDENTITY, without parentheses: `START WITH 100 CYCLE`. */
  readonly options: string;
}

/** A NOT NULL that says more than that (PostgreSQL 18: it is a constraint). */
interface NotNull {
  readonly oid: string;
  readonly name: string;
  readonly valid: boolean;
  readonly noInherit: boolean;
  readonly local: boolean;
  readonly inherited: boolean;
  /** Its name is the one that PostgreSQL would choose, and no other constraint of the schema has it. */
  readonly usual: boolean;
  readonly commented: boolean;
}

const isTable = (relation: Relation): boolean => /^[rpf]$/.test(relation.kind);

/** Tables, foreign tables, and the links between parents and children. */
export async function readTables(catalog: CatalogReader, reading: Promise<Relations>): Promise<Part[]> {
  const [identities, notNulls, relations] = await Promise.all([
    readIdentities(catalog),
    catalog.version >= 180000 ? readNotNulls(catalog) : new Map<string, NotNull>(),
    reading,
  ]);
  const tables = [...relations.values()].filter(isTable);
  const parts: Part[] = [];
  for (const table of tables) {
    const form = formOf(table, relations, catalog.version);
    tableLooks(catalog, table, table.columns);
    const part = tablePart(table, form, identities, notNulls, catalog);
    parts.push(
      ...inSteps(part, table, form, relations, latenessIn(relations, catalog.version), {
        identities,
        notNulls,
        catalog,
      }),
    );
    parts.push(...links(table, form));
    parts.push(...notNullParts(table, relations, form, notNulls, catalog));
  }
  return parts;
}

/** NOT NULL that has to be said apart, and those that have a comment. */
function notNullParts(
  table: Relation,
  relations: Relations,
  form: Form,
  notNulls: ReadonlyMap<string, NotNull>,
  catalog: CatalogReader,
): Part[] {
  const invalid = new Set<string>();
  const parts = table.columns.flatMap((column): Part[] => {
    const constraint = notNulls.get(`${table.oid} ${column.number}`);
    if (!constraint) return [];
    if (!constraint.valid) invalid.add(column.name);
    const byItself = !constraint.valid && (constraint.local || form.type === 'alone');
    if (!byItself && !constraint.commented) return [];
    const name = quoteIdent(constraint.name);
    const where = `conrelid = ${table.regclass} AND conname = ${quoteLiteral(constraint.name)}`;
    // heirs that have it NOT VALID, too, were there before it: a later one would have it as valid
    const heirs = byItself
      ? childrenOf(table, relations).filter((child) => invalidIn(child, column.name, notNulls))
      : [];
    return [
      {
        key: keyOf('pg_constraint', constraint.oid),
        kind: 'check',
        schema: table.schema,
        name: `${name} on ${table.name}`,
        of: keyOf('pg_class', table.oid),
        oid: `(SELECT oid FROM pg_catalog.pg_constraint WHERE ${where})`,
        missing: byItself ? `NOT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE ${where})` : 'false',
        sql: byItself
          ? [
              `ALTER TABLE ${table.name} ADD CONSTRAINT ${name} NOT NULL ${quoteIdent(column.name)}${constraint.noInherit ? ' NO INHERIT' : ''} NOT VALID`,
            ]
          : [],
        address: `CONSTRAINT ${name} ON ${table.name}`,
        requires: [keyOf('pg_class', table.oid), ...heirs.map(({ oid }) => keyOf('pg_class', oid))],
      },
    ];
  });
  // as the table is before they are added
  if (invalid.size > 0)
    tableLooks(
      catalog,
      table,
      table.columns.map((column) => (invalid.has(column.name) ? { ...column, notNull: false } : column)),
    );
  return parts;
}

function invalidIn(table: Relation, name: string, notNulls: ReadonlyMap<string, NotNull>): boolean {
  const column = table.columns.find((each) => each.name === name);
  return column !== undefined && notNulls.get(`${table.oid} ${column.number}`)?.valid === false;
}

/** Notes how a table looks, or may look in the middle of the file. */
export function tableLooks(catalog: CatalogReader, table: Relation, columns: readonly ColumnRow[]): void {
  const definition = tableFact(table, columns);
  catalog.fact('table', table.schema, table.relname, '', definition);
}

async function readIdentities(catalog: CatalogReader): Promise<ReadonlyMap<string, Identity>> {
  const rows = await catalog.rows(`
    SELECT d.refobjid, d.refobjsubid, c.oid, c.relname, n.nspname, c.relpersistence, c.relacl, pg_catalog.format_type(s.seqtypid, NULL),
      s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle
    FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.objsubid = 0
        AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjsubid > 0 AND d.deptype = 'i'
    WHERE ${catalog.inScope('c.relnamespace')}`);
  return new Map(
    rows.map((row) => {
      const [table, column, oid, relname, schema, persistence, acl, type, ...numbers] = row as string[];
      const identity: Identity = {
        oid: oid ?? '',
        name: `${quoteIdent(schema ?? '')}.${quoteIdent(relname ?? '')}`,
        persistence: persistence ?? 'p',
        acl: acl ?? null,
        options: sequenceOptions(type ?? 'bigint', numbers),
      };
      return [`${table} ${column}`, identity] as const;
    }),
  );
}

const LIMITS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  smallint: [-32768n, 32767n],
  integer: [-2147483648n, 2147483647n],
  bigint: [-9223372036854775808n, 9223372036854775807n],
};

/** What differs from what CREATE SEQUENCE would choose (init_params in src/backend/commands/sequence.c), without the type. */
export function sequenceOptions(type: string, numbers: readonly (string | undefined)[]): string {
  const [start = '1', increment = '1', min = '1', max = '1', cache = '1', cycle = 'f'] = numbers;
  const [lowest, highest] = LIMITS[type] ?? [0n, 0n];
  const up = !increment.startsWith('-');
  const usualMin = up ? '1' : String(lowest);
  const usualMax = up ? String(highest) : '-1';
  return [
    start === (up ? min : max) ? '' : `START WITH ${start}`,
    increment === '1' ? '' : `INCREMENT BY ${increment}`,
    min === usualMin ? '' : `MINVALUE ${min}`,
    max === usualMax ? '' : `MAXVALUE ${max}`,
    cache === '1' ? '' : `CACHE ${cache}`,
    cycle === 't' ? 'CYCLE' : '',
  ]
    .filter((word) => word !== '')
    .join(' ');
}

async function readNotNulls(catalog: CatalogReader): Promise<ReadonlyMap<string, NotNull>> {
  const rows = await catalog.rows(`
    SELECT k.conrelid, k.conkey[1], k.oid, k.conname, k.convalidated, k.connoinherit, k.conislocal, k.coninhcount > 0,
      k.conname = c.relname || '_' || a.attname || '_not_null', d.objoid IS NOT NULL, k.connamespace
    FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
      JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
      LEFT JOIN pg_catalog.pg_description d ON d.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objoid = k.oid
    WHERE k.contype = 'n' AND ${catalog.inScope('k.connamespace')}`);
  // ChooseConstraintName() looks at the whole schema, so that another constraint of that name counts
  const names = new Set<string>();
  const several = new Set<string>();
  const nameOf = (row: readonly (string | null)[]): string => `${row[10]} ${row[3]}`;
  for (const row of rows) {
    const name = nameOf(row);
    if (names.has(name)) several.add(name);
    names.add(name);
  }
  return new Map(
    rows.map((row) => {
      const [table, column, oid, name, valid, noInherit, local, inherited, usual, commented] = row;
      return [
        `${table} ${column}`,
        {
          oid: oid ?? '',
          name: name ?? '',
          valid: valid === 't',
          noInherit: noInherit === 't',
          local: local === 't',
          inherited: inherited === 't',
          usual: usual === 't' && !several.has(nameOf(row)),
          commented: commented === 't',
        },
      ];
    }),
  );
}

/**
 * How a table comes to its columns.
 * - `alone`: all of them are written down; a partition is attached later, a child whose columns do not stand as INHERITS would put them is
 *   made an heir later (ALTER TABLE … INHERIT).
 * - `inherits`: CREATE TABLE … INHERITS, with those that it defines itself.
 * - `typed`: CREATE TABLE … OF.
 */
interface Form {
  readonly type: 'alone' | 'inherits' | 'typed';
  readonly parents: readonly Relation[];
}

export function formOf(table: Relation, relations: Relations, version: number): Form {
  const parents = table.parents.flatMap((oid) => relations.get(oid) ?? []);
  if (table.ofType !== null) return { type: 'typed', parents };
  return {
    type:
      mayInherit(table, relations, version) && stands(table, relations, latenessIn(relations, version))
        ? 'inherits'
        : 'alone',
    parents,
  };
}

function mayInherit(table: Relation, relations: Relations, version: number): boolean {
  if (table.parents.length === 0 || table.partitionBound !== null || table.ofType !== null) return false;
  if (!table.parents.every((oid) => relations.has(oid))) return false;
  // up to 15 a child may not say how an inherited column is generated
  return !table.columns.some(
    (column) => column.local && column.inherited > 0 && column.generated !== '' && version < 160000,
  );
}

const latenesses = new WeakMap<Relations, Lateness>();

function latenessIn(relations: Relations, version: number): Lateness {
  let found = latenesses.get(relations);
  if (!found) {
    const heirs = [...relations.values()].filter((table) => isTable(table) && mayInherit(table, relations, version));
    latenesses.set(relations, (found = lateness(heirs, relations)));
  }
  return found;
}

/** The default that CREATE TABLE … INHERITS would give a column that says nothing about it. */
function inheritedDefault(column: ColumnRow, parents: readonly Relation[]): string | null {
  for (const parent of parents) {
    const same = parent.columns.find(({ name }) => name === column.name);
    if (same && same.expression !== null) return same.expression;
  }
  return null;
}

function tablePart(
  table: Relation,
  form: Form,
  identities: ReadonlyMap<string, Identity>,
  notNulls: ReadonlyMap<string, NotNull>,
  catalog: CatalogReader,
): Part {
  const key = keyOf('pg_class', table.oid);
  const also = [keyOf('pg_type', table.rowType)];
  if (table.arrayType !== null && table.arrayType !== '0') also.push(keyOf('pg_type', table.arrayType));
  const inline: Inline[] = [];
  const sequences: Identity[] = [];
  for (const column of table.columns) {
    const identity = identities.get(`${table.oid} ${column.number}`);
    if (identity) sequences.push(identity);
    if (column.defaultOid === null || column.expression === null) continue;
    const attrdef = keyOf('pg_attrdef', column.defaultOid);
    also.push(attrdef);
    if (column.generated === '') inline.push({ key: attrdef, apart: () => defaultPart(table, column, attrdef) });
  }
  also.push(...sequences.map(({ oid }) => keyOf('pg_class', oid)));
  if (table.tablespace !== null)
    catalog.warn(
      `${table.name} is in the tablespace ${quoteIdent(table.tablespace)}, which other servers may not have: it is made in the default one`,
    );
  // what a parent has NOT VALID comes before an heir that has it as valid
  const notValidAbove = form.parents.flatMap((parent) =>
    parent.columns.flatMap(({ name, number }): Key[] => {
      const above = notNulls.get(`${parent.oid} ${number}`);
      return above && !above.valid && !invalidIn(table, name, notNulls) ? [keyOf('pg_constraint', above.oid)] : [];
    }),
  );
  const build = (apart: ReadonlySet<Key>): Part => ({
    key,
    also: also.filter((each) => !apart.has(each)),
    kind: table.kind === 'f' ? 'foreign table' : 'table',
    schema: table.schema,
    name: table.name,
    oid: table.regclass,
    sql: createTable(table, form, identities, notNulls, apart),
    steps: tableSteps(table, sequences),
    address: `${table.kind === 'f' ? 'FOREIGN TABLE' : 'TABLE'} ${table.name}`,
    owner: table.owner,
    grants: { letter: 'r', acl: table.acl, address: `TABLE ${table.name}` },
    columns: new Map(table.columns.map(({ number, name, acl }) => [number, { name, acl }])),
    // the link is a part of its own where the table is made alone; PostgreSQL has the sequence depend on the column, not the other way round
    ignores: form.type === 'inherits' ? [] : table.parents.map((oid) => keyOf('pg_class', oid)),
    requires:
      form.type === 'inherits' ? [...form.parents.map(({ oid }) => keyOf('pg_class', oid)), ...notValidAbove] : [],
    inline: inline.filter((each) => !apart.has(each.key)),
    without: (pieces) => build(new Set([...apart, ...pieces])),
  });
  return build(new Set());
}

/** The key of the part that makes a table without the columns that come late. */
export const earlyKey = (table: string): Key => `${keyOf('pg_class', table)}/early`;
const lateKey = (table: string, column: ColumnRow): Key => `${keyOf('pg_class', table)}/late/${column.number}`;

/** The parts that add a column to a table, or to those above it that it inherits from. */
function addersOf(table: Relation, name: string, relations: Relations, late: Lateness): Key[] {
  const own = late.added.get(table.oid)?.find((column) => column.name === name);
  const above = table.parents.flatMap((oid) => {
    const parent = relations.get(oid);
    return parent && late.missing.get(oid)?.has(name) ? addersOf(parent, name, relations, late) : [];
  });
  return own ? [lateKey(table.oid, own), ...above] : above;
}

/** A table that gets columns later is made without them; whoever needs the table waits for all of it. */
function inSteps(
  part: Part,
  table: Relation,
  form: Form,
  relations: Relations,
  late: Lateness,
  known: {
    readonly identities: ReadonlyMap<string, Identity>;
    readonly notNulls: ReadonlyMap<string, NotNull>;
    readonly catalog: CatalogReader;
  },
): Part[] {
  const key = keyOf('pg_class', table.oid);
  // what the parents get later, and this table has from the beginning
  const waits =
    form.type !== 'inherits'
      ? []
      : form.parents.flatMap((parent) =>
          [...(late.missing.get(parent.oid) ?? [])].flatMap((name) =>
            late.missing.get(table.oid)?.has(name) ? [] : addersOf(parent, name, relations, late),
          ),
        );
  const missing = late.missing.get(table.oid);
  if (!missing) return [part];
  const { identities, notNulls, catalog } = known;
  const added = late.added.get(table.oid) ?? [];
  // an heir's own column that a parent gets later, too, is there from the beginning
  const isLate = (column: ColumnRow): boolean => missing.has(column.name) && (!column.local || added.includes(column));
  const early: Relation = { ...table, columns: table.columns.filter((column) => !isLate(column)) };
  const lateColumns = table.columns.filter(isLate);
  // as the table is while they are added one by one
  lateColumns.forEach((_, count) => tableLooks(catalog, table, [...early.columns, ...lateColumns.slice(0, count)]));
  const parents = form.parents.map((parent) => ({
    ...parent,
    columns: parent.columns.filter(({ name }) => !missing.has(name)),
  }));
  const heirs = heirsOf(table, relations);
  const parts: Part[] = added.map((column) => {
    const without = heirs.filter(({ oid }) => late.missing.get(oid)?.has(column.name));
    const notNull = notNulls.get(`${table.oid} ${column.number}`);
    const where = `attrelid = ${table.regclass} AND attname = ${quoteLiteral(column.name)} AND NOT attisdropped`;
    // the order of a table's late columns is the order in which they come
    const earlier = [table, ...without].flatMap((relation) => {
      const names = relation.columns.flatMap((each) =>
        late.missing.get(relation.oid)?.has(each.name) && (!each.local || late.added.get(relation.oid)?.includes(each))
          ? [each.name]
          : [],
      );
      const before = names[names.indexOf(column.name) - 1];
      return before === undefined ? [] : addersOf(relation, before, relations, late);
    });
    return {
      key: lateKey(table.oid, column),
      kind: part.kind,
      schema: table.schema,
      name: table.name,
      of: key,
      oid: table.regclass,
      missing: `NOT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE ${where})`,
      sql: [
        `ALTER TABLE ${table.name} ADD COLUMN ${columnText(table, column, form, identities, notNull, new Set(), false)}`,
        // what that does not say, here and below: statistics, defaults of an heir's own
        ...[table, ...without].flatMap((relation) => {
          const columns = relation.columns.filter(({ name }) => name === column.name);
          const itsForm = formOf(relation, relations, catalog.version);
          return columnClauses({ ...relation, columns }, itsForm, identities, notNulls, new Set()).later;
        }),
      ],
      requires: [earlyKey(table.oid), ...without.map(({ oid }) => earlyKey(oid)), ...earlier],
    };
  });
  const { inline: _inline, without: _without, ...rest } = part;
  return [
    {
      key: earlyKey(table.oid),
      like: key,
      kind: part.kind,
      schema: table.schema,
      name: table.name,
      of: key,
      oid: table.regclass,
      sql: createTable(early, { ...form, parents }, identities, notNulls, new Set()),
      ignores: table.parents.map((oid) => keyOf('pg_class', oid)),
      requires: [
        ...(form.type === 'inherits'
          ? form.parents.map(({ oid }) => (late.missing.has(oid) ? earlyKey(oid) : keyOf('pg_class', oid)))
          : []),
        ...waits,
      ],
    },
    ...parts,
    {
      ...rest,
      missing: 'false',
      sql: [],
      requires: [
        ...(rest.requires ?? []),
        earlyKey(table.oid),
        ...lateColumns.flatMap(({ name }) => addersOf(table, name, relations, late)),
      ],
    },
  ];
}

/** Heirs of all generations. */
const heirsOf = (table: Relation, relations: Relations): Relation[] => [
  ...new Set(childrenOf(table, relations).flatMap((heir) => [heir, ...heirsOf(heir, relations)])),
];

function defaultPart(table: Relation, column: ColumnRow, key: Key): Part {
  const where = `adrelid = ${table.regclass} AND adnum = (SELECT attnum FROM pg_catalog.pg_attribute WHERE attrelid = adrelid AND attname = ${quoteLiteral(column.name)})`;
  return {
    key,
    kind: 'default',
    schema: table.schema,
    name: `${table.name}.${quoteIdent(column.name)}`,
    of: keyOf('pg_class', table.oid),
    oid: `(SELECT oid FROM pg_catalog.pg_attrdef WHERE ${where})`,
    missing: `NOT EXISTS (SELECT FROM pg_catalog.pg_attrdef WHERE ${where})`,
    sql: [`ALTER TABLE ONLY ${table.name} ALTER COLUMN ${quoteIdent(column.name)} SET DEFAULT ${column.expression}`],
    requires: [keyOf('pg_class', table.oid)],
  };
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

function columnText(
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
function columnClauses(
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
function createTable(
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

/** Settings that can be another than they should on a table that is there. */
function tableSteps(table: Relation, identities: readonly Identity[]): Step[] {
  const is = (what: string): string =>
    `EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = ${table.regclass} AND ${what})`;
  const steps: Step[] = [];
  if (table.rowSecurity)
    steps.push({ needed: is('NOT relrowsecurity'), sql: [`ALTER TABLE ${table.name} ENABLE ROW LEVEL SECURITY`] });
  if (table.forceRowSecurity)
    steps.push({ needed: is('NOT relforcerowsecurity'), sql: [`ALTER TABLE ${table.name} FORCE ROW LEVEL SECURITY`] });
  if ((table.replicaIdentity === 'n' || table.replicaIdentity === 'f') && table.kind !== 'f')
    steps.push({
      needed: is(`relreplident <> '${table.replicaIdentity}'`),
      sql: [`ALTER TABLE ONLY ${table.name} REPLICA IDENTITY ${table.replicaIdentity === 'n' ? 'NOTHING' : 'FULL'}`],
    });
  for (const { name, persistence } of identities)
    if (persistence !== table.persistence)
      steps.push({
        needed: `EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = ${regclass(name)} AND relpersistence <> '${persistence}')`,
        sql: [`ALTER SEQUENCE ${name} SET ${persistence === 'u' ? 'UNLOGGED' : 'LOGGED'}`],
      });
  return steps;
}

/** ATTACH PARTITION and INHERIT. */
function links(table: Relation, form: Form): Part[] {
  if (form.type === 'inherits') return [];
  return form.parents.map((parent, index) => {
    const earlier = form.parents[index - 1];
    const where = `inhrelid = ${table.regclass} AND inhparent = ${parent.regclass}`;
    const partition = table.partitionBound !== null;
    const key = linkKey(table.oid, parent.oid);
    return {
      key,
      kind: partition ? 'attached partition' : 'inheritance',
      schema: table.schema,
      name: `${table.name} ${partition ? 'of' : 'from'} ${parent.name}`,
      of: keyOf('pg_class', table.oid),
      oid: `(SELECT inhrelid FROM pg_catalog.pg_inherits WHERE ${where})`,
      missing: `NOT EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE ${where})`,
      sql: [
        partition
          ? `ALTER TABLE ONLY ${parent.name} ATTACH PARTITION ${table.name} ${table.partitionBound}`
          : `ALTER TABLE ONLY ${table.name} INHERIT ${parent.name}`,
      ],
      requires: [
        keyOf('pg_class', table.oid),
        keyOf('pg_class', parent.oid),
        // their order is the order of what is inherited
        ...(earlier ? [linkKey(table.oid, earlier.oid)] : []),
      ],
    } satisfies Part;
  });
}

/** The part that makes one table a partition or a child of another. */
export const linkKey = (child: string, parent: string): Key => `${keyOf('pg_class', child)}/of/${parent}`;
