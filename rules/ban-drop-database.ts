import { quoteIdent, type SqlRule } from '@idempotify/core';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'ban-drop-database',
  category: 'data',
  severity: 'error',
  presets: ['recommended', 'squawk'],
  summary: 'A whole database is dropped',
  squawk: ['ban-drop-database'],
  on: {
    DropdbStmt(statement, _file, report) {
      report({
        at: statement,
        message: `Dropping the database ${quoteIdent(statement.node.dbname)} deletes everything in it for good. It also fails in a transaction, and while anybody is connected to it.`,
        help: 'A migration is no place for it: drop a database by hand, with a backup at hand.',
      });
    },
  },
};
