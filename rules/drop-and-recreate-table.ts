import {
  objectName,
  rangeVar,
  walk,
  type LintStatement,
  type Node,
  type QualifiedName,
  type SqlRule,
} from '@idempotify/core';
import { printedName } from './lib/names.ts';
import { isSame } from './lib/tables.ts';

const COPYING: ReadonlySet<string> = new Set(['CreateTableAsStmt', 'InsertStmt', 'SelectStmt']);

/** Tables that a statement reads into something else. */
function copied({ tag, node }: LintStatement): readonly QualifiedName[] {
  const out: QualifiedName[] = [];
  if (COPYING.has(tag))
    walk(node, (inner, part) => {
      // mutant: other nodes have no relname
      if (inner === 'RangeVar') out.push(rangeVar(part));
    });
  return out;
}

export const rule: SqlRule = {
  kind: 'sql',
  name: 'drop-and-recreate-table',
  category: 'data',
  severity: 'error',
  presets: ['recommended'],
  summary: 'A table is dropped and created again under the same name: its rows are lost',
  file(file, report) {
    const kept: QualifiedName[] = [];
    const dropped: QualifiedName[] = [];
    for (const statement of file.all) {
      const { tag, node } = statement;
      kept.push(...copied(statement));
      if (node.removeType === 'OBJECT_TABLE')
        for (const table of (node.objects as Node[]).map(objectName))
          if (!file.isNew(table, statement) && !kept.some((each) => isSame(each, table))) dropped.push(table);
      if (tag !== 'CreateStmt') continue;
      const table = rangeVar(node.relation);
      if (!dropped.some((each) => isSame(each, table))) continue;
      report({
        at: statement,
        message: `${printedName(table)} is dropped and created again: all rows are lost, and every time that this file is run.`,
        help: 'Change the table in place with ALTER TABLE. If its rows can be made anew, say so in a comment that disables this rule.',
      });
    }
  },
};
