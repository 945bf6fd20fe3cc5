import {
  rangeVar,
  strings,
  truncateName,
  type LintFile,
  type LintStatement,
  type Node,
  type QualifiedName,
  type SqlRule,
} from '@idempotify/core';
import { addedConstraints } from './lib/alter.ts';
import { printedName } from './lib/names.ts';
import { isSame } from './lib/tables.ts';

/** Duplicates may have been taken out in front of it. */
const isCleaned = (table: QualifiedName, statement: LintStatement, file: LintFile): boolean =>
  file.all.some(
    ({ tag, node, range }) =>
      // mutant: no statement is of both kinds
      range.start < statement.range.start &&
      (tag === 'DeleteStmt' || tag === 'UpdateStmt') &&
      isSame(rangeVar(node.relation), table),
  );

const message = (table: QualifiedName, columns: readonly string[]): string =>
  `If two rows of ${printedName(table)} have the same ${columns.join(', ')}, this fails, and the migration with it. It passes in databases that have few rows, such as those of tests.`;
const help =
  'Look for duplicates in production first: SELECT column, count(*) FROM table GROUP BY column HAVING count(*) > 1. Take them out in the same migration, in front of this.';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'unique-on-old-rows',
  category: 'data',
  severity: 'warning',
  presets: ['strict'],
  summary: 'Something becomes unique in a table that may hold duplicates',
  on: {
    IndexStmt(statement, file, report) {
      const { node } = statement;
      const table = rangeVar(node.relation);
      if (!node.unique) return;
      const columns = (node.indexParams as Node[]).map((item) => truncateName(item.IndexElem.name ?? 'expression'));
      // a new column holds NULL, which is equal to nothing; so do all columns of a new table
      if (columns.some((column) => file.isNewColumn(table, column, statement)) || isCleaned(table, statement, file))
        return;
      report({ at: statement, message: message(table, columns), help });
    },
    AlterTableStmt(statement, file, report) {
      for (const { table, node, column, at } of addedConstraints(statement, file)) {
        // an index that is there has shown that there are no duplicates; in a new column there is nothing yet
        if ((node.contype !== 'CONSTR_UNIQUE' && node.contype !== 'CONSTR_PRIMARY') || node.indexname || column)
          continue;
        const columns = strings(node.keys);
        if (columns.some((name) => file.isNewColumn(table, name, statement)) || isCleaned(table, statement, file))
          continue;
        report({ at, message: message(table, columns), help });
      }
    },
  },
};
