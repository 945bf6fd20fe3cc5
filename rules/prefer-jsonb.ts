import type { SqlRule } from '@idempotify/core';
import { onColumnTypes, printedColumn } from './lib/columns.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'prefer-jsonb',
  category: 'style',
  severity: 'warning',
  presets: ['strict'],
  summary: 'A column is of the type json instead of jsonb',
  on: onColumnTypes((column, report) => {
    if (column.type !== 'json') return;
    report({
      at: column.at,
      message: `The column ${printedColumn(column)} is of the type json: it has no equality, so that SELECT DISTINCT, GROUP BY and UNION over the table fail, it can't have a GIN index, and it is parsed anew with every read.`,
      help: 'Use jsonb; json is only for texts whose blanks, order of keys and repeated keys have to be kept.',
    });
  }),
};
