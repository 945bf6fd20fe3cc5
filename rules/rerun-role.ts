import { truncateName } from '@idempotify/core';
import { exists, rerunRule } from './lib/rerun.ts';

export const rule = rerunRule({
  name: 'rerun-role',
  summary: 'A role is made, which fails the second time, and in every other database of the server',
  words: ({ node }) => ({
    error: exists('role', truncateName(node.role)),
    help: 'CREATE ROLE has no IF NOT EXISTS; --fix writes a guard that looks for the role, which all databases of a server share.',
  }),
});
