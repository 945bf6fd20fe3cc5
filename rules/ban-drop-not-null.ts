import { quoteIdent, truncateName, type SqlRule } from '@idempotify/core';
import { oldTableActions } from './lib/alter.ts';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'ban-drop-not-null',
  category: 'data',
  severity: 'warning',
  presets: ['strict', 'squawk'],
  summary: 'A column may be NULL from now on, which code that reads it does not expect',
  squawk: ['ban-drop-not-null'],
  on: {
    AlterTableStmt(statement, file, report) {
      for (const { table, subtype, command, at } of oldTableActions(statement, file)) {
        if (subtype !== 'AT_DropNotNull') continue;
        const column = truncateName(command.name);
        if (file.isNewColumn(table, column, statement)) continue;
        report({
          at,
          message: `The column ${quoteIdent(column)} of ${printedName(table)} may be NULL from now on. Code that is still deployed takes a value for granted and may fail on such rows; and there is no quick way back once there are some.`,
          help: 'First deploy code that can read NULL there, then run the migration.',
        });
      }
    },
  },
};
