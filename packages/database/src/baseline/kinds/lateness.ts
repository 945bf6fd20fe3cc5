/**
 * A column that a parent got when its heirs were there already stands behind their own columns: CREATE TABLE … INHERITS would put it in front
 * of them. So it has to come late again, by ALTER TABLE … ADD COLUMN on the parent, which reaches the heirs (ATExecAddColumn() in
 * src/backend/commands/tablecmds.c).
 */
import { childrenOf, type ColumnRow, type Relation, type Relations } from '../relations.ts';

export interface Lateness {
  /** table -> its own columns that it gets when its heirs are there, in their order. */
  readonly added: ReadonlyMap<string, readonly ColumnRow[]>;
  /** table -> the names of the columns that it does not have when it is made; those that are added to itself are among them. */
  readonly missing: ReadonlyMap<string, ReadonlySet<string>>;
}

const NONE: Lateness = { added: new Map(), missing: new Map() };

/** @param heirs tables that are made with INHERITS if their columns stand as that puts them */
export function lateness(heirs: readonly Relation[], relations: Relations): Lateness {
  let candidates = heirs;
  for (;;) {
    const found = latenessOf(candidates, relations);
    const good = candidates.filter((heir) => stands(heir, relations, found));
    if (good.length === candidates.length) return found;
    // without those that can't be helped there may be less to come late
    candidates = good;
    if (candidates.length === 0) return NONE;
  }
}

const parentsOf = (table: Relation, relations: Relations): Relation[] =>
  table.parents.flatMap((oid) => relations.get(oid) ?? []);
const columnOf = (table: Relation, name: string): ColumnRow | undefined =>
  table.columns.find((column) => column.name === name);

/**
 * The columns that stand behind the table's own and are inherited all the same. A table that defines all of its columns itself has become an heir
 * by ALTER TABLE … INHERIT, and its columns stand as they like.
 */
function behindOwn(heir: Relation, relations: Relations): ColumnRow[] {
  if (heir.columns.every(({ local }) => local)) return [];
  const parents = parentsOf(heir, relations);
  const isOwn = (column: ColumnRow): boolean =>
    column.local && !parents.some((parent) => columnOf(parent, column.name));
  const first = heir.columns.findIndex(isOwn);
  return first === -1 ? [] : heir.columns.slice(first + 1).filter((column) => !isOwn(column));
}

function latenessOf(heirs: readonly Relation[], relations: Relations): Lateness {
  const late = new Map<string, Set<string>>();
  const mark = (table: Relation, name: string): void => {
    const column = columnOf(table, name);
    if (!column) return;
    if (column.local) late.set(table.oid, (late.get(table.oid) ?? new Set()).add(name));
    if (column.inherited > 0) for (const parent of parentsOf(table, relations)) mark(parent, name);
  };
  for (const heir of heirs)
    for (const { name } of behindOwn(heir, relations))
      for (const parent of parentsOf(heir, relations)) mark(parent, name);
  const added = new Map<string, readonly ColumnRow[]>();
  const missing = new Map<string, Set<string>>();
  for (const [oid, names] of late) {
    const table = relations.get(oid);
    if (!table) continue;
    // what stands behind a late column is later still
    const first = table.columns.findIndex(({ name }) => names.has(name));
    const columns = table.columns
      .slice(first)
      .filter((column) => column.local && (column.inherited === 0 || names.has(column.name)));
    added.set(oid, columns);
    for (const { name } of columns) absent(table, name, new Set(heirs.map((heir) => heir.oid)), relations, missing);
  }
  return { added, missing };
}

/** Notes that the table is made without the column, and its heirs that have it behind their own, or have heirs that do. */
function absent(
  table: Relation,
  name: string,
  heirs: ReadonlySet<string>,
  relations: Relations,
  missing: Map<string, Set<string>>,
): void {
  missing.set(table.oid, (missing.get(table.oid) ?? new Set()).add(name));
  const reaches = (heir: Relation): boolean =>
    behindOwn(heir, relations).some((column) => column.name === name) || childrenOf(heir, relations).some(reaches);
  for (const heir of childrenOf(table, relations)) {
    const column = columnOf(heir, name);
    if (heirs.has(heir.oid) && column && column.inherited > 0 && reaches(heir))
      absent(heir, name, heirs, relations, missing);
  }
}

/** Whether the heir's columns come to stand as they do. */
export function stands(heir: Relation, relations: Relations, { added, missing }: Lateness): boolean {
  const order: string[] = [];
  const put = (name: string): void => void (order.includes(name) || order.push(name));
  const own = missing.get(heir.oid);
  // MergeAttributes() in src/backend/commands/tablecmds.c: first what the parents have, in their order, then the rest
  for (const parent of parentsOf(heir, relations))
    for (const { name } of parent.columns) if (!own?.has(name)) put(name);
  for (const column of heir.columns) if (column.local && !added.get(heir.oid)?.includes(column)) put(column.name);
  for (const column of heir.columns) put(column.name);
  return order.length === heir.columns.length && heir.columns.every(({ name }, index) => name === order[index]);
}
