import { objectName, type Node, type SqlRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'ban-drop-table',
  category: 'data',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'A table is dropped, with all its rows',
  squawk: ['ban-drop-table'],
  on: {
    DropStmt(statement, file, report) {
      if (statement.node.removeType !== 'OBJECT_TABLE') return;
      for (const object of statement.node.objects as Node[]) {
        const table = objectName(object);
        // what the same file has made holds nobody's rows
        if (file.isNew(table, statement)) continue;
        report({
          at: statement,
          message: `Dropping the table ${printedName(table)} deletes its rows for good, and code that is still deployed fails as soon as it asks for them.`,
          help: 'First deploy code that no longer uses the table; keep a backup, and drop it in a later migration of its own.',
        });
      }
    },
  },
};
