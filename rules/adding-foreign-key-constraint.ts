import { rangeVar, type SqlRule } from '@idempotify/core';
import { addedConstraints, columnConstraints } from './lib/alter.ts';
import { printedName } from './lib/names.ts';

/** What gives a new column a value, be it NULL by its name. */
const VALUES: ReadonlySet<string> = new Set(['CONSTR_DEFAULT', 'CONSTR_GENERATED']);

export const rule: SqlRule = {
  kind: 'sql',
  name: 'adding-foreign-key-constraint',
  category: 'lock',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'A foreign key is added and checked in one go, while both tables are locked against writes',
  squawk: ['adding-foreign-key-constraint', 'constraint-missing-not-valid'],
  on: {
    AlterTableStmt(statement, file, report) {
      for (const { table, node, column, at } of addedConstraints(statement, file)) {
        if (node.contype !== 'CONSTR_FOREIGN' || node.skip_validation) continue;
        // a new column without a value has nothing to be checked, and PostgreSQL knows it
        if (column && !columnConstraints(column).some(({ contype }) => VALUES.has(contype))) continue;
        report({
          at,
          message: `PostgreSQL checks every row of ${printedName(table)} for this foreign key, and until that is done nobody can write to ${printedName(table)} or to ${printedName(rangeVar(node.pktable))}.`,
          help: 'Add it with ALTER TABLE … ADD CONSTRAINT … FOREIGN KEY … NOT VALID, which counts for new rows at once; check the old ones with ALTER TABLE … VALIDATE CONSTRAINT in a later transaction, while everybody goes on writing.',
        });
      }
    },
  },
};
