import { truncateName, type QualifiedName, type Range, type SqlRule } from '@idempotify/core';
import { oldTableActions } from './lib/alter.ts';
import { printedColumn } from './lib/columns.ts';
import { isSame } from './lib/tables.ts';

interface Change {
  readonly table: QualifiedName;
  readonly name: string;
  readonly at: Range;
}

/** `userId`, `user_id` and `USER_ID` have the same words. */
const wordsOf = (name: string): readonly string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split('_')
    .filter((word) => word !== '');

/** `id` is part of every other name. */
const isKey = (words: readonly string[]): boolean => words.length === 1 && words[0] === 'id';

/** One is written otherwise, or says more than the other. */
function looksRenamed(from: string, to: string): boolean {
  const [old, fresh] = [wordsOf(from), wordsOf(to)];
  if (isKey(old) || isKey(fresh)) return false;
  return old.every((word) => fresh.includes(word)) || fresh.every((word) => old.includes(word));
}

export const rule: SqlRule = {
  kind: 'sql',
  name: 'dropped-instead-of-renamed',
  category: 'data',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'A column is dropped and one of a similar name is added: a renaming that loses its values',
  file(file, report) {
    const dropped: Change[] = [];
    const added: Change[] = [];
    for (const statement of file.all) {
      for (const { subtype, command, table, at } of oldTableActions(statement, file)) {
        if (subtype === 'AT_DropColumn') dropped.push({ table, at, name: truncateName(command.name as string) });
        else if (subtype === 'AT_AddColumn')
          added.push({ table, at, name: truncateName(command.def.ColumnDef.colname as string) });
      }
      // values may have been carried over
      if (statement.tag === 'UpdateStmt' || statement.tag === 'DoStmt') return;
    }
    // one that is dropped and added again has kept its name
    const without = (changes: readonly Change[], others: readonly Change[]): readonly Change[] =>
      changes.filter(({ table, name }) => !others.some((each) => each.name === name && isSame(each.table, table)));
    const gone = without(dropped, added);
    for (const { table, name, at } of without(added, dropped)) {
      const old = gone.find((each) => isSame(each.table, table) && looksRenamed(each.name, name));
      if (!old) continue;
      report({
        at,
        message: `${printedColumn({ table, name })} is added and "${old.name}" is dropped. If that is meant as a new name, the values of all rows are lost.`,
        help: `Rename the column instead: ALTER TABLE … RENAME COLUMN "${old.name}" TO "${name}". Prisma and Drizzle write a drop and an addition when a field is renamed.`,
      });
    }
  },
};
