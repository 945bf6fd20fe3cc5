import { lineIndex, rangeVar, type LintFile, type LintStatement, type Node, type SqlRule } from '@idempotify/core';
import { oldTableActions } from './lib/alter.ts';
import { locksOnOld, type Lock } from './lib/locks.ts';
import { printedName } from './lib/names.ts';
import { together } from './lib/together.ts';

/** Actions of ALTER TABLE that read or write all rows. */
const LONG_ACTIONS: ReadonlySet<string> = new Set([
  'AT_AlterColumnType',
  'AT_SetNotNull',
  'AT_ValidateConstraint',
  'AT_SetLogged',
  'AT_SetUnLogged',
  'AT_SetTableSpace',
]);

const isLongAction = ({ subtype, def }: Node): boolean =>
  LONG_ACTIONS.has(subtype) ||
  (subtype === 'AT_AddConstraint' && !def.Constraint.skip_validation && def.Constraint.indexname === undefined);

/** Statements whose time grows with the rows of a table. */
const LONG: Readonly<Record<string, (statement: LintStatement, file: LintFile) => boolean>> = {
  UpdateStmt: () => true,
  DeleteStmt: () => true,
  MergeStmt: () => true,
  CopyStmt: () => true,
  CallStmt: () => true,
  InsertStmt: ({ node }) => node.selectStmt?.SelectStmt.fromClause !== undefined,
  SelectStmt: ({ node }) => node.fromClause !== undefined,
  CreateTableAsStmt: ({ node }) => !node.into.skipData,
  RefreshMatViewStmt: ({ node }) => !node.skipData,
  IndexStmt: (statement, file) => !file.isNew(rangeVar(statement.node.relation), statement),
  ReindexStmt: () => true,
  AlterTableStmt: (statement, file) => oldTableActions(statement, file).some(({ command }) => isLongAction(command)),
};

export const rule: SqlRule = {
  kind: 'sql',
  name: 'statement-after-access-exclusive',
  category: 'lock',
  severity: 'warning',
  presets: ['strict'],
  summary: 'Work that takes its time is done while the same transaction keeps everybody out of a table',
  file(file, report) {
    const held = new Map<unknown, { readonly lock: Lock; readonly by: LintStatement } | 'told'>();
    for (const statement of file.all) {
      const unit = together(statement);
      if (unit === undefined) continue;
      const before = held.get(unit);
      if (before === 'told') continue;
      if (!before) {
        const [lock] = locksOnOld(statement, file, 'ACCESS EXCLUSIVE');
        if (lock) held.set(unit, { lock, by: statement });
      } else if (LONG[statement.tag]?.(statement, file)) {
        held.set(unit, 'told');
        const { line } = lineIndex(file.text).at(before.by.range.start);
        report({
          at: statement,
          message: `Since line ${line} the transaction keeps everybody out of ${printedName(before.lock.relation)} (ACCESS EXCLUSIVE), and it does so until this statement, too, has gone through its rows.`,
          help: 'Do it in a transaction, or a migration, of its own; or do it first, and what needs the lock at the end.',
        });
      }
    }
  },
};
