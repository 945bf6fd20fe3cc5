import { quoteIdent, type SqlRule } from '@idempotify/core';
import { addedColumns, columnConstraints } from './lib/alter.ts';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'adding-stored-generated-column',
  category: 'lock',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'A stored generated column is added, for which PostgreSQL rewrites the table',
  squawk: ['adding-field-with-default'],
  on: {
    AlterTableStmt(statement, file, report) {
      for (const { table, name, column, at } of addedColumns(statement, file)) {
        if (!columnConstraints(column).some(({ generated_kind: kind }) => kind === 's')) continue;
        report({
          at,
          message: `The new column ${quoteIdent(name)} is worked out and stored for every row. PostgreSQL rewrites the whole table ${printedName(table)} for it, and nobody can read or write the table meanwhile.`,
          help:
            file.pgVersion >= 18
              ? 'Make it VIRTUAL: then it is worked out when it is read, and no row is touched. Or add a plain column, keep it up to date with a trigger, and fill the old rows in batches.'
              : 'Add a plain column, keep it up to date with a trigger, and fill the old rows in batches. A view or an index on the expression may do without a column.',
        });
      }
    },
  },
};
