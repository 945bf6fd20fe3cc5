import { rangeVar, type SqlRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';
import { isEveryRow } from './lib/rows.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'ban-delete-without-where',
  category: 'data',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'All rows of a table are deleted: a DELETE without WHERE',
  on: {
    DeleteStmt(statement, file, report) {
      const { relation, whereClause } = statement.node;
      const table = rangeVar(relation);
      if (!isEveryRow(whereClause) || file.isNew(table, statement)) return;
      report({
        at: statement,
        message: `DELETE without WHERE deletes all rows of ${printedName(table)} for good.`,
        help: 'Say with WHERE which rows are meant. If it is all of them, keep a backup and say so in a comment that disables this rule.',
      });
    },
  },
};
