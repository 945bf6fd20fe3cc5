import { qualified, strings, type SqlRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'require-enum-value-ordering',
  category: 'style',
  severity: 'warning',
  presets: ['strict', 'squawk'],
  summary: 'A value is added to an enum without saying where',
  squawk: ['require-enum-value-ordering'],
  on: {
    AlterEnumStmt(statement, file, report) {
      const { node } = statement;
      const type = qualified(strings(node.typeName));
      // RENAME VALUE leaves it where it is
      if (node.oldVal !== undefined || node.newValNeighbor !== undefined || file.isNew(type, statement)) return;
      report({
        at: statement,
        message: `The new value goes behind all others of ${printedName(type)}, whichever these are where the migration runs: ORDER BY, <, min() and max() go by that order, and it can't be changed later.`,
        help: `Say where it belongs: ADD VALUE '…' AFTER '…' (or BEFORE).`,
      });
    },
  },
};
