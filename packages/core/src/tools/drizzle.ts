import { createHash } from 'node:crypto';
import { quoteLiteral } from '../quote.ts';
import { drizzleBaseline, drizzleV1Baseline } from './drizzle-baseline.ts';
import { byName, isSql } from './paths.ts';
import { hasSnapshots, migrationFile, selectMigrationFolders } from './prisma.ts';
import { bomLength, isBlank } from './text.ts';
import type { FolderView, Ledger, Sections, Tool, Transactions } from './types.ts';
import { isPostgres } from './vendors.ts';

const breakpoint = '--> statement-breakpoint';
const journal = 'meta/_journal.json';

/** Drizzle cuts the file at this literal wherever it stands, even inside a string; each piece is sent as it is. */
function chunks(text: string): Sections {
  const up = [];
  let start = bomLength(text);
  for (;;) {
    const marker = text.indexOf(breakpoint, start);
    const range = { start, end: marker < 0 ? text.length : marker };
    if (!isBlank(text, range)) up.push(range);
    if (marker < 0) return { up, problems: [] };
    start = marker + breakpoint.length;
  }
}

const transactions = (): Transactions => ({
  scope: 'all-pending',
  concurrently: 'no',
  note: 'Drizzle runs all pending files in one transaction; a COMMIT in a file ends it and leaves no record of the migration.',
});

const ledger: Ledger = {
  checksum: (content) => createHash('sha256').update(content).digest('hex'),
  note: 'Table drizzle.__drizzle_migrations (the default name). Drizzle never compares this hash: the statements only keep the table tidy.',
  sql: (entries) =>
    entries
      .map(({ path, before, after }) => {
        const [old, now] = [before, after].map((content) => quoteLiteral(ledger.checksum(content, path)));
        return old === now ? '' : `UPDATE drizzle.__drizzle_migrations SET hash = ${now} WHERE hash = ${old};\n`;
      })
      .join(''),
};

const edited =
  'Drizzle records a SHA-256 of the file but never compares it: an edited file that was applied is not noticed and not run again.';

interface Journal {
  readonly dialect?: unknown;
  readonly entries?: readonly ({ readonly tag?: unknown } | null)[];
}

function readJournal(folder: FolderView | undefined): Journal | undefined {
  if (!folder?.exists(journal)) return undefined;
  try {
    return JSON.parse(folder.read(journal)) as Journal;
  } catch {
    // A journal that Drizzle itself couldn't read: the names still give the order.
    return undefined;
  }
}

const journalTool: Tool = {
  name: 'drizzle',
  title: 'Drizzle Kit',
  detect: (folder) => (folder.exists(journal) ? 100 : 0),
  select(files, folder) {
    const sql = files.filter(isSql);
    const listed = readJournal(folder);
    const nested = sql
      .filter((path) => path.includes('/'))
      .map((path) => ({ path, reason: 'Drizzle runs only the files beside meta/' }));
    const own = sql.filter((path) => !path.includes('/'));
    if (typeof listed?.dialect === 'string' && !isPostgres(listed.dialect)) {
      const reason = `${journal} says dialect "${listed.dialect}", not postgresql`;
      return { up: [], ignored: [...own.map((path) => ({ path, reason })), ...nested] };
    }
    if (!Array.isArray(listed?.entries)) return { up: own.sort(byName), ignored: nested };
    const present = new Set(own);
    const up = [...new Set(listed.entries.map((entry) => `${String(entry?.tag)}.sql`))].filter((path) =>
      present.has(path),
    );
    const run = new Set(up);
    const unlisted = own
      .filter((path) => !run.has(path))
      .map((path) => ({ path, reason: `not listed in ${journal}: Drizzle never runs it` }));
    return { up, ignored: [...unlisted, ...nested] };
  },
  sections: chunks,
  transactions,
  edited,
  ledger,
};

const folderTool: Tool = {
  name: 'drizzle-v1',
  title: 'Drizzle Kit 1.x',
  detect: (folder) => (folder.files.some((path) => migrationFile.test(path)) && hasSnapshots(folder) ? 95 : 0),
  select: (files) => selectMigrationFolders(files),
  sections: chunks,
  transactions,
  edited,
  ledger,
};

export const drizzle: Tool = { ...journalTool, baseline: drizzleBaseline(journalTool) };
export const drizzleV1: Tool = { ...folderTool, baseline: drizzleV1Baseline(folderTool) };
