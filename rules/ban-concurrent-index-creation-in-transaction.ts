import type { LintStatement, SqlRule } from '@idempotify/core';
import { concurrentCommand, whyInTransaction } from './lib/transactions.ts';

const check: NonNullable<SqlRule['on']>[string] = (statement: LintStatement, file, report) => {
  const command = concurrentCommand(statement);
  const why = command === undefined ? undefined : whyInTransaction(statement, file);
  if (why === undefined) return;
  report({
    at: statement,
    message: `${command} fails in a transaction, but ${why}.`,
    help:
      file.transactions.concurrently === 'no'
        ? `Tell ${file.tool.title} not to use a transaction for this migration, if it can, and put the statement into a migration of its own.`
        : 'Put the statement into a migration of its own, without BEGIN and COMMIT.',
  });
};

export const rule: SqlRule = {
  kind: 'sql',
  name: 'ban-concurrent-index-creation-in-transaction',
  category: 'transaction',
  severity: 'error',
  presets: ['recommended', 'squawk'],
  summary: 'CONCURRENTLY for an index or a partition in a transaction, where it fails',
  squawk: ['ban-concurrent-index-creation-in-transaction'],
  on: { IndexStmt: check, DropStmt: check, ReindexStmt: check, AlterTableStmt: check },
};
