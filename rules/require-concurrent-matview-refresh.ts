import { rangeVar, type SqlRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'require-concurrent-matview-refresh',
  category: 'lock',
  severity: 'warning',
  presets: ['strict'],
  summary: 'A materialized view can not be read while it is refreshed',
  on: {
    RefreshMatViewStmt(statement, file, report) {
      const { node } = statement;
      const view = rangeVar(node.relation);
      if (node.concurrent || file.isNew(view, statement)) return;
      report({
        at: statement,
        message: `The refresh takes an ACCESS EXCLUSIVE lock: until the query of ${printedName(view)} has run to its end, nobody can read the view.`,
        help: `REFRESH MATERIALIZED VIEW CONCURRENTLY ${printedName(view)} lets reads go on. The view needs a UNIQUE index over columns, without WHERE, and has to be filled already.`,
      });
    },
  },
};
