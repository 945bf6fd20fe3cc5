import { exists, rerunRule } from './lib/rerun.ts';

export const rule = rerunRule({
  name: 'rerun-extension',
  summary: 'An extension is made or added to, which fails the second time',
  words: ({ tag, node }) =>
    tag === 'CreateExtensionStmt'
      ? {
          error: exists('extension', node.extname),
          help: 'Write CREATE EXTENSION IF NOT EXISTS; --fix adds it.',
        }
      : { help: 'Put it into a DO block with a check of your own on pg_depend.' },
});
