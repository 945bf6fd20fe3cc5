import { rangeVar, type LintFile, type LintStatement, type QualifiedName, type SqlRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';

const TABLES: ReadonlySet<string> = new Set(['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW', 'OBJECT_FOREIGN_TABLE']);

export const rule: SqlRule = {
  kind: 'sql',
  name: 'renaming-table',
  category: 'data',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'A table is renamed, and code that is still deployed asks for the old name',
  squawk: ['renaming-table'],
  on: {
    RenameStmt(statement, file, report) {
      const { node } = statement;
      if (!TABLES.has(node.renameType)) return;
      const table = rangeVar(node.relation);
      if (file.isNew(table, statement) || comesBack(table, statement, file)) return;
      report({
        at: statement,
        message: `Code that is still deployed, and functions of others, ask for ${printedName(table)} and fail as soon as it has another name.`,
        help: `Let the ORM map the new name to the old table. Or leave a view of the old name behind in the same transaction: CREATE VIEW ${printedName(table)} AS SELECT * FROM the new name; simple views can be written to.`,
      });
    },
  },
};

/** A view takes the old name over, or another table that was filled meanwhile. */
const comesBack = (table: QualifiedName, statement: LintStatement, file: LintFile): boolean =>
  file.facts.some(
    ({ op, cls, schema, name, to, start }) =>
      cls === 'relation' &&
      // mutant: nothing begins where the statement ends
      start > statement.range.end &&
      schema === table.schema &&
      (op === 'create' ? name : to) === table.name,
  );
