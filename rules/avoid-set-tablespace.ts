import { rangeVar, type Node, type SqlRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'avoid-set-tablespace',
  category: 'lock',
  severity: 'warning',
  presets: ['strict'],
  summary: 'A table or an index is copied to another tablespace while nobody can use it',
  on: {
    AlterTableStmt(statement, file, report) {
      const { node } = statement;
      const relation = rangeVar(node.relation);
      const moves = node.cmds.some((item: Node) => item.AlterTableCmd.subtype === 'AT_SetTableSpace');
      if (!moves || file.isNew(relation, statement)) return;
      report({
        at: statement,
        message: `All of ${printedName(relation)} is copied to the other tablespace, and until that is done nobody can use it (ACCESS EXCLUSIVE).`,
        help: 'For an index, REINDEX (CONCURRENTLY, TABLESPACE …) does it while queries go on (PostgreSQL 14). For a table, use pg_repack, or make another table there and fill it in pieces.',
      });
    },
    AlterTableMoveAllStmt(statement, _file, report) {
      report({
        at: statement,
        message: `All tables (or indexes) of the tablespace ${printedName({ schema: undefined, name: statement.node.orig_tablespacename })} are locked and copied in one go, and until that is done nobody can use them (ACCESS EXCLUSIVE).`,
        help: 'Move them one by one, outside of migrations: indexes with REINDEX (CONCURRENTLY, TABLESPACE …), tables with pg_repack.',
      });
    },
  },
};
