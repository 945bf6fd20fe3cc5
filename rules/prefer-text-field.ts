import type { SqlRule } from '@idempotify/core';
import { onColumnTypes, printedColumn } from './lib/columns.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'prefer-text-field',
  category: 'style',
  severity: 'warning',
  presets: ['strict', 'squawk'],
  summary: 'A column is of the type VARCHAR with a length',
  squawk: ['prefer-text-field'],
  on: onColumnTypes((column, report) => {
    if (column.type !== 'varchar' || !column.hasLength) return;
    report({
      at: column.at,
      message: `The column ${printedColumn(column)} is a varchar with a length. A smaller length later scans the table under an ACCESS EXCLUSIVE lock, and a value that is too long is an error with no name.`,
      help: 'Use text, and where a limit matters, a constraint with a name: CHECK (length(email) <= 254). It can be changed with NOT VALID and VALIDATE CONSTRAINT, without keeping anybody out.',
    });
  }),
};
