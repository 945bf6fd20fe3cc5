import { truncateName, type Node } from '@idempotify/core';
import { firstToFail, relationExists, relationName, rerunRule, type PostgresError } from './lib/rerun.ts';

export const rule = rerunRule({
  name: 'rerun-constraint',
  summary: 'A constraint is added, which fails or adds another one the second time',
  words({ node }) {
    const table = relationName(node.relation);
    const constraint: Node = firstToFail(node).def?.Constraint;
    return {
      error: errorOf(constraint, table),
      repeats: 'adds the same constraint once more, under another name',
      help: 'ADD CONSTRAINT has no IF NOT EXISTS; --fix writes a guard that adds the constraint when it is missing and raises when it is another one.',
    };
  },
});

function errorOf(constraint: Node, table: string): PostgresError | undefined {
  const name = truncateName(constraint?.conname ?? '');
  const index = constraint?.indexname === undefined ? undefined : truncateName(constraint.indexname);
  if (index !== undefined)
    // the index takes the constraint's name
    return name === '' || name === index
      ? {
          text: `index "${index}" is already associated with a constraint`,
          code: '55000',
          found: /^(index|constraint) /,
        }
      : { text: `index "${index}" does not exist`, code: '42704' };
  if (constraint?.contype === 'CONSTR_PRIMARY')
    return { text: `multiple primary keys for table "${table}" are not allowed`, code: '42P16' };
  return constraint.contype === 'CONSTR_UNIQUE' || constraint.contype === 'CONSTR_EXCLUSION'
    ? relationExists(name)
    : { text: `constraint "${name}" for relation "${table}" already exists`, code: '42710' };
}
