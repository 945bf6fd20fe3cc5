import { rangeVar, type Node, type SqlRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'ban-truncate-cascade',
  category: 'data',
  severity: 'error',
  presets: ['recommended', 'squawk'],
  summary: 'TRUNCATE … CASCADE empties tables that it does not name',
  squawk: ['ban-truncate-cascade'],
  on: {
    TruncateStmt(statement, file, report) {
      if (statement.node.behavior !== 'DROP_CASCADE') return;
      const old = (statement.node.relations as Node[])
        .map((item) => rangeVar(item.RangeVar))
        .filter((table) => !file.isNew(table, statement));
      if (old.length === 0) return;
      report({
        at: statement,
        message: `CASCADE also empties every table with a foreign key to ${old.map(printedName).join(', ')}, and every table with a foreign key to those, without saying which.`,
        help: 'Name all tables that are to be emptied, and leave CASCADE out: then TRUNCATE fails instead of emptying one more.',
      });
    },
  },
};
