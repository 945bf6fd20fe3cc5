/** Tables of every sort, with their columns and defaults; partitions and what is inherited. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import { tableLooks } from '../check.ts';
import { childrenOf, regclass, type ColumnRow, type Relation, type Relations } from '../relations.ts';
import { keyOf, type CatalogReader, type Inline, type Key, type Part, type Step } from '../types.ts';
import { createTable, readIdentities, readNotNulls, type Identity, type NotNull } from './create-table.ts';
import { formOf, isTable, latenessIn, type Form } from './form.ts';
import { links } from './inheritance.ts';
import { inSteps } from './late-columns.ts';

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
    columns: table.columns,
    // the link is a part of its own where the table is made alone; PostgreSQL has the sequence depend on the column, not the other way round
    ignores: form.type === 'inherits' ? [] : table.parents.map((oid) => keyOf('pg_class', oid)),
    requires:
      form.type === 'inherits' ? [...form.parents.map(({ oid }) => keyOf('pg_class', oid)), ...notValidAbove] : [],
    inline: inline.filter((each) => !apart.has(each.key)),
    without: (pieces) => build(new Set([...apart, ...pieces])),
  });
  return build(new Set());
}

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
