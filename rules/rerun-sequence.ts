import { relationExists, relationName, rerunRule } from './lib/rerun.ts';

export const rule = rerunRule({
  name: 'rerun-sequence',
  summary: 'A sequence is made, which fails the second time, or is set back while it is in use',
  words: ({ tag, node }) =>
    tag === 'CreateSeqStmt'
      ? {
          error: relationExists(relationName(node.sequence)),
          help: '--fix writes a guard that makes the sequence when it is missing and raises when another one is there.',
        }
      : {
          help: 'Take the value from the rows: setval(…, (SELECT max(id) FROM t)).',
        },
});
