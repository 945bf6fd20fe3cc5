import type { HistoryRule } from '@idempotify/core';

export const rule: HistoryRule = {
  kind: 'history',
  name: 'missing-migration-sql',
  category: 'history',
  severity: 'error',
  presets: ['recommended', 'rerun'],
  summary: 'The folder of a migration holds no SQL file of the expected name',
  check(history, report) {
    const own = history.files.map(({ path }) => /^[^/]+\/((?:migration|up)\.sql)$/.exec(path)?.[1]);
    const [expected] = own;
    // only where every migration has a folder of its own
    if (expected === undefined || own.includes(undefined)) return;
    const present = new Set(history.folder.files);
    // somebody else runs what is written in another language
    const code = new Set(
      history.folder.files.flatMap((path) => /^([^/]+)\/.*\.(?:[cm]?[jt]s|py|go|rb)$/.exec(path)?.[1] ?? []),
    );
    const folders = new Set(history.folder.files.flatMap((path) => /^([^/]+)\//.exec(path)?.[1] ?? []));
    for (const folder of folders) {
      if (present.has(`${folder}/${expected}`) || code.has(folder)) continue;
      report(
        { path: folder },
        {
          message: `There is no ${expected} in this folder: ${history.tool.title} stops with an error, or takes the migration for one that does not exist.`,
          help: `Bring ${expected} back from version control, or delete the folder.`,
        },
      );
    }
  },
};
