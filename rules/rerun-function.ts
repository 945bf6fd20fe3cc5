import { lastName, rerunRule } from './lib/rerun.ts';

export const rule = rerunRule({
  name: 'rerun-function',
  summary: 'A function, procedure or aggregate is made, which fails the second time',
  words: ({ tag, node }) => ({
    error: {
      text: `function "${lastName(tag === 'DefineStmt' ? node.defnames : node.funcname)}" already exists with same argument types`,
      code: '42723',
    },
    help: 'Write OR REPLACE; --fix adds it, or a guard.',
  }),
});
