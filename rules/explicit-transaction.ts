import type { LintFile, SqlRule } from '@idempotify/core';
import { boundaries, isOneTransaction } from './lib/transactions.ts';

/** One BEGIN in front of everything and one COMMIT behind it: the transaction that PostgreSQL would have made of the string anyway. */
function isWholeFile(file: LintFile): boolean {
  const [first, second] = boundaries(file);
  return (
    file.transactions.concurrently === 'alone' &&
    first?.statement === file.statements[0] &&
    second?.statement === file.statements.at(-1)
  );
}

export const rule: SqlRule = {
  kind: 'sql',
  name: 'explicit-transaction',
  category: 'transaction',
  severity: 'warning',
  presets: ['recommended', 'rerun', 'squawk'],
  summary: 'BEGIN or COMMIT in a file that the tool runs as one transaction already',
  squawk: ['transaction-nesting'],
  file(file, report) {
    if (!isOneTransaction(file)) return;
    const { tool, transactions } = file;
    if (transactions.block === undefined && isWholeFile(file)) return;
    for (const { statement, open } of boundaries(file)) {
      // a block is told once, at its BEGIN; a COMMIT without one, by itself
      if (open) continue;
      report({
        at: statement,
        message: `${
          transactions.concurrently === 'no'
            ? `${tool.title} runs ${transactions.scope === 'all-pending' ? 'all pending migrations' : 'the file'} in a transaction of its own, and a COMMIT in the file ends that one`
            : `${tool.title} sends the file as one string, which is one transaction by itself, and a COMMIT in it splits that one`
        }: what stands above is kept and what follows runs apart, so that a failure leaves the migration half done.${transactions.block === undefined ? '' : ` ${transactions.block}`}`,
        help: 'Take BEGIN and COMMIT out: the file is all or nothing without them. What has to be committed first belongs into a migration of its own.',
      });
    }
  },
};
