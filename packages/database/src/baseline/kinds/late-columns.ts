/** Tables that are made without some columns, which come when their heirs are there (lateness.ts). */
import { quoteLiteral } from '@idempotify/core';
import { tableLooks } from '../check.ts';
import { childrenOf, type ColumnRow, type Relation, type Relations } from '../relations.ts';
import { keyOf, type CatalogReader, type Key, type Part } from '../types.ts';
import { columnClauses, columnText, createTable, type Identity, type NotNull } from './create-table.ts';
import { formOf, type Form } from './form.ts';
import type { Lateness } from './lateness.ts';

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
export function inSteps(
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
