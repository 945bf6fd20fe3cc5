import { numberedSql } from './baseline.ts';
import { basename, byName, byNumber, isSql, sortedBy } from './paths.ts';
import { disablesTransaction, postgresMigrations } from './postgres-migrations.ts';
import { wholeFile } from './text.ts';
import type { Baselines, Ignored, Tool } from './types.ts';

/** `x.down.sql` goes back; `x_down.sql` only does where there is something for it to undo, since it may be a name like any other. */
function isDown(path: string, all: ReadonlySet<string>): boolean {
  if (/(^|[./])(down|undo|rollback|revert)\.sql$/i.test(path)) return true;
  const counterpart = /^(.*)([-_])(down|undo|rollback|revert)\.sql$/i.exec(path);
  if (!counterpart) return false;
  const [, stem = '', separator = ''] = counterpart;
  return ['up', 'do', 'apply'].some((word) => all.has(`${stem}${separator}${word}.sql`)) || all.has(`${stem}.sql`);
}

const tool: Omit<Tool, 'baseline'> = {
  name: 'sql',
  title: 'a folder of SQL files',
  detect: (folder) => (folder.files.some(isSql) ? 1 : 0),
  select(files) {
    const sql = files.filter(isSql);
    const all = new Set(sql);
    const ignored: Ignored[] = [];
    const up: string[] = [];
    for (const path of sql) {
      if (isDown(path, all)) ignored.push({ path, reason: 'down migration' });
      else if (/^(schema|structure)\.sql$/i.test(basename(path)))
        ignored.push({ path, reason: 'a dump of the schema, not a migration' });
      else up.push(path);
    }
    // the number stands in front of the file's name, or of its folder's where each migration has one
    const number = (path: string): bigint | undefined => (/^\d/.test(path) ? BigInt(/^\d+/.exec(path)![0]) : undefined);
    const numbered = up.every((path) => number(path) !== undefined);
    return { up: numbered ? sortedBy(up, (path) => number(path) ?? 0n, byNumber) : up.sort(byName), ignored };
  },
  sections: wholeFile,
  // runners of one's own often are copies of postgres-migrations, and keep its directive
  transactions: (text, path) =>
    disablesTransaction(text)
      ? postgresMigrations.transactions(text, path)
      : {
          scope: 'none',
          concurrently: 'alone',
          note: 'No migration tool was recognised, so nothing is known about transactions: every statement may stand on its own.',
        },
  edited: 'No migration tool was recognised; whether yours notices an edited file that was applied is not known.',
};

const baseline: Baselines = {
  files: numberedSql({
    tool,
    lowest: 0,
    fresh: '0000',
    path: (number, name) => `${number}_${name}.sql`,
    notes: [
      'No migration tool was recognised, so nothing can be marked as applied. The file may be run where the schema is already: it changes nothing there.',
    ],
  }),
};

export const plainSql: Tool = { ...tool, baseline };
