import { rangeVar, truncateName, type LintFile, type LintStatement, type Node, type SqlRule } from '@idempotify/core';
import { addedColumns, columnConstraints, oldTableActions, serialType, type AddedColumn } from './lib/alter.ts';
import { printedColumn } from './lib/columns.ts';
import { columnsSet } from './lib/rows.ts';
import { isSame } from './lib/tables.ts';

/** What gives a new column a value in the rows that are there. */
const FILLING: ReadonlySet<string> = new Set(['CONSTR_DEFAULT', 'CONSTR_GENERATED', 'CONSTR_IDENTITY']);

const startsEmpty = ({ column }: AddedColumn): boolean =>
  serialType(column) === undefined && !columnConstraints(column).some(({ contype }) => FILLING.has(contype as string));

/** May write into the column, or leave no row that lacks it. */
function mayFill({ tag, node }: LintStatement, { table, name }: AddedColumn): boolean {
  switch (tag) {
    case 'UpdateStmt':
      return isSame(rangeVar(node.relation), table) && columnsSet(node).includes(name);
    case 'DeleteStmt':
      return isSame(rangeVar(node.relation), table);
    case 'TruncateStmt':
      return (node.relations as Node[]).some((item) => isSame(rangeVar(item.RangeVar), table));
    case 'AlterTableStmt':
      // a new type can be given with USING
      return (
        isSame(rangeVar(node.relation), table) &&
        (node.cmds as Node[]).some(
          ({ AlterTableCmd: { subtype, name: of } }) => subtype === 'AT_AlterColumnType' && of === name,
        )
      );
    // what a query with functions, a block or a MERGE does to the rows is not looked into
    default:
      return tag === 'SelectStmt' || tag === 'DoStmt' || tag === 'CallStmt' || tag === 'MergeStmt';
  }
}

export const rule: SqlRule = {
  kind: 'sql',
  name: 'not-null-without-backfill',
  category: 'data',
  severity: 'error',
  presets: ['recommended', 'rerun'],
  summary: 'A new column becomes NOT NULL before the rows that are there have got a value in it',
  file(file: LintFile, report) {
    const empty: AddedColumn[] = [];
    for (const statement of file.all) {
      for (const { subtype, command, table, at } of oldTableActions(statement, file)) {
        if (subtype !== 'AT_SetNotNull') continue;
        const name = truncateName(command.name as string);
        const column = empty.find((each) => each.name === name && isSame(each.table, table));
        if (!column) continue;
        report({
          at,
          message: `${printedColumn({ table, name })} was added without a value above, so it is NULL in every row: SET NOT NULL fails as soon as the table has rows, and only an empty database lets it pass.`,
          help: 'Fill the column first: UPDATE … SET column = … WHERE column IS NULL. Or add it with a DEFAULT.',
        });
      }
      for (let index = empty.length - 1; index >= 0; index--)
        if (mayFill(statement, empty[index] as AddedColumn)) empty.splice(index, 1);
      if (!statement.conditional) empty.push(...addedColumns(statement, file).filter(startsEmpty));
    }
  },
};
