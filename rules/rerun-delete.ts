import { rerunRule } from './lib/rerun.ts';

export const rule = rerunRule({
  name: 'rerun-delete',
  severity: 'warning',
  summary: 'Rows are deleted that may have been written after the first run',
  words: () => ({
    help: 'Restrict it to the rows that are meant, by a date or by keys; --fix writes a guard that looks at what the file itself has made.',
  }),
});
