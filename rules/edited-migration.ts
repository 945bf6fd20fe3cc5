import type { HistoryRule } from '@idempotify/core';

export const rule: HistoryRule = {
  kind: 'history',
  name: 'edited-migration',
  category: 'history',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'A migration was edited after it had been committed',
  check(history, report) {
    for (const [file, { path }] of history.files.entries()) {
      if (!history.edited.has(path)) continue;
      report(
        { file },
        {
          message: `This migration differs from what was committed. A database that has run it does not get the change. ${history.tool.edited}`,
          help: 'If it may have been applied anywhere, restore it and write a new migration for the change. If it has only ever failed, editing it is right.',
        },
      );
    }
  },
};
