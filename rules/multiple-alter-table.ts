import { rangeVar, type SqlRule } from '@idempotify/core';
import { oldTableActions } from './lib/alter.ts';
import { locksOf } from './lib/locks.ts';
import { printedName } from './lib/names.ts';

/** They say nothing about the order of what stands around them. */
const TRANSPARENT: ReadonlySet<string> = new Set(['CommentStmt', 'GrantStmt', 'VariableSetStmt']);

/** ATTACH and DETACH PARTITION stand alone by grammar; VALIDATE belongs in another transaction than what it validates. */
const ALONE: ReadonlySet<string> = new Set([
  'AT_AttachPartition',
  'AT_DetachPartition',
  'AT_DetachPartitionFinalize',
  'AT_ValidateConstraint',
]);

export const rule: SqlRule = {
  kind: 'sql',
  name: 'multiple-alter-table',
  category: 'lock',
  severity: 'warning',
  presets: ['strict'],
  summary: 'A table is altered by several statements that could be one',
  file(file, report) {
    const open = new Set<string>();
    for (const statement of file.all) {
      const { node, tag } = statement;
      if (TRANSPARENT.has(tag)) continue;
      if (tag !== 'AlterTableStmt') {
        open.clear();
        continue;
      }
      const actions = oldTableActions(statement, file);
      if (actions.length === 0 || actions.some(({ subtype }) => ALONE.has(subtype))) continue;
      const name = printedName(rangeVar(node.relation));
      // joined with a stronger one, a weak lock would keep more people out
      const level = locksOf(statement, file.pgVersion)[0]?.level;
      const key = JSON.stringify([name, node.relation.inh, node.missing_ok, level, statement.conditional]);
      if (open.has(key))
        report({
          at: statement,
          message: `${name} is altered again: each ALTER TABLE waits for its lock, and goes through the rows where it has to, for itself.`,
          help: `Join the actions by commas in one ALTER TABLE ${name}.`,
        });
      open.add(key);
    }
  },
};
