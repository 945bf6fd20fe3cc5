import { rangeVar, type LintFile, type LintStatement, type QualifiedName, type SqlRule } from '@idempotify/core';
import { locksOnOld } from './lib/locks.ts';
import { printedName } from './lib/names.ts';
import { isManyRows } from './lib/rows.ts';
import { isSame } from './lib/tables.ts';

/** Whether something earlier that is committed together with the statement keeps everybody out of the table. */
function isLocked(table: QualifiedName, statement: LintStatement, file: LintFile): boolean {
  for (const other of file.all) {
    if (other === statement) return false;
    if (other.transaction !== statement.transaction) continue;
    if (locksOnOld(other, file, 'ACCESS EXCLUSIVE').some(({ relation }) => isSame(relation, table))) return true;
  }
  return false;
}

export const rule: SqlRule = {
  kind: 'sql',
  name: 'backfill-in-migration',
  category: 'data',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'Many rows are updated while the transaction keeps everybody out of their table',
  on: {
    UpdateStmt(statement, file, report) {
      const table = rangeVar(statement.node.relation);
      // what commits alone has let go of the lock
      if (statement.transaction === undefined || !isManyRows(statement.node.whereClause)) return;
      if (!isLocked(table, statement, file)) return;
      report({
        at: statement,
        message: `This UPDATE runs in the transaction that has locked ${printedName(table)} for everybody: the lock is kept until all rows are written, and nobody can read or write the table as long.`,
        help: 'Commit what takes the lock first, in a migration of its own, and fill the column afterwards in batches: UPDATE … WHERE id BETWEEN … AND … AND column IS NULL.',
      });
    },
  },
};
