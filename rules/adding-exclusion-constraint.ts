import { type SqlRule } from '@idempotify/core';
import { addedConstraints } from './lib/alter.ts';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'adding-exclusion-constraint',
  category: 'lock',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'An EXCLUDE constraint builds its index while the table is locked',
  squawk: ['constraint-missing-not-valid'],
  on: {
    AlterTableStmt(statement, file, report) {
      for (const { table, node, at } of addedConstraints(statement, file)) {
        if (node.contype !== 'CONSTR_EXCLUSION') continue;
        report({
          at,
          message: `PostgreSQL builds the index of this EXCLUDE constraint, and compares all rows, while it holds ${printedName(table)} locked: until it is done, nobody can read or write the table.`,
          help: 'There is no way to add it to a large table without that wait: do it while nobody needs the table, or check new rows with a trigger.',
        });
      }
    },
  },
};
