import { rangeVar, type SqlRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'avoid-create-trigger',
  category: 'lock',
  severity: 'warning',
  presets: ['strict'],
  summary: 'A trigger is made on a table in use, which stops all writes until it is there',
  on: {
    CreateTrigStmt(statement, file, report) {
      const table = rangeVar(statement.node.relation);
      if (file.isNew(table, statement)) return;
      report({
        at: statement,
        message: `CREATE TRIGGER takes a SHARE ROW EXCLUSIVE lock on ${printedName(table)}: it waits for all transactions that have written to the table, and all later writes wait behind it. From then on the trigger runs with every write.`,
        help: "Set lock_timeout in front of it, keep it out of transactions that do more, and try the trigger's function with real amounts of rows first.",
      });
    },
  },
};
