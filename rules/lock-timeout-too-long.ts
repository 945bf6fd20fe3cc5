import type { SqlRule } from '@idempotify/core';
import { milliseconds, settingsOf } from './lib/timeouts.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'lock-timeout-too-long',
  category: 'lock',
  severity: 'warning',
  presets: ['strict'],
  summary: 'lock_timeout is so long that the application stands still before it ends',
  options: {
    max: { default: 10_000, description: 'Milliseconds that are still fine.' },
  },
  file(file, report) {
    const max = file.option<number>('max');
    for (const statement of file.all)
      for (const { name, value } of settingsOf(statement)) {
        const time = milliseconds(value);
        if (name !== 'lock_timeout' || time === undefined || time <= max) continue;
        report({
          at: statement,
          message: `lock_timeout is ${time / 1000} seconds here: for that long, everything that needs the table waits behind the statement.`,
          help: `Take at most ${max / 1000} seconds, and run the migration again when it fails.`,
        });
      }
  },
};
