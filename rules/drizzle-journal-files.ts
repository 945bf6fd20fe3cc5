import type { HistoryRule } from '@idempotify/core';
import { JOURNAL, readJournal } from './lib/journal.ts';

/** More than these are no slip. */
const FEW = 5;

export const rule: HistoryRule = {
  kind: 'history',
  name: 'drizzle-journal-files',
  category: 'history',
  severity: 'error',
  presets: ['recommended', 'rerun'],
  summary: "Drizzle's journal and the files beside it do not belong together",
  check({ tool, folder }, report) {
    if (tool.name !== 'drizzle') return;
    const entries = readJournal(folder);
    if (!entries) return;
    const present = new Set(folder.files);
    const listed = new Set<string>();
    for (const { tag, at } of entries) {
      const again = listed.has(tag);
      listed.add(tag);
      if (again)
        report(
          { path: JOURNAL },
          {
            at,
            message: `${tag} stands in the journal twice: Drizzle runs its file twice.`,
            help: 'Take one of the two entries out.',
          },
        );
      else if (!present.has(`${tag}.sql`))
        report(
          { path: JOURNAL },
          {
            at,
            message: `There is no file ${tag}.sql: Drizzle stops with an error before it runs any migration.`,
            help: 'Bring the file back from version control, or take the entry out with `drizzle-kit drop`.',
          },
        );
    }
    const unlisted = [...present].filter(
      (path) => /^[^/]+\.sql$/.test(path) && !listed.has(path.slice(0, -'.sql'.length)),
    );
    if (unlisted.length > FEW) {
      report(
        { path: JOURNAL },
        {
          message: `${unlisted.length} files have no entry in ${JOURNAL} (${unlisted[0]} is the first): Drizzle never runs them.`,
          help: 'If another program runs them, this folder needs no journal. Else make custom migrations with `drizzle-kit generate --custom`, which writes the entry.',
        },
      );
      return;
    }
    for (const path of unlisted)
      report(
        { path },
        {
          message: `This file has no entry in ${JOURNAL}: Drizzle never runs it.`,
          help: 'Make custom migrations with `drizzle-kit generate --custom`, which writes the entry; or delete the file.',
        },
      );
  },
};
