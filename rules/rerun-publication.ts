import { truncateName, type Node } from '@idempotify/core';
import { exists, relationName, rerunRule, type PostgresError } from './lib/rerun.ts';

export const rule = rerunRule({
  name: 'rerun-publication',
  summary: 'A publication or subscription is made or changed, which fails the second time',
  words({ tag, node }) {
    if (tag === 'CreatePublicationStmt')
      return {
        error: exists('publication', truncateName(node.pubname)),
        help: 'PostgreSQL has no IF NOT EXISTS for this; --fix writes a guard that looks for the publication.',
      };
    return {
      error: tag === 'AlterPublicationStmt' ? memberError(node) : undefined,
      help: 'ALTER PUBLICATION … SET TABLE with all tables can be repeated; --fix writes a guard.',
    };
  },
});

function memberError(node: Node): PostgresError | undefined {
  const first: Node = node.pubobjects?.[0]?.PublicationObjSpec;
  const relation: Node = first?.pubtable?.relation;
  const publication = truncateName(node.pubname);
  if (!relation) return undefined;
  const table = relationName(relation);
  return node.action === 'AP_AddObjects'
    ? { text: `relation "${table}" is already member of publication "${publication}"`, code: '42710' }
    : { text: `relation "${table}" is not part of the publication`, code: '42704', found: /^pubrel / };
}
