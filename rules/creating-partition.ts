import { rangeVar, type SqlRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'creating-partition',
  category: 'lock',
  severity: 'warning',
  presets: ['strict'],
  summary: 'A partition is created while the whole partitioned table is locked',
  on: {
    CreateStmt(statement, file, report) {
      const { node } = statement;
      // before version 12, ATTACH PARTITION takes the same lock
      if (!node.partbound || file.pgVersion < 12) return;
      const parent = rangeVar(node.inhRelations[0].RangeVar);
      if (file.isNew(parent, statement)) return;
      const partition = printedName(rangeVar(node.relation));
      report({
        at: statement,
        message: `CREATE TABLE … PARTITION OF locks ${printedName(parent)} with all its partitions: the statement waits for all queries that are running, and every new query, reading or writing, waits behind it.`,
        help: `CREATE TABLE ${partition} (LIKE ${printedName(parent)} INCLUDING DEFAULTS INCLUDING CONSTRAINTS) first, then ATTACH PARTITION it, which lets queries go on.`,
      });
    },
  },
};
