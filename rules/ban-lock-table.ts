import type { SqlRule } from '@idempotify/core';
import { heldUp, locksOnOld } from './lib/locks.ts';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'ban-lock-table',
  category: 'lock',
  severity: 'warning',
  presets: ['strict'],
  summary: 'A table is locked by hand so that others have to wait',
  on: {
    LockStmt(statement, file, report) {
      const [lock] = locksOnOld(statement, file, 'SHARE');
      if (!lock) return;
      report({
        at: statement,
        message: `${printedName(lock.relation)} is locked (${lock.level}) until the transaction ends: it waits for everybody who uses the table, and ${heldUp(lock.level)} behind it, for as long as the rest of the transaction takes.`,
        help: 'Statements take the locks that they need by themselves. Where one must come first, set lock_timeout in front of it, take the weakest mode that does, and keep the transaction short.',
      });
    },
  },
};
