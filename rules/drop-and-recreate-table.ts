import { objectName, rangeVar, walk, type Node, type QualifiedName, type SqlRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';
import { isSame } from './lib/tables.ts';

/** Tables that a statement reads into something else. */
function copied(tag: string, node: Node): readonly QualifiedName[] {
  const out: QualifiedName[] = [];
  if (tag === 'CreateTableAsStmt' || tag === 'InsertStmt' || tag === 'SelectStmt')
    walk(node, (inner, part) => {
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
      kept.push(...copied(tag, node));
      if (tag === 'DropStmt' && node.removeType === 'OBJECT_TABLE')
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
