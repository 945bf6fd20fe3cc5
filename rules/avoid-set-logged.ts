import type { SqlRule } from '@idempotify/core';
import { oldTableActions } from './lib/alter.ts';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'avoid-set-logged',
  category: 'lock',
  severity: 'warning',
  presets: ['strict'],
  summary: 'A table is written anew to be logged, or not to be logged any more',
  on: {
    AlterTableStmt(statement, file, report) {
      for (const { table, subtype, at } of oldTableActions(statement, file)) {
        if (subtype !== 'AT_SetLogged' && subtype !== 'AT_SetUnLogged') continue;
        report({
          at,
          message: `${printedName(table)} and its indexes are written anew for it, and until that is done nobody can read or write the table (ACCESS EXCLUSIVE).${subtype === 'AT_SetUnLogged' ? ' From then on a crash empties it, and replicas do not have its rows.' : ''}`,
          help: 'Make another table with the setting, fill it in pieces, and exchange the two by renaming them; for a small table, set lock_timeout and disable this rule for the statement.',
        });
      }
    },
  },
};
