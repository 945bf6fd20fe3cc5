import { rerunRule } from './lib/rerun.ts';

export const rule = rerunRule({
  name: 'rerun-other',
  summary: 'A statement of a less common kind fails or does something again the second time',
  words: () => ({
    help: '--fix writes IF [NOT] EXISTS where PostgreSQL has it, and a guard elsewhere.',
  }),
});
