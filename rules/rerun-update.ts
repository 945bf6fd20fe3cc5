import { advised, rerunRule } from './lib/rerun.ts';

export const rule = rerunRule({
  name: 'rerun-update',
  summary: 'Rows are computed from themselves, so that a second run changes them again',
  words: (_statement, verdict) => ({
    help: advised(
      verdict,
      'Restrict it to rows that are not done yet, as in WHERE new_column IS NULL; --fix writes a guard that looks at what the file itself has made.',
    ),
  }),
});
