import type { SqlRule } from '@idempotify/core';
import { heldUp } from './lib/locks.ts';
import { blocking, timeline } from './lib/timeouts.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'require-idle-in-transaction-timeout',
  category: 'lock',
  severity: 'warning',
  presets: [],
  summary: 'A transaction keeps its locks when the session that runs it hangs',
  file(file, report) {
    for (const { statement, current } of timeline(file, 'idle_in_transaction_session_timeout', 'transaction_timeout')) {
      if (current || statement.transaction === undefined) continue;
      const found = blocking(statement, file);
      if (!found) continue;
      report({
        at: statement,
        message: `The transaction keeps its lock (${found.level}) on ${found.on} until it ends. When whoever runs the migration hangs in between, ${heldUp(found.level)} without an end.`,
        help: "Write SET idle_in_transaction_session_timeout = '10s'; in front of it: PostgreSQL then ends a session that has left its transaction open for that long. Where the role or the database has it set already, turn this rule off.",
      });
      return;
    }
  },
};
