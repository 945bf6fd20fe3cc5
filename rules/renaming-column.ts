import { quoteIdent, rangeVar, truncateName, type SqlRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'renaming-column',
  category: 'data',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'A column is renamed, and code that is still deployed asks for the old name',
  squawk: ['renaming-column'],
  on: {
    RenameStmt(statement, file, report) {
      const { node } = statement;
      if (node.renameType !== 'OBJECT_COLUMN') return;
      const table = rangeVar(node.relation);
      const column = truncateName(node.subname);
      if (file.isNewColumn(table, column, statement)) return;
      report({
        at: statement,
        message: `Code that is still deployed, and views and functions of others, ask for the column ${quoteIdent(column)} of ${printedName(table)} and fail as soon as it has another name.`,
        help: 'Let the ORM map the new name to the old column. Or add a new column, write both, copy the old rows, read the new one, and drop the old one in a later migration.',
      });
    },
  },
};
