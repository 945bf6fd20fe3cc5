import { rangeVar, type SqlRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'index-too-many-columns',
  category: 'style',
  severity: 'warning',
  presets: ['strict'],
  summary: 'An index that is not unique has many columns',
  options: {
    max: { default: 3, description: 'Columns that are still fine.' },
  },
  on: {
    IndexStmt(statement, file, report) {
      const { node } = statement;
      const columns: number = node.indexParams.length;
      // other kinds of index look for any of their columns
      if (node.unique || node.accessMethod !== 'btree' || columns <= file.option<number>('max')) return;
      report({
        at: statement,
        message: `The index on ${printedName(rangeVar(node.relation))} has ${columns} columns: a query uses those behind the first ones rarely, while every write pays for all of them.`,
        help: 'Keep the columns that queries compare with =, most selective first, and at most one that they sort by or compare with < and >. What queries only show goes behind INCLUDE.',
      });
    },
  },
};
