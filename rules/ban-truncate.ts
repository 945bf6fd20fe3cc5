import { rangeVar, type Node, type SqlRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'ban-truncate',
  category: 'data',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'All rows of a table are deleted by TRUNCATE',
  on: {
    TruncateStmt(statement, file, report) {
      // ban-truncate-cascade tells those with CASCADE
      if (statement.node.behavior === 'DROP_CASCADE') return;
      for (const item of statement.node.relations as Node[]) {
        const table = rangeVar(item.RangeVar);
        if (file.isNew(table, statement)) continue;
        report({
          at: statement,
          message: `TRUNCATE deletes all rows of ${printedName(table)} for good, and blocks every reader of it until the migration is committed.`,
          help: 'If the rows really are not needed, say so in a comment that disables this rule, keep a backup, and do it in a migration of its own.',
        });
      }
    },
  },
};
