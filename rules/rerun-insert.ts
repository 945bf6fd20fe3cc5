import { printedName } from './lib/names.ts';
import { rerunRule } from './lib/rerun.ts';
import { rangeVar } from '@idempotify/core';

export const rule = rerunRule({
  name: 'rerun-insert',
  summary: 'Rows are inserted once more, or fail on a unique key, the second time',
  words({ node }) {
    const table = printedName(rangeVar(node.relation));
    return node.onConflictClause?.action === 'ONCONFLICT_UPDATE'
      ? {
          repeats: `changes the rows again that it has written into ${table}`,
          help: 'Set what is inserted, SET c = excluded.c, which is the same every time.',
        }
      : {
          repeats: `inserts the same rows into ${table} once more, or fails where a unique key forbids it`,
          help: 'Give the rows a key and write ON CONFLICT (key) DO NOTHING; --fix writes that, or a guard that looks at what the file itself has made.',
        };
  },
});
