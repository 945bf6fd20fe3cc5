import type { HistoryRule } from '@idempotify/core';
import { readVersion } from './lib/order.ts';

export const rule: HistoryRule = {
  kind: 'history',
  name: 'sequence-gap',
  category: 'history',
  severity: 'warning',
  presets: ['strict'],
  summary: 'A number is missing among counted migrations',
  check(history, report) {
    let last = Infinity;
    for (const [file, { path }] of history.files.entries()) {
      const version = readVersion(path);
      if (!version || version.isDate) continue;
      const number = Number(version.digits);
      if (number > last + 1) {
        const missing = number === last + 2 ? `number ${last + 1} is` : `the numbers ${last + 1} to ${number - 1} are`;
        report(
          { file },
          {
            message:
              history.tool.name === 'postgres-migrations'
                ? `In front of this migration ${missing} missing: postgres-migrations refuses to run any migration.`
                : `In front of this migration ${missing} missing: was a migration lost or deleted that some databases have run?`,
            help: 'Bring the missing migration back, or count on without a gap.',
          },
        );
      }
      last = number;
    }
  },
};
