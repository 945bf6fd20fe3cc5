import {
  qualified,
  strings,
  type LintFile,
  type LintStatement,
  type Node,
  type QualifiedName,
  type SqlRule,
} from '@idempotify/core';
import { printedName } from './lib/names.ts';

/** DROP TRIGGER IF EXISTS and CREATE TRIGGER: the usual way to write one that can be run again. */
const isMadeAnew = (trigger: string, table: QualifiedName, dropped: LintStatement, file: LintFile): boolean =>
  file.facts.some(
    ({ op, cls, name, on, start }) =>
      op === 'create' &&
      cls === 'trigger' &&
      // mutant: the statement that drops it makes none
      start > dropped.range.start &&
      name === trigger &&
      on?.name === table.name &&
      on.schema === table.schema,
  );

export const rule: SqlRule = {
  kind: 'sql',
  name: 'ban-drop-trigger',
  category: 'lock',
  severity: 'warning',
  presets: ['strict'],
  summary: 'A trigger is dropped: what it did no longer happens, and all reads and writes wait for it',
  on: {
    DropStmt(statement, file, report) {
      if (statement.node.removeType !== 'OBJECT_TRIGGER') return;
      for (const object of statement.node.objects as Node[]) {
        const parts = strings(object.List.items);
        const name = parts.at(-1) as string;
        const table = qualified(parts.slice(0, -1));
        if (file.isNew(table, statement) || isMadeAnew(name, table, statement, file)) continue;
        report({
          at: statement,
          message: `What the trigger ${printedName({ schema: undefined, name })} did with the rows of ${printedName(table)} no longer happens. The statement waits for everybody who uses the table, and all reads and writes wait behind it (ACCESS EXCLUSIVE).`,
          help: 'First make sure that nothing depends on it, or that the application does its work. Set lock_timeout in front of it. To exchange it, CREATE OR REPLACE TRIGGER (PostgreSQL 14).',
        });
      }
    },
  },
};
