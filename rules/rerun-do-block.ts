import { rerunRule } from './lib/rerun.ts';

export const rule = rerunRule({
  name: 'rerun-do-block',
  severity: 'warning',
  summary: 'A DO block or the call of a function does something again, or fails, the second time',
  words: () => ({
    help: 'Let it check what it is about to do: IF NOT EXISTS (…), WHERE … IS NULL; --fix writes a guard around it.',
  }),
});
