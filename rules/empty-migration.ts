import type { HistoryRule } from '@idempotify/core';

export const rule: HistoryRule = {
  kind: 'history',
  name: 'empty-migration',
  category: 'history',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'A migration does nothing',
  check(history, report) {
    for (const [file, { statements }] of history.files.entries()) {
      if (statements > 0) continue;
      report(
        { file },
        {
          message:
            'This migration holds no statement: it is recorded as applied, and whatever is written into it later never runs there.',
          help: 'Fill it before it is applied anywhere, or delete it. If it is empty on purpose, say so: SELECT 1; -- why.',
        },
      );
    }
  },
};
