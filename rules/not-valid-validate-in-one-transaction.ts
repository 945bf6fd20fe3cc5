import {
  quoteIdent,
  rangeVar,
  truncateName,
  type LintFile,
  type LintStatement,
  type Node,
  type QualifiedName,
  type SqlRule,
} from '@idempotify/core';
import { oldTableActions } from './lib/alter.ts';
import { printedName } from './lib/names.ts';
import { isSame } from './lib/tables.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'not-valid-validate-in-one-transaction',
  category: 'lock',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'A constraint is added as NOT VALID and validated under the same lock',
  squawk: ['constraint-missing-not-valid'],
  on: {
    AlterTableStmt(statement, file, report) {
      for (const { table, subtype, command, at } of oldTableActions(statement, file)) {
        if (subtype !== 'AT_ValidateConstraint') continue;
        const name = truncateName(command.name);
        if (!isAddedWith(table, name, statement, file)) continue;
        report({
          at,
          message: `The same transaction has added ${quoteIdent(name)}, and keeps ${printedName(table)} locked until it ends: while VALIDATE CONSTRAINT checks the rows, others wait as long as without NOT VALID.`,
          help: HELP[file.transactions.scope],
        });
      }
    },
  },
};

const HELP: Readonly<Record<LintFile['transactions']['scope'], string>> = {
  file: 'Validate it in a migration of its own, which is committed apart.',
  'all-pending': 'Validate it in a migration of a later deploy: all that are pending are run in one transaction.',
  statement: 'Validate it behind the COMMIT.',
  none: 'Validate it behind the COMMIT.',
};

/** Is the constraint added as NOT VALID by the same command, or before it in the same transaction? */
const isAddedWith = (table: QualifiedName, name: string, at: LintStatement, file: LintFile): boolean =>
  file.all.slice(0, file.all.indexOf(at) + 1).some(
    (other) =>
      other.tag === 'AlterTableStmt' &&
      ((other.outer ?? other) === (at.outer ?? at) ||
        (at.transaction !== undefined && other.transaction === at.transaction)) &&
      isSame(rangeVar(other.node.relation), table) &&
      (other.node.cmds as Node[]).some(({ AlterTableCmd: { subtype, def } }) => {
        if (subtype !== 'AT_AddConstraint') return false;
        const { conname, skip_validation: notValid } = def.Constraint;
        return notValid && truncateName(conname ?? '') === name;
      }),
  );
