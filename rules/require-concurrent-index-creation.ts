import { rangeVar, type SqlRule } from '@idempotify/core';
import { outsideTransaction } from './lib/concurrently.ts';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'require-concurrent-index-creation',
  category: 'lock',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'An index is built while the table is locked against writes',
  squawk: ['require-concurrent-index-creation'],
  on: {
    IndexStmt(statement, file, report) {
      const { node } = statement;
      // ON ONLY leaves the partitions out: there is nothing to build then
      if (node.concurrent || !node.relation.inh) return;
      const table = rangeVar(node.relation);
      if (file.isNew(table, statement)) return;
      report({
        at: statement,
        message: `Until this index is built, nobody can insert, update or delete rows of ${printedName(table)}.`,
        help: `CREATE ${node.unique ? 'UNIQUE ' : ''}INDEX CONCURRENTLY builds it while everybody goes on. ${outsideTransaction('It', 'IF NOT EXISTS', file)}`,
      });
    },
  },
};
