import {
  conjuncts,
  quoteIdent,
  rangeVar,
  strings,
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
  name: 'adding-not-nullable-field',
  category: 'lock',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'SET NOT NULL reads the whole table while it is locked',
  squawk: ['adding-not-nullable-field'],
  on: {
    AlterTableStmt(statement, file, report) {
      for (const { table, subtype, command, at } of oldTableActions(statement, file)) {
        if (subtype !== 'AT_SetNotNull') continue;
        const column = truncateName(command.name);
        if (file.pgVersion >= 12 && isProven(table, column, statement, file)) continue;
        report({
          at,
          message: `PostgreSQL looks for NULL in ${quoteIdent(column)} of every row of ${printedName(table)}, and until that is done nobody can read or write the table.`,
          help:
            file.pgVersion >= 18
              ? `ALTER TABLE … ADD CONSTRAINT … NOT NULL ${quoteIdent(column)} NOT VALID instead, and VALIDATE CONSTRAINT in a later transaction, while everybody goes on writing.`
              : `First ADD CONSTRAINT … CHECK (${quoteIdent(column)} IS NOT NULL) NOT VALID, and VALIDATE CONSTRAINT in a later transaction, while everybody goes on writing.${file.pgVersion >= 12 ? ' With that, SET NOT NULL takes a moment, and the CHECK can go.' : ' Before PostgreSQL 12, leave it at that.'}`,
        });
      }
    },
  },
};

/** Does a constraint that has been checked say that the column is not NULL? PostgreSQL doesn't look at the rows then. */
function isProven(table: QualifiedName, column: string, before: LintStatement, file: LintFile): boolean {
  /** What constraints of this file say of the column, by name. */
  const says = new Map<string, boolean>();
  const valid = new Set<string>();
  for (const { tag, node } of file.all.slice(0, file.all.indexOf(before))) {
    if (tag !== 'AlterTableStmt' || !isSame(rangeVar(node.relation), table)) continue;
    for (const { AlterTableCmd: command } of node.cmds as Node[]) {
      if (command.subtype === 'AT_AddConstraint') {
        const constraint = command.def.Constraint;
        // PostgreSQL thinks of a name when there is none; nothing can refer to that here
        const name = truncateName(constraint.conname ?? `${constraint.location}`);
        says.set(name, saysNotNull(constraint, column));
        if (!constraint.skip_validation) valid.add(name);
      } else if (command.subtype === 'AT_ValidateConstraint') valid.add(truncateName(command.name));
      else if (command.subtype === 'AT_DropConstraint') valid.delete(truncateName(command.name));
    }
  }
  // one that an earlier migration has added is taken to be about the column: why else should it be validated here?
  return [...valid].some((name) => says.get(name) ?? true);
}

function saysNotNull({ contype, keys, raw_expr: expression }: Node, column: string): boolean {
  if (contype === 'CONSTR_NOTNULL') return strings(keys).includes(column);
  return conjuncts(expression).some(
    ({ NullTest: test }) =>
      test?.nulltesttype === 'IS_NOT_NULL' && strings(test.arg.ColumnRef?.fields).at(-1) === column,
  );
}
