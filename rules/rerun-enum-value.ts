import { rerunRule } from './lib/rerun.ts';

export const rule = rerunRule({
  name: 'rerun-enum-value',
  summary: 'A value is added to an enum, which fails the second time',
  words: ({ node }) => ({
    error: { text: `enum label "${node.newVal}" already exists`, code: '42710' },
    help: 'Write ADD VALUE IF NOT EXISTS; --fix adds it.',
  }),
});
