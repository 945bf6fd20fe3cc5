import { quoteIdent, truncateName, type SqlRule } from '@idempotify/core';
import { oldTableActions } from './lib/alter.ts';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'ban-drop-column',
  category: 'data',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'A column is dropped, with everything in it',
  squawk: ['ban-drop-column'],
  on: {
    AlterTableStmt(statement, file, report) {
      for (const { table, subtype, command, at } of oldTableActions(statement, file)) {
        if (subtype !== 'AT_DropColumn') continue;
        const column = truncateName(command.name);
        if (file.isNewColumn(table, column, statement)) continue;
        report({
          at,
          message: `Dropping the column ${quoteIdent(column)} of ${printedName(table)} deletes its values for good, and code that is still deployed fails as soon as it names the column.`,
          help: 'First deploy code that no longer uses the column (an ORM has to leave it out of its SELECTs); keep a backup, and drop it in a later migration of its own.',
        });
      }
    },
  },
};
