import { type SqlRule } from '@idempotify/core';
import { oldTableActions } from './lib/alter.ts';
import { printedName } from './lib/names.ts';

/** What each action is called in messages. */
const REWRITES: ReadonlyMap<string, string> = new Map([
  ['AT_SetLogged', 'SET LOGGED'],
  ['AT_SetUnLogged', 'SET UNLOGGED'],
  ['AT_SetTableSpace', 'SET TABLESPACE'],
  ['AT_SetAccessMethod', 'SET ACCESS METHOD'],
  ['AT_SetExpression', 'SET EXPRESSION'],
]);

export const rule: SqlRule = {
  kind: 'sql',
  name: 'rewriting-table',
  category: 'lock',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'SET LOGGED, UNLOGGED, TABLESPACE, ACCESS METHOD or EXPRESSION copies a whole table while it is locked',
  on: {
    AlterTableStmt(statement, file, report) {
      for (const { table, subtype, at } of oldTableActions(statement, file)) {
        const what = REWRITES.get(subtype);
        // PostgreSQL 18 has generated columns that are not stored
        if (what === undefined || (subtype === 'AT_SetExpression' && file.pgVersion >= 18)) continue;
        report({
          at,
          message: `${what} copies the whole table ${printedName(table)}, and until that is done nobody can read or write it.`,
          help: 'Do it while nobody needs the table. Or make a second table as it should be, keep it up to date with a trigger, fill it in batches, and rename both in one transaction.',
        });
      }
    },
  },
};
