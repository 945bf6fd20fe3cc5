import { type SqlRule } from '@idempotify/core';
import { addedConstraints } from './lib/alter.ts';
import { printedName } from './lib/names.ts';

const SCANNED: ReadonlySet<string> = new Set(['CONSTR_CHECK', 'CONSTR_NOTNULL']);

export const rule: SqlRule = {
  kind: 'sql',
  name: 'constraint-missing-not-valid',
  category: 'lock',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'A CHECK or NOT NULL constraint is added and checked in one go, while the table is locked',
  squawk: ['constraint-missing-not-valid'],
  on: {
    AlterTableStmt(statement, file, report) {
      for (const { table, node, column, at } of addedConstraints(statement, file)) {
        // what is NOT ENFORCED counts as not to be validated, too
        if (!SCANNED.has(node.contype) || node.skip_validation) continue;
        // of a new column, NOT NULL fails or is true of its default: adding-required-field looks at that
        if (column && node.contype === 'CONSTR_NOTNULL') continue;
        report({
          at,
          message: `PostgreSQL checks every row of ${printedName(table)} for this constraint, and until that is done nobody can read or write the table.`,
          help: column
            ? 'Add the column without it. Then add it with ALTER TABLE … ADD CONSTRAINT … CHECK (…) NOT VALID, and check the rows with VALIDATE CONSTRAINT in a later transaction.'
            : 'Add it with NOT VALID, which counts for new rows at once; check the old ones with ALTER TABLE … VALIDATE CONSTRAINT in a later transaction, while everybody goes on writing.',
        });
      }
    },
  },
};
