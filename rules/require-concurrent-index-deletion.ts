import { objectName, type Node, type SqlRule } from '@idempotify/core';
import { outsideTransaction } from './lib/concurrently.ts';
import { isIndexOfNewTable } from './lib/indexes.ts';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'require-concurrent-index-deletion',
  category: 'lock',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'An index is dropped while its table is locked',
  squawk: ['require-concurrent-index-deletion'],
  on: {
    DropStmt(statement, file, report) {
      const { node } = statement;
      if (node.removeType !== 'OBJECT_INDEX' || node.concurrent) return;
      for (const object of node.objects as Node[]) {
        const index = objectName(object);
        if (isIndexOfNewTable(index, statement, file)) continue;
        report({
          at: statement,
          message: `Dropping the index ${printedName(index)} locks its table: the statement waits for all queries that are running, and every new query, reading or writing, waits behind it.`,
          help: `DROP INDEX CONCURRENTLY, one index at a time, lets queries go on. ${outsideTransaction('It', 'IF EXISTS', file)}`,
        });
      }
    },
  },
};
