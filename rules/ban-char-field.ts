import type { SqlRule } from '@idempotify/core';
import { onColumnTypes, printedColumn } from './lib/columns.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'ban-char-field',
  category: 'style',
  severity: 'warning',
  presets: ['strict', 'squawk'],
  summary: 'A column is of the type CHAR, which pads and compares with blanks',
  squawk: ['ban-char-field'],
  on: onColumnTypes((column, report) => {
    if (column.type !== 'bpchar') return;
    report({
      at: column.at,
      message: `The column ${printedColumn(column)} is of the type CHAR: values are padded with blanks, which vanish again or count depending on who compares, and nothing is saved by it.`,
      help: 'Use text, with a CHECK constraint such as CHECK (length(code) = 2) where the length matters.',
    });
  }),
};
