import { type SqlRule } from '@idempotify/core';
import { addedConstraints } from './lib/alter.ts';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'adding-serial-primary-key-field',
  category: 'lock',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'A primary key builds its index while the table is locked',
  squawk: ['adding-serial-primary-key-field', 'constraint-missing-not-valid'],
  on: {
    AlterTableStmt(statement, file, report) {
      for (const { table, node, column, at } of addedConstraints(statement, file)) {
        if (node.contype !== 'CONSTR_PRIMARY' || node.indexname !== undefined) continue;
        report({
          at,
          message: `PostgreSQL builds the index of this primary key, and checks its columns for NULL, while it holds ${printedName(table)} locked: until it is done, nobody can read or write the table.`,
          help: `${column ? 'Add the column without PRIMARY KEY and fill it. Then make' : 'Make'} the columns NOT NULL and build the index with CREATE UNIQUE INDEX CONCURRENTLY, outside of a transaction, then take it: ALTER TABLE … ADD CONSTRAINT … PRIMARY KEY USING INDEX ….`,
        });
      }
    },
  },
};
