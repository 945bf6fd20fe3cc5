import { truncateName } from '@idempotify/core';
import { relationName, rerunRule } from './lib/rerun.ts';

export const rule = rerunRule({
  name: 'rerun-policy',
  summary: 'A policy is made, which fails the second time',
  words: ({ node }) => ({
    error: {
      text: `policy "${truncateName(node.policy_name)}" for table "${relationName(node.table)}" already exists`,
      code: '42710',
    },
    help: 'CREATE POLICY has neither IF NOT EXISTS nor OR REPLACE; --fix writes a guard, or put DROP POLICY IF EXISTS in front of it.',
  }),
});
