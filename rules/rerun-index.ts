import { truncateName } from '@idempotify/core';
import { relationExists, rerunRule } from './lib/rerun.ts';

export const rule = rerunRule({
  name: 'rerun-index',
  summary: 'An index is made, which fails or makes another one the second time',
  words: ({ node }) => ({
    error: node.idxname === undefined ? undefined : relationExists(truncateName(node.idxname)),
    repeats: 'builds the same index once more, under another name',
    help: node.concurrent
      ? '--fix writes CREATE INDEX CONCURRENTLY IF NOT EXISTS, and in front of it what drops an INVALID leftover of a failed build, which IF NOT EXISTS alone passes over.'
      : '--fix writes a guard that makes the index when it is missing and raises when another one is there; IF NOT EXISTS alone passes over any relation of that name, and needs the index to have one.',
  }),
});
