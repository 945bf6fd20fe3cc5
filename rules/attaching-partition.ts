import {
  actionsOf,
  rangeVar,
  type LintFile,
  type LintStatement,
  type Node,
  type QualifiedName,
  type SqlRule,
} from '@idempotify/core';
import { printedName } from './lib/names.ts';
import { isSame } from './lib/tables.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'attaching-partition',
  category: 'lock',
  severity: 'warning',
  presets: ['strict'],
  summary: 'A table is attached as a partition, and all its rows are checked while it is locked',
  on: {
    AlterTableStmt(statement, file, report) {
      const { node } = statement;
      if (node.objtype !== 'OBJECT_TABLE') return;
      for (const { subtype, command, range } of actionsOf({ node, statement, text: file.text })) {
        if (subtype !== 'AT_AttachPartition') continue;
        const partition = rangeVar(command.def.PartitionCmd.name);
        if (file.isNew(partition, statement) || hasCheck(partition, statement, file)) continue;
        report({
          at: range,
          message: `PostgreSQL checks whether every row of ${printedName(partition)} belongs into that partition, and until that is done nobody can read or write the table. (It doesn't, when a CHECK constraint already says so.)`,
          help: 'First add a CHECK that says what the partition holds, with NOT VALID, and VALIDATE it in a later transaction. Behind ATTACH PARTITION, it can go.',
        });
      }
    },
  },
};

/** Has this file added or validated a CHECK of the table? */
const hasCheck = (table: QualifiedName, before: LintStatement, file: LintFile): boolean =>
  file.all.slice(0, file.all.indexOf(before)).some(
    ({ tag, node }) =>
      tag === 'AlterTableStmt' &&
      isSame(rangeVar(node.relation), table) &&
      (node.cmds as Node[]).some(({ AlterTableCmd: { subtype, def } }) => {
        const constraint = def?.Constraint;
        return (
          subtype === 'AT_ValidateConstraint' || (constraint?.contype === 'CONSTR_CHECK' && !constraint.skip_validation)
        );
      }),
  );
