import type { HistoryRule } from '@idempotify/core';
import { versionOf } from './lib/history.ts';
import { timeOf } from './lib/order.ts';

/** A local time may be ahead of UTC by 14 hours. */
const TOLERANCE = 14 * 60 * 60 * 1000;

export const rule: HistoryRule = {
  kind: 'history',
  name: 'future-timestamp',
  category: 'history',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'The time in front of a migration lies in the future',
  check(history, report) {
    for (const [file, { path }] of history.files.entries()) {
      const time = timeOf(versionOf(path) ?? '');
      if (time === undefined || time <= history.now + TOLERANCE) continue;
      report(
        { file },
        {
          message:
            'The time in front of this migration lies in the future: all migrations that are written until then sort in front of it, and run before it or are refused as being too old.',
          help: 'Rename it to the time when it was written, as long as it has not been applied anywhere.',
        },
      );
    }
  },
};
