import type { SqlRule } from '@idempotify/core';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'guard-swallows-everything',
  category: 'guard',
  severity: 'error',
  presets: ['recommended', 'rerun'],
  summary: 'EXCEPTION WHEN OTHERS hides every error, and the migration counts as applied',
  on: {
    DoStmt(statement, file, report) {
      for (const { handlers } of file.codeOf(statement).blocks) {
        for (const { conditions, raises, at } of handlers) {
          if (raises || !conditions.includes('others')) continue;
          report({
            at,
            message:
              'WHEN OTHERS catches every error: a missing table, a lock timeout, rows that break a constraint. The change is not made, and the migration counts as applied.',
            help: 'Catch only the error that a second run raises, such as duplicate_object, or raise the others again with RAISE.',
          });
        }
      }
    },
  },
};
