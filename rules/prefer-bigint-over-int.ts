import type { SqlRule } from '@idempotify/core';
import { onColumnTypes, printedColumn } from './lib/columns.ts';

const INTEGERS: ReadonlySet<string> = new Set(['int4', 'serial', 'serial4']);

export const rule: SqlRule = {
  kind: 'sql',
  name: 'prefer-bigint-over-int',
  category: 'style',
  severity: 'warning',
  presets: ['strict', 'squawk'],
  summary: 'A column is a 4-byte integer, whose numbers run out at 2,147,483,647',
  squawk: ['prefer-bigint-over-int'],
  on: onColumnTypes((column, report) => {
    if (!INTEGERS.has(column.type)) return;
    report({
      at: column.at,
      message: `The column ${printedColumn(column)} holds numbers up to 2,147,483,647. When they run out, every INSERT fails, and changing the type then rewrites the whole table.`,
      help: 'Use bigint; a key is best a bigint GENERATED ALWAYS AS IDENTITY.',
    });
  }),
};
