import { rerunRule } from './lib/rerun.ts';

export const rule = rerunRule({
  name: 'rerun-update',
  summary: 'Rows are computed from themselves, so that a second run changes them again',
  words: () => ({
    help: 'Restrict it to rows that are not done yet, as in WHERE new_column IS NULL; --fix writes a guard that looks at what the file itself has made.',
  }),
});
