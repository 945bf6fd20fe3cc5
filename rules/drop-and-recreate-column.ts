import { rangeVar, truncateName, type QualifiedName, type SqlRule } from '@idempotify/core';
import { oldTableActions } from './lib/alter.ts';
import { printedColumn } from './lib/columns.ts';
import { isSame } from './lib/tables.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'drop-and-recreate-column',
  category: 'data',
  severity: 'error',
  presets: ['recommended'],
  summary: 'A column is dropped and added again under the same name: its values are lost',
  file(file, report) {
    const dropped: { readonly table: QualifiedName; readonly name: string }[] = [];
    // values may have been carried over into another column and back
    const carried = file.all.filter(({ tag }) => tag === 'UpdateStmt').map(({ node }) => rangeVar(node.relation));
    for (const statement of file.all) {
      const actions = oldTableActions(statement, file);
      // PostgreSQL drops before it adds, in whatever order one ALTER TABLE says it
      for (const { subtype, command, table } of actions)
        if (subtype === 'AT_DropColumn') dropped.push({ table, name: truncateName(command.name as string) });
      for (const { subtype, command, table, at } of actions) {
        if (subtype !== 'AT_AddColumn') continue;
        const name = truncateName(command.def.ColumnDef.colname as string);
        if (!dropped.some((each) => each.name === name && isSame(each.table, table))) continue;
        if (carried.some((each) => isSame(each, table))) continue;
        report({
          at,
          message: `${printedColumn({ table, name })} is dropped and added again: the values of all rows are lost.`,
          help: 'Change the column in place: ALTER TABLE … ALTER COLUMN … TYPE … USING …. To start anew on purpose, say so in a comment that disables this rule.',
        });
      }
    }
  },
};
