import { printedName } from './lib/names.ts';
import { rerunRule } from './lib/rerun.ts';
import { rangeVar } from '@idempotify/core';

export const rule = rerunRule({
  name: 'rerun-insert',
  summary: 'Rows are inserted once more, or fail on a unique key, the second time',
  words({ node }) {
    const table = printedName(rangeVar(node.relation));
    return {
      repeats: node.onConflictClause
        ? `adds once more to the rows that it has written into ${table}`
        : `inserts the same rows into ${table} once more, or fails where a unique key forbids it`,
      help: 'Give the rows a key and write ON CONFLICT (key) DO NOTHING; --fix writes that, or a guard that looks at what the file itself has made.',
    };
  },
});
