/** Which rows a statement touches. */
import { conjuncts, constantText, type Node } from '@idempotify/core';

/** Every row: no WHERE, or one that always holds. */
export const isEveryRow = (where: Node): boolean => where === undefined || constantText(where) === 'true';

/** Every row, or those with or without a value in some column, which may be nearly all. */
export const isManyRows = (where: Node): boolean =>
  isEveryRow(where) || conjuncts(where).every((condition: Node) => condition.NullTest);

/** The columns that an UPDATE sets. */
export const columnsSet = (update: Node): readonly string[] =>
  (update.targetList as Node[]).map((item) => item.ResTarget.name as string);
