import { rangeVar, type SqlRule } from '@idempotify/core';
import { oldTableActions } from './lib/alter.ts';
import { outsideTransaction } from './lib/concurrently.ts';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'require-concurrent-partition-detach',
  category: 'lock',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'A partition is detached while the whole partitioned table is locked',
  squawk: ['require-concurrent-partition-detach'],
  on: {
    AlterTableStmt(statement, file, report) {
      if (file.pgVersion < 14) return;
      for (const { table, subtype, command, at } of oldTableActions(statement, file)) {
        if (subtype !== 'AT_DetachPartition') continue;
        const { name, concurrent } = command.def.PartitionCmd;
        if (concurrent) continue;
        report({
          at,
          message: `Detaching ${printedName(rangeVar(name))} locks ${printedName(table)} with all its partitions: the statement waits for all queries that are running, and every new query, reading or writing, waits behind it.`,
          help: `DETACH PARTITION … CONCURRENTLY lets queries go on, unless there is a default partition. ${outsideTransaction('It', undefined, file)}`,
        });
      }
    },
  },
};
