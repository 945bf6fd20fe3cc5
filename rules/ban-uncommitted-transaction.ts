import type { SqlRule } from '@idempotify/core';
import { begins, boundaries } from './lib/transactions.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'ban-uncommitted-transaction',
  category: 'transaction',
  severity: 'error',
  presets: ['recommended', 'squawk'],
  summary: 'BEGIN without COMMIT: nothing behind it is kept',
  squawk: ['ban-uncommitted-transaction'],
  file(file, report) {
    const last = boundaries(file).at(-1);
    // COMMIT AND CHAIN leaves one open, too
    if (!last || !(begins(last.statement) || last.statement.node.chain)) return;
    report({
      at: last.open && begins(last.statement) ? last.open : last.statement,
      message:
        'This transaction is never committed. When the connection is closed, PostgreSQL undoes it, and the tool may still have reported success; until then its locks are held.',
      help: 'Put COMMIT behind the last statement that belongs to it, or take BEGIN out.',
    });
  },
};
