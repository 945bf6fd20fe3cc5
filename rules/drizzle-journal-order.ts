import type { HistoryRule } from '@idempotify/core';
import { JOURNAL, readJournal } from './lib/journal.ts';

export const rule: HistoryRule = {
  kind: 'history',
  name: 'drizzle-journal-order',
  category: 'history',
  severity: 'error',
  presets: ['recommended', 'rerun'],
  summary: "An entry of Drizzle's journal is older than one before it: databases skip it silently",
  check(history, report) {
    if (history.tool.name !== 'drizzle') return;
    let newest: { readonly tag: string; readonly when: number } | undefined;
    for (const { tag, when, at } of readJournal(history.folder) ?? []) {
      if (newest && when <= newest.when)
        report(
          { path: JOURNAL },
          {
            at,
            message: `The time ("when") of ${tag} is not later than that of ${newest.tag}, which stands before it: a database that has run ${newest.tag} skips ${tag} without a word.`,
            help: `Set "when" of ${tag} to a number greater than ${newest.when}, before it is deployed.`,
          },
        );
      else newest = { tag, when };
    }
  },
};
