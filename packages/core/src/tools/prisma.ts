import { createHash } from 'node:crypto';
import { quoteLiteral } from '../quote.ts';
import { basename, byName, dirname, isSql, slashes } from './paths.ts';
import { bomLength, statementHeads, wholeFile } from './text.ts';
import type { FolderView, Ignored, LedgerEntry, Tool, Transactions } from './types.ts';
import { isPostgres } from './vendors.ts';

export const migrationFile = /^[^/]+\/migration\.sql$/;

/** Prisma and Drizzle 1.x share `<name>/migration.sql`; only Drizzle puts a snapshot beside it. A look at a few folders tells. */
export const hasSnapshots = (folder: FolderView): boolean =>
  folder.files
    .filter((path) => migrationFile.test(path))
    .slice(0, 3)
    .some((path) => folder.exists(`${dirname(path)}/snapshot.json`));

/** `<name>/migration.sql`, ordered by the folder's name as Prisma and Drizzle 1.x do. */
export function selectMigrationFolders(files: readonly string[]): { up: string[]; ignored: Ignored[] } {
  const sql = files.filter(isSql);
  return {
    up: sql.filter((path) => migrationFile.test(path)).sort((a, b) => byName(dirname(a), dirname(b))),
    ignored: sql
      .filter((path) => !migrationFile.test(path))
      .map((path) => ({ path, reason: 'only <migration>/migration.sql is a migration here' })),
  };
}

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** The forms in which Prisma recognises its checksum again: as it is, with LF and with CRLF line ends. */
function checksumForms(content: Uint8Array): string[] {
  const text = Buffer.from(content).toString('latin1');
  const lf = text.replaceAll('\r\n', '\n');
  return [...new Set([text, lf, lf.replaceAll('\n', '\r\n')].map((form) => sha256(Buffer.from(form, 'latin1'))))];
}

/** Since 7.4 (prisma-engines#5767), until 7 ends. What is installed counts; without it, what package.json asks for at least. */
function commitsEach(folder: FolderView | undefined): boolean {
  const version =
    /"version"\s*:\s*"(\d+)\.(\d+)/.exec(folder?.parentRead('node_modules/prisma/package.json') ?? '') ??
    /"prisma"\s*:\s*"[^\d"]*(\d+)\.(\d+)/.exec(folder?.parentRead('package.json') ?? '');
  return version !== null && Number(version[1]) === 7 && Number(version[2]) >= 4;
}

export const prisma: Tool = {
  name: 'prisma',
  title: 'Prisma Migrate',
  detect(folder) {
    if (folder.exists('migration_lock.toml') && !hasSnapshots(folder)) return 100;
    if (!folder.files.some((path) => migrationFile.test(path)) || hasSnapshots(folder)) return 0;
    const project = [
      'schema.prisma',
      'prisma.config.ts',
      'prisma.config.js',
      'prisma.config.mjs',
      'prisma/schema.prisma',
    ];
    return project.some((name) => folder.parentHas(name)) ? 90 : 60;
  },
  select(files, folder) {
    const selection = selectMigrationFolders(files);
    const provider = folder?.exists('migration_lock.toml')
      ? /^\s*provider\s*=\s*"([^"]*)"/m.exec(folder.read('migration_lock.toml'))?.[1]
      : undefined;
    if (provider === undefined || isPostgres(provider)) return selection;
    const reason = `migration_lock.toml says provider = "${provider}", not postgresql`;
    return { up: [], ignored: [...selection.up.map((path) => ({ path, reason })), ...selection.ignored] };
  },
  sections: wholeFile,
  transactions(text, _path, folder): Transactions {
    if (commitsEach(folder) && statementHeads(text, wholeFile(text).up).length > 1)
      return {
        scope: 'statement',
        // a statement that its parser can't read makes it send the file as one string again
        concurrently: 'alone',
        note: 'Prisma 7.4 and later 7.x take the file apart and commit each statement by itself; a file that their parser does not understand is sent as one string.',
      };
    return {
      scope: 'file',
      concurrently: 'alone',
      note: 'Prisma sends the file as one string, which PostgreSQL runs as one transaction unless the file holds a COMMIT.',
      block:
        'When a statement between BEGIN and COMMIT fails, Prisma shows only "current transaction is aborted" (25P02), not why.',
    };
  },
  warnings: (text) =>
    bomLength(text) > 0
      ? ['The file starts with a byte order mark, which Prisma sends to the server: a syntax error.']
      : [],
  edited:
    'Prisma keeps a SHA-256 of the file. `migrate deploy` and `migrate status` never look at it; `migrate dev` says that the migration was modified after it was applied and wants to reset the database.',
  ledger: {
    checksum: sha256,
    note: 'Table "_prisma_migrations" in the schema of the connection (search_path).',
    sql: (entries: readonly LedgerEntry[]) =>
      entries
        .map(({ path, before, after }) => {
          const name = basename(dirname(slashes(path)));
          const old = checksumForms(before);
          const now = sha256(after);
          if (old.includes(now)) return '';
          return `UPDATE "_prisma_migrations" SET checksum = ${quoteLiteral(now)} WHERE migration_name = ${quoteLiteral(name)} AND checksum IN (${old.map(quoteLiteral).join(', ')});\n`;
        })
        .join(''),
  },
};
