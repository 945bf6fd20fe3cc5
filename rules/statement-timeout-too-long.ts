import type { SqlRule } from '@idempotify/core';
import { milliseconds, settingsOf } from './lib/timeouts.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'statement-timeout-too-long',
  category: 'lock',
  severity: 'warning',
  presets: ['strict'],
  summary: 'statement_timeout is so long that it ends nothing in time',
  options: {
    max: { default: 3_600_000, description: 'Milliseconds that are still fine.' },
  },
  file(file, report) {
    const max = file.option<number>('max');
    for (const statement of file.all)
      for (const { name, value } of settingsOf(statement)) {
        const time = milliseconds(value);
        if (name !== 'statement_timeout' || time === undefined || time <= max) continue;
        report({
          at: statement,
          message: `statement_timeout is ${time / 60_000} minutes here: a statement that keeps others out may do so for that long.`,
          help: `Take at most ${max / 60_000} minutes, and do what takes longer in pieces that are committed one by one.`,
        });
      }
  },
};
