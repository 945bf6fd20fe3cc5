import { truncateName } from '@idempotify/core';
import { exists, rerunRule } from './lib/rerun.ts';

export const rule = rerunRule({
  name: 'rerun-schema',
  summary: 'A schema is made, which fails the second time',
  words: ({ node }) => ({
    error: exists('schema', truncateName(node.schemaname ?? node.authrole?.rolename ?? ''), '42P06'),
    help: node.schemaElts
      ? 'IF NOT EXISTS can not stand next to what is made inside of the schema: write those as statements of their own.'
      : 'Write CREATE SCHEMA IF NOT EXISTS; --fix adds it.',
  }),
});
