import type { SqlRule } from '@idempotify/core';
import { soloCommand, whyInTransaction } from './lib/transactions.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'not-in-transaction',
  category: 'transaction',
  severity: 'error',
  presets: ['recommended'],
  summary: 'VACUUM, CREATE DATABASE, ALTER SYSTEM and their like in a transaction, where they fail',
  file(file, report) {
    for (const statement of file.all) {
      const command = soloCommand(statement);
      const why = command === undefined ? undefined : whyInTransaction(statement, file);
      if (why === undefined) continue;
      report({
        at: statement,
        message: `${command} fails in a transaction, but ${why}.`,
        help: 'Run it outside of migrations, or in a migration of its own that the tool runs without a transaction.',
      });
    }
  },
};
