import { type SqlRule } from '@idempotify/core';
import { addedConstraints } from './lib/alter.ts';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'disallowed-unique-constraint',
  category: 'lock',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'A UNIQUE constraint builds its index while the table is locked',
  squawk: ['disallowed-unique-constraint', 'constraint-missing-not-valid'],
  on: {
    AlterTableStmt(statement, file, report) {
      for (const { table, node, column, at } of addedConstraints(statement, file)) {
        if (node.contype !== 'CONSTR_UNIQUE' || node.indexname !== undefined) continue;
        report({
          at,
          message: `PostgreSQL builds the index of this UNIQUE constraint while it holds ${printedName(table)} locked: until it is done, nobody can read or write the table.`,
          help: `${column ? 'Add the column without UNIQUE. Then build' : 'Build'} the index first with CREATE UNIQUE INDEX CONCURRENTLY, outside of a transaction, then take it: ALTER TABLE … ADD CONSTRAINT … UNIQUE USING INDEX ….`,
        });
      }
    },
  },
};
