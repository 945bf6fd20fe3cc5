import { quoteIdent, type Node, type SqlRule } from '@idempotify/core';
import { addedColumns, columnConstraints, serialType } from './lib/alter.ts';
import { printedName } from './lib/names.ts';
import { isNull, volatileCall } from './lib/volatile.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'adding-field-with-default',
  category: 'lock',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'A column is added whose default makes PostgreSQL rewrite the table',
  squawk: ['adding-field-with-default'],
  on: {
    AlterTableStmt(statement, file, report) {
      for (const { table, name, column, at } of addedColumns(statement, file)) {
        const serial = serialType(column);
        const why = serial ? `is ${serial}: its default calls nextval() for every row` : perRow(column);
        if (why === undefined) continue;
        report({
          at,
          message: `The new column ${quoteIdent(name)} ${why}. PostgreSQL rewrites the whole table ${printedName(table)} for it, and nobody can read or write the table meanwhile.`,
          help: 'Add the column without a default, give it the default in a second command (ALTER COLUMN … SET DEFAULT only counts for new rows), then fill the old rows in batches.',
        });
      }

      function perRow(column: Node): string | undefined {
        for (const constraint of columnConstraints(column)) {
          if (constraint.contype === 'CONSTR_IDENTITY') return 'is an identity column: every row gets a number';
          if (constraint.contype !== 'CONSTR_DEFAULT' || isNull(constraint.raw_expr)) continue;
          const call = volatileCall(constraint.raw_expr, file);
          if (call !== undefined) return `has a default that calls ${call} for every row`;
          if (file.pgVersion < 11) return 'has a default, which PostgreSQL before version 11 writes into every row';
        }
        return undefined;
      }
    },
  },
};
