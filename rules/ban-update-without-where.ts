import { rangeVar, type SqlRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';
import { columnsSet, isEveryRow } from './lib/rows.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'ban-update-without-where',
  category: 'data',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'A column of all rows is overwritten: an UPDATE without WHERE',
  on: {
    UpdateStmt(statement, file, report) {
      const { relation, whereClause } = statement.node;
      if (!isEveryRow(whereClause)) return;
      const table = rangeVar(relation);
      // what the migration itself has added holds nobody's values
      const old = columnsSet(statement.node).filter((column) => !file.isNewColumn(table, column, statement));
      if (old.length === 0) return;
      report({
        at: statement,
        message: `UPDATE without WHERE overwrites ${old.join(', ')} in all rows of ${printedName(table)}: the old values are lost, and all rows stay locked until the migration is committed.`,
        help: 'Say with WHERE which rows are meant, as WHERE column IS NULL or WHERE column <> value: then it is also safe to run it again.',
      });
    },
  },
};
