import type { SqlRule } from '@idempotify/core';
import { begins, boundaries, isOneTransaction } from './lib/transactions.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'transaction-nesting',
  category: 'transaction',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'BEGIN within a transaction, or COMMIT without one',
  squawk: ['transaction-nesting'],
  file(file, report) {
    for (const { statement, open } of boundaries(file)) {
      if (begins(statement)) {
        if (open)
          report({
            at: statement,
            message:
              'A transaction is open already. PostgreSQL has no nested ones: this BEGIN only warns, and the first COMMIT ends them both.',
            help: 'Take this BEGIN and its COMMIT out, or COMMIT the first transaction in front of it. SAVEPOINT marks a point to go back to.',
          });
      } else if (!open && !isOneTransaction(file)) {
        report({
          at: statement,
          message: 'No transaction is open here: this only warns, and what stands above it has long been committed.',
          help: 'Take it out, or put the BEGIN that is missing in front of the statements that belong together.',
        });
      }
    }
  },
};
