import { advised, rerunRule } from './lib/rerun.ts';

export const rule = rerunRule({
  name: 'rerun-other',
  summary: 'A statement of a less common kind fails or does something again the second time',
  words: (_statement, verdict) => ({
    help: advised(verdict, '--fix writes IF [NOT] EXISTS where PostgreSQL has it, and a guard elsewhere.'),
  }),
});
