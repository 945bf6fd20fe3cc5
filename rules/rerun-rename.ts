import { objectName, truncateName, type Node } from '@idempotify/core';
import { missing, relationName, rerunRule, wholeName, type PostgresError } from './lib/rerun.ts';

export const rule = rerunRule({
  name: 'rerun-rename',
  summary: 'Something is renamed or moved, and a second run no longer finds it',
  words: ({ tag, node }) => ({
    error: errorOf(tag, node),
    help: 'PostgreSQL has no clause for this (IF EXISTS of ALTER TABLE asks for the table only); --fix writes a guard that renames while the old name is there.',
  }),
});

const RELATIONS = new Set([
  'OBJECT_TABLE',
  'OBJECT_VIEW',
  'OBJECT_MATVIEW',
  'OBJECT_INDEX',
  'OBJECT_SEQUENCE',
  'OBJECT_FOREIGN_TABLE',
]);

function errorOf(tag: string, node: Node): PostgresError | undefined {
  if (tag === 'AlterEnumStmt')
    return { text: `"${node.oldVal}" is not an existing enum label`, code: '22023', found: /^label .*does not exist$/ };
  const type: string = node.renameType ?? node.objectType;
  if (RELATIONS.has(type)) return missing('relation', wholeName(node.relation), '42P01');
  const name = truncateName(node.subname ?? '');
  switch (type) {
    case 'OBJECT_COLUMN':
    case 'OBJECT_ATTRIBUTE':
      return missing('column', name, '42703');
    case 'OBJECT_TABCONSTRAINT':
      return { text: `constraint "${name}" for table "${relationName(node.relation)}" does not exist`, code: '42704' };
    case 'OBJECT_POLICY':
      // it is the new name that PostgreSQL looks at first
      return {
        text: `policy "${truncateName(node.newname)}" for table "${relationName(node.relation)}" already exists`,
        code: '42710',
        found: /^policy .*does not exist$/,
      };
    case 'OBJECT_RULE':
      return {
        text: `rule "${name}" for relation "${relationName(node.relation)}" does not exist`,
        code: '42704',
      };
    case 'OBJECT_TYPE':
    case 'OBJECT_DOMAIN':
      return missing('type', objectName(node.object).name);
    case 'OBJECT_SCHEMA':
      return missing('schema', name, '3F000');
    default:
      return undefined;
  }
}
