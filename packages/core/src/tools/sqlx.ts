import { anyOf, complaint, fileName, hasRow, knownMigrations, numberedSql, tableRef } from './baseline.ts';
import { createHash } from 'node:crypto';
import { quoteLiteral } from '../quote.ts';
import { basename, byNumber, isSql, slashes, sortedBy } from './paths.ts';
import { wholeFile } from './text.ts';
import type { Baselines, Tool } from './types.ts';

const version = (path: string): bigint => BigInt(/^\d+/.exec(basename(path))?.[0] ?? 0);
const named = /^\d+_[^/]*\.sql$/;
const sha384 = (content: string | Uint8Array): string => createHash('sha384').update(content).digest('hex');

const tool: Omit<Tool, 'baseline'> = {
  name: 'sqlx',
  title: 'sqlx',
  noTransaction: '-- no-transaction on the first line',
  detect(folder) {
    const sql = folder.files.filter(isSql);
    if (!sql.some((path) => named.test(path))) return 0;
    if (folder.samples().some((text) => text.startsWith('-- no-transaction'))) return 88;
    const rust = folder.parentRead('Cargo.toml')?.includes('sqlx') ?? false;
    if (sql.some((path) => /^\d+_[^/]*\.up\.sql$/.test(path))) return rust ? 88 : 20;
    return rust ? 80 : 0;
  },
  select(files) {
    const ignored = [];
    const up = [];
    for (const path of files.filter(isSql)) {
      if (path.includes('/')) ignored.push({ path, reason: 'sqlx does not look into subfolders' });
      else if (!named.test(path)) ignored.push({ path, reason: 'not named <version>_<description>.sql' });
      else if (path.endsWith('.down.sql')) ignored.push({ path, reason: 'down migration' });
      else up.push(path);
    }
    return { up: sortedBy(up, version, byNumber), ignored };
  },
  sections: wholeFile,
  transactions: (text) =>
    text.startsWith('-- no-transaction')
      ? {
          scope: 'file',
          concurrently: 'alone',
          note: '-- no-transaction: the file is sent as one string, still one implicit transaction when it holds several statements.',
        }
      : { scope: 'file', concurrently: 'no' },
  edited: 'sqlx keeps a SHA-384 of the file and stops with VersionMismatch when an applied file has changed.',
  ledger: {
    checksum: (content) => sha384(content),
    note: 'Table _sqlx_migrations (the default name), and no characters ignored by the migrator.',
    sql: (entries) =>
      entries
        .map(({ path, before, after }) => {
          const [old, now] = [sha384(before), sha384(after)];
          if (old === now) return '';
          const row = `version = ${version(slashes(path))} AND checksum = decode(${quoteLiteral(old)}, 'hex')`;
          return `UPDATE _sqlx_migrations SET checksum = decode(${quoteLiteral(now)}, 'hex') WHERE ${row};\n`;
        })
        .join(''),
  },
};

/** What stands behind the number, without `.sql` or `.up.sql`, `_` as a space (sqlx-core/src/migrate/source.rs). */
const description = (path: string): string =>
  fileName(path)
    .replace(/^\d+_/, '')
    .replace(/(?:\.up)?\.sql$/, '')
    .replaceAll('_', ' ');

const baseline: Baselines = {
  files: numberedSql({
    tool,
    lowest: 0,
    // migrations are all reversible or all not
    path: (number, name, others) =>
      `${number}_${name}${others.some((path) => path.endsWith('.up.sql')) ? '.up' : ''}.sql`,
    down: (path) => (path.endsWith('.up.sql') ? path.replace(/up\.sql$/, 'down.sql') : undefined),
    notes: [
      'Line ends must stay as they are (`*.sql -text` in .gitattributes): sqlx compares a checksum of the bytes.',
    ],
  }),
  ledger(input) {
    const known = knownMigrations((files, folder) => tool.select(files, folder), input, tool.title);
    const table = tableRef(input.schema, input.table ?? '_sqlx_migrations');
    const entries = input.migrations.map((file) => ({
      name: fileName(file.path),
      version: String(version(file.path)),
      description: quoteLiteral(description(file.path)),
      checksum: `pg_catalog.decode(${quoteLiteral(sha384(file.text))}, 'hex')`,
    }));
    return {
      tool: tool.title,
      table,
      // sqlx-postgres/src/migrate.rs, ensure_migrations_table
      create: [
        `CREATE TABLE ${table} (version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMPTZ NOT NULL DEFAULT now(), success BOOLEAN NOT NULL, checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL)`,
      ],
      contradictions: anyOf(
        complaint(
          table,
          'NOT success',
          'The migration %s is there as failed, and sqlx stops when it finds that (dirty).',
          'version',
        ),
        complaint(
          table,
          `version NOT IN (${known.map((path) => String(version(path))).join(', ')})`,
          'sqlx has the migration %s in its table, but the folder does not: sqlx stops when it finds that (VersionMissing).',
          'version',
        ),
        ...entries.map((entry) =>
          complaint(
            table,
            `version = ${entry.version} AND checksum <> ${entry.checksum}`,
            'The migration %s is marked as applied with another content than the file has now (VersionMismatch).',
            'version',
          ),
        ),
      ),
      // execute_migration; sqlx sets the time that it took afterwards, and nothing was run here
      rows: entries.map((entry) => ({
        name: entry.name,
        there: hasRow(table, 'version', entry.version),
        insert: `INSERT INTO ${table} (version, description, success, checksum, execution_time) VALUES (${entry.version}, ${entry.description}, TRUE, ${entry.checksum}, 0)`,
      })),
      notes: ['The table is _sqlx_migrations (the default name), in the first schema of search_path.'],
    };
  },
};

export const sqlx: Tool = { ...tool, baseline };
