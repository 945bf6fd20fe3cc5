import type { SqlRule } from '@idempotify/core';
import { heldUp } from './lib/locks.ts';
import { firstWithout } from './lib/timeouts.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'require-statement-timeout',
  category: 'lock',
  severity: 'warning',
  presets: ['strict', 'squawk'],
  summary: 'A statement may hold a lock that others wait for as long as it likes',
  squawk: ['require-statement-timeout', 'require-timeout-settings'],
  file(file, report) {
    // since PostgreSQL 17 a limit for the whole transaction is one for its statements, too
    const found = firstWithout(file, 'statement_timeout', 'transaction_timeout');
    if (!found) return;
    const { statement, level, on } = found;
    report({
      at: statement,
      message: `The statement holds a lock (${level}) on ${on} until it is done, however long that takes, and ${heldUp(level)} meanwhile.`,
      help: "Write SET statement_timeout = '1min'; in front of it (SET LOCAL inside of a transaction), with the time that the application can do without the table. Where the role or the database has it set already, turn this rule off.",
    });
  },
};
