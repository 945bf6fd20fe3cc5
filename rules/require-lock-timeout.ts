import type { SqlRule } from '@idempotify/core';
import { heldUp } from './lib/locks.ts';
import { firstWithout, setLater } from './lib/timeouts.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'require-lock-timeout',
  category: 'lock',
  severity: 'warning',
  presets: ['strict', 'squawk'],
  summary: 'A statement that others have to queue up behind waits for its lock without an end',
  squawk: ['require-lock-timeout', 'require-timeout-settings'],
  file(file, report) {
    const found = firstWithout(file, 'lock_timeout');
    // set too late is what lock-timeout-after-dangerous-statement tells
    if (!found || setLater(file, 'lock_timeout', found.statement)) return;
    const { statement, level, on } = found;
    report({
      at: statement,
      message: `The statement waits until it gets a lock (${level}) on ${on}, and ${heldUp(level)} behind it. A single long transaction is enough to stop the application.`,
      help: "Write SET lock_timeout = '5s'; in front of it (SET LOCAL inside of a transaction) and run the migration again when it fails. Where the role or the database has it set already, turn this rule off.",
    });
  },
};
