import type { SqlRule } from '@idempotify/core';
import { onColumnTypes, printedColumn } from './lib/columns.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'prefer-timestamp-tz',
  category: 'style',
  severity: 'warning',
  presets: ['strict', 'squawk'],
  summary: 'A column is a timestamp without a time zone',
  squawk: ['prefer-timestamp-tz'],
  on: onColumnTypes((column, report) => {
    if (column.type !== 'timestamp') return;
    report({
      at: column.at,
      message: `The column ${printedColumn(column)} is a timestamp without a time zone: PostgreSQL drops the offset of what is written to it, so that it can't be told anymore which moment was meant.`,
      help: 'Use timestamptz. It takes the same 8 bytes, holds a moment in UTC and is shown in the time zone of the session.',
    });
  }),
};
