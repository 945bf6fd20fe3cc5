import type { SqlRule } from '@idempotify/core';
import { onColumnTypes, printedColumn } from './lib/columns.ts';

const SMALL_INTEGERS: ReadonlySet<string> = new Set(['int2', 'smallserial', 'serial2']);

export const rule: SqlRule = {
  kind: 'sql',
  name: 'prefer-bigint-over-smallint',
  category: 'style',
  severity: 'warning',
  presets: ['strict', 'squawk'],
  summary: 'A column is a 2-byte integer, whose numbers run out at 32,767',
  squawk: ['prefer-bigint-over-smallint'],
  on: onColumnTypes((column, report) => {
    if (!SMALL_INTEGERS.has(column.type)) return;
    report({
      at: column.at,
      message: `The column ${printedColumn(column)} holds numbers up to 32,767. When they run out, writing fails, and changing the type then rewrites the whole table.`,
      help: 'Use bigint. Where a small number is sure to stay small, and the bytes count, disable this rule for the statement and say why.',
    });
  }),
};
