import { rangeVar, type SqlRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'insert-without-columns',
  category: 'data',
  severity: 'warning',
  presets: ['strict'],
  summary: 'An INSERT does not name the columns that it fills',
  on: {
    InsertStmt(statement, file, report) {
      const { relation, cols, selectStmt } = statement.node;
      const table = rangeVar(relation);
      // INSERT … DEFAULT VALUES has no values to mistake; of a table of this migration the columns are known
      if (cols !== undefined || selectStmt === undefined || file.isNew(table, statement)) return;
      report({
        at: statement,
        message: `This INSERT does not say which columns of ${printedName(table)} it fills: where their order differs, as in a database that was restored or changed by hand, it writes values into the wrong ones or fails.`,
        help: 'Name the columns: INSERT INTO table (a, b) …',
      });
    },
  },
};
