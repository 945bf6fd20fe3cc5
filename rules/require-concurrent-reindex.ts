import { rangeVar, type Node, type SqlRule } from '@idempotify/core';
import { outsideTransaction } from './lib/concurrently.ts';
import { isIndexOfNewTable } from './lib/indexes.ts';
import { isOn } from './lib/options.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'require-concurrent-reindex',
  category: 'lock',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'Indexes are built anew while their tables are locked',
  squawk: ['require-concurrent-reindex'],
  on: {
    ReindexStmt(statement, file, report) {
      const { node } = statement;
      // PostgreSQL has it since version 12, but never for its own catalogs
      if (file.pgVersion < 12 || node.kind === 'REINDEX_OBJECT_SYSTEM') return;
      if (
        (node.params as Node[] | undefined)?.some(({ DefElem }) => DefElem.defname === 'concurrently' && isOn(DefElem))
      )
        return;
      // schemas and databases have none
      const name = rangeVar(node.relation);
      if (node.kind === 'REINDEX_OBJECT_INDEX' ? isIndexOfNewTable(name, statement, file) : file.isNew(name, statement))
        return;
      report({
        at: statement,
        message:
          'While REINDEX builds an index, nobody can write to its table, and queries that would use the index wait.',
        help: `REINDEX with CONCURRENTLY builds a second index beside the old one while everybody goes on. ${outsideTransaction('It', undefined, file)}`,
      });
    },
  },
};
