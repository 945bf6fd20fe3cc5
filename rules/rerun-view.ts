import { relationExists, relationName, rerunRule } from './lib/rerun.ts';

export const rule = rerunRule({
  name: 'rerun-view',
  summary: 'A view is made, which fails the second time',
  words: ({ tag, node }) =>
    tag === 'CreateTableAsStmt'
      ? {
          error: relationExists(relationName(node.into.rel)),
          help: '--fix writes a guard that compares the query; IF NOT EXISTS alone passes over any materialized view of that name.',
        }
      : {
          error: relationExists(relationName(node.view)),
          help: '--fix writes a guard that compares the query; CREATE OR REPLACE VIEW is enough where no later migration gives the view more columns.',
        },
});
