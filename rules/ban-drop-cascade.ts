import { objectName, type LintStatement, type Node, type Range, type ReportFn, type SqlRule } from '@idempotify/core';
import { oldTableActions } from './lib/alter.ts';
import { printedName } from './lib/names.ts';

/** Nothing can depend on them. */
const LEAVES: ReadonlySet<string> = new Set(['OBJECT_TRIGGER', 'OBJECT_POLICY', 'OBJECT_RULE']);

function tell(what: string, at: LintStatement | Range, report: ReportFn): void {
  report({
    at,
    message: `CASCADE drops everything that depends on ${what} as well: views, foreign keys of other tables, columns of a type, functions. What that is on this database only shows when it is gone.`,
    help: 'Leave CASCADE out: PostgreSQL then lists what depends on it. Drop that by name, in front of it.',
  });
}

export const rule: SqlRule = {
  kind: 'sql',
  name: 'ban-drop-cascade',
  category: 'data',
  severity: 'warning',
  presets: ['strict'],
  summary: 'DROP … CASCADE drops more than it names',
  on: {
    DropStmt(statement, file, report) {
      const { node } = statement;
      if (node.behavior !== 'DROP_CASCADE' || LEAVES.has(node.removeType)) return;
      // what the file has made has nothing of others on it
      const old = (node.objects as Node[]).map(objectName).filter((name) => !file.isNew(name, statement));
      if (old.length > 0) tell(old.map(printedName).join(', '), statement, report);
    },
    AlterTableStmt(statement, file, report) {
      for (const { command, at } of oldTableActions(statement, file))
        if (command.behavior === 'DROP_CASCADE')
          tell(printedName({ schema: undefined, name: command.name }), at, report);
    },
    DropOwnedStmt(statement, _file, report) {
      if (statement.node.behavior === 'DROP_CASCADE') tell('what the role owns', statement, report);
    },
  },
};
