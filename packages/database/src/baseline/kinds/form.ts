/** How a table comes to its columns. */
import type { Relation, Relations } from '../relations.ts';
import { lateness, stands, type Lateness } from './lateness.ts';

export const isTable = (relation: Relation): boolean => /^[rpf]$/.test(relation.kind);

/**
 * - `alone`: all of them are written down; a partition is attached later, a child whose columns do not stand as INHERITS would put them is
 *   made an heir later (ALTER TABLE … INHERIT).
 * - `inherits`: CREATE TABLE … INHERITS, with those that it defines itself.
 * - `typed`: CREATE TABLE … OF.
 */
export interface Form {
  readonly type: 'alone' | 'inherits' | 'typed';
  readonly parents: readonly Relation[];
}

/** @param version server_version_num of the source */
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

/** Which columns come late, worked out once for all tables. */
export function latenessIn(relations: Relations, version: number): Lateness {
  let found = latenesses.get(relations);
  if (!found) {
    const heirs = [...relations.values()].filter((table) => isTable(table) && mayInherit(table, relations, version));
    latenesses.set(relations, (found = lateness(heirs, relations)));
  }
  return found;
}
