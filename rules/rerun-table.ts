import { rangeVar, type LintStatement, type Node } from '@idempotify/core';
import { firstToFail, relationExists, relationName, rerunRule, type PostgresError } from './lib/rerun.ts';

const GUARD =
  '--fix writes a guard that creates the table when it is missing and raises when another one is there; IF NOT EXISTS alone passes over any table of that name.';

export const rule = rerunRule({
  name: 'rerun-table',
  summary: 'A table is made, attached or given a parent in a way that fails the second time',
  words({ tag, node }: LintStatement) {
    switch (tag) {
      case 'CreateTableAsStmt':
        return { error: relationExists(relationName(node.into.rel)), help: GUARD };
      case 'SelectStmt':
        return { error: relationExists(relationName(node.intoClause.rel)), help: GUARD };
      case 'AlterTableStmt':
        return {
          error: partitionError(relationName(node.relation), firstToFail(node)),
          help: 'PostgreSQL has no IF clause for this; --fix writes a guard that looks whether it has been done.',
        };
      default:
        return { error: relationExists(relationName(node.relation)), help: GUARD };
    }
  },
});

/** Of the actions that link tables to each other. */
function partitionError(table: string, command: Node): PostgresError | undefined {
  const other = (node: Node): string => rangeVar(node).name;
  switch (command.subtype) {
    case 'AT_AddInherit':
      return {
        text: `relation "${other(command.def.RangeVar)}" would be inherited from more than once`,
        code: '42P07',
      };
    case 'AT_DropInherit':
      return {
        text: `relation "${other(command.def.RangeVar)}" is not a parent of relation "${table}"`,
        code: '42P01',
        found: /^inherit /,
      };
    case 'AT_AttachPartition':
      return { text: `"${other(command.def.PartitionCmd.name)}" is already a partition`, code: '42809' };
    case 'AT_DetachPartition':
      return {
        text: `relation "${other(command.def.PartitionCmd.name)}" is not a partition of relation "${table}"`,
        code: '42P01',
        found: /^inherit /,
      };
    case 'AT_DropOf':
      return { text: `"${table}" is not a typed table`, code: '42809' };
    default:
      return undefined;
  }
}
