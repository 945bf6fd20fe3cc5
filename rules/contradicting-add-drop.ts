import type { Fact, LintFile, SqlRule } from '@idempotify/core';
import { printedFact } from './lib/history.ts';

/** Nothing is done with what stands between an addition and its removal when there are only such. */
const SHAPES: ReadonlySet<string> = new Set([
  'AlterTableStmt',
  'IndexStmt',
  'DropStmt',
  'CreateStmt',
  'CreateEnumStmt',
  'CommentStmt',
  'TransactionStmt',
]);

const CLASSES: ReadonlySet<string> = new Set(['relation', 'type', 'column', 'constraint']);

const keyOf = ({ cls, schema, name, on }: Fact): string =>
  JSON.stringify([cls, cls === 'relation' ? undefined : on, schema, name]);

/** A check that is validated lets SET NOT NULL pass quickly, and goes when that is done. */
const isTool = ({ detail }: Fact): boolean => detail === 'check';

const onlyShapes = (file: LintFile, from: Fact, to: Fact): boolean =>
  file.statements.every(({ index, tag }) => index <= from.statement || index >= to.statement || SHAPES.has(tag));

export const rule: SqlRule = {
  kind: 'sql',
  name: 'contradicting-add-drop',
  category: 'data',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'Something is added and dropped again without having been used',
  file(file, report) {
    const made = new Map<string, Fact>();
    for (const fact of file.facts) {
      if (fact.maybe || !CLASSES.has(fact.cls)) continue;
      const key = keyOf(fact);
      const first = made.get(key);
      if (fact.op === 'create') made.set(key, fact);
      else made.delete(key);
      if (fact.op !== 'drop' || !first || isTool(first) || !onlyShapes(file, first, fact)) continue;
      report({
        at: fact,
        message: `This drops ${printedFact(first)}, which the same file has added above without using it: one of the two is a mistake.`,
        help: 'Take both out, or keep the one that is meant.',
      });
    }
  },
};
