import type { NestedStatement, SqlRule } from '@idempotify/core';
import { catches, clearsTheWay, secondRunError } from './lib/second-run.ts';

/** Statements that leave nothing behind. */
const HARMLESS: ReadonlySet<string> = new Set(['SelectStmt', 'VariableSetStmt', 'LockStmt']);

/** How many things a statement does: an ALTER TABLE has a list of them. */
const actions = ({ statement: { tag, node } }: NestedStatement): number =>
  tag === 'AlterTableStmt' ? node.cmds.length : HARMLESS.has(tag) ? 0 : 1;

export const rule: SqlRule = {
  kind: 'sql',
  name: 'guard-skips-the-rest',
  category: 'guard',
  severity: 'warning',
  presets: ['recommended', 'rerun'],
  summary: 'An EXCEPTION part around several changes: when one of them is there already, the others are left out',
  on: {
    DoStmt(statement, file, report) {
      for (const { statements, handlers } of file.codeOf(statement).blocks) {
        if (statements.reduce((sum, one) => sum + actions(one), 0) < 2) continue;
        for (const { statement: inner, conditional } of statements) {
          const error = conditional || clearsTheWay(inner, file) ? undefined : secondRunError(inner);
          const handler = error && handlers.find(({ conditions }) => catches(conditions, error));
          if (!handler) continue;
          if (!handler.raises)
            report({
              at: handler.at,
              message: `If one change in this block raises ${error.condition}, all others in it are undone or never run, and the migration still counts as applied.`,
              help: 'Give each change a block of its own with its own EXCEPTION part, or ask the catalog in front of each.',
            });
          break;
        }
      }
    },
  },
};
