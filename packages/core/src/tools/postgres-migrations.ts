import { anyOf, complaint, fileName, hasRow, knownMigrations, numberedSql, tableRef } from './baseline.ts';
import { createHash } from 'node:crypto';
import { quoteLiteral } from '../quote.ts';
import { dependsOn } from './folder.ts';
import { basename, byNumber, isSql, slashes, sortedBy } from './paths.ts';
import { wholeFile } from './text.ts';
import type { Baselines, FolderView, Tool } from './types.ts';

const named = /^(\d+)[-_]?([^/]*)\.sql$/i;
export const disablesTransaction = (text: string): boolean =>
  text.includes('-- postgres-migrations disable-transaction');
const id = (path: string): bigint => BigInt(named.exec(basename(path))?.[1] ?? 0);

/** The tool reads the file as UTF-8 text and hashes its name and that text. */
const hash = (content: string | Uint8Array, path: string): string =>
  createHash('sha1')
    .update(
      basename(slashes(path)) + (typeof content === 'string' ? content : Buffer.from(content).toString('utf8')),
      'utf8',
    )
    .digest('hex');

/** The ids have to be 1, 2, 3, … (files may also be .js, which aren't seen here, so gaps only count when there are no others). */
function consecutive(folder: FolderView): boolean {
  const ids = folder.files
    .filter((path) => isSql(path) && named.test(path))
    .map(id)
    .sort(byNumber);
  return ids.length > 0 && ids[0] === 1n && ids.every((value, index) => value === BigInt(index + 1));
}

const tool: Omit<Tool, 'baseline'> = {
  name: 'postgres-migrations',
  title: 'postgres-migrations',
  noTransaction: '-- postgres-migrations disable-transaction',
  detect(folder) {
    if (!folder.files.some((path) => named.test(path))) return 0;
    if (folder.samples().some(disablesTransaction)) return 85;
    return dependsOn(folder, 'postgres-migrations') && consecutive(folder) ? 85 : 0;
  },
  select(files) {
    const sql = files.filter(isSql);
    return {
      up: sortedBy(
        sql.filter((path) => named.test(path)),
        id,
        byNumber,
      ),
      ignored: sql
        .filter((path) => !named.test(path))
        .map((path) => ({
          path,
          reason: path.includes('/')
            ? 'postgres-migrations does not look into subfolders'
            : 'not named <number>_<name>.sql',
        })),
    };
  },
  sections: wholeFile,
  transactions: (text) =>
    disablesTransaction(text)
      ? {
          scope: 'file',
          concurrently: 'alone',
          note: 'disable-transaction: the file is sent as one string, still one implicit transaction when it holds several statements.',
        }
      : { scope: 'file', concurrently: 'no' },
  edited:
    'postgres-migrations keeps a SHA-1 of name and content and stops with "Hashes don\'t match" when an applied file has changed.',
  ledger: {
    checksum: hash,
    note: 'Table migrations (the default name).',
    sql: (entries) =>
      entries
        .map(({ path, before, after }) => {
          const [old, now] = [hash(before, path), hash(after, path)];
          return old === now
            ? ''
            : `UPDATE migrations SET hash = ${quoteLiteral(now)} WHERE id = ${id(path)} AND hash = ${quoteLiteral(old)};\n`;
        })
        .join(''),
  },
};

/** The package's own first migration (dist/migrations/0_create-migrations-table.sql, 5.3.0), without a line break at its end. */
const ownTable = `CREATE TABLE IF NOT EXISTS migrations (
  id integer PRIMARY KEY,
  name varchar(100) UNIQUE NOT NULL,
  hash varchar(40) NOT NULL, -- sha1 hex encoded hash of the file name and contents, to ensure it hasn't been altered since applying the migration
  executed_at timestamp DEFAULT current_timestamp
);
`;
const ownFile = '0_create-migrations-table.sql';

const baseline: Baselines = {
  files: numberedSql({ tool, lowest: 1, fresh: '1', path: (number, name) => `${number}_${name}.sql` }),
  ledger(input) {
    const known = knownMigrations((files, folder) => tool.select(files, folder), input, tool.title);
    const table = tableRef(input.schema, 'migrations');
    const insert = (number: string, name: string, content: string, file: string): string =>
      `INSERT INTO ${table} ("id", "name", "hash") VALUES (${number}, ${quoteLiteral(name)}, ${quoteLiteral(hash(content, file))})`;
    const entries = input.migrations.map((file) => {
      const name = fileName(file.path);
      return { file: name, text: file.text, number: String(id(name)), name: named.exec(name)?.[2] || name };
    });
    return {
      tool: tool.title,
      table,
      create: [
        `CREATE TABLE ${table} (id integer PRIMARY KEY, name varchar(100) UNIQUE NOT NULL, hash varchar(40) NOT NULL, executed_at timestamp DEFAULT current_timestamp)`,
        insert('0', 'create-migrations-table', ownTable, ownFile),
      ],
      // src/with-lock.ts
      lock: '-8525285245963000605',
      contradictions: anyOf(
        // rows are looked up by their place, not by their id
        `SELECT ${quoteLiteral('postgres-migrations has no row 0 (create-migrations-table) in its table migrations: the table is not as it makes it.')} WHERE NOT ${hasRow(table, 'id', '0')}`,
        complaint(
          table,
          `id NOT IN (0, ${known.map((path) => String(id(path))).join(', ')})`,
          'postgres-migrations has the migration %s in its table, but the folder does not.',
          'id',
        ),
        ...entries.map((entry) =>
          complaint(
            table,
            `id = ${entry.number} AND hash <> ${quoteLiteral(hash(entry.text, entry.file))}`,
            'The migration %s is marked as applied with another name or content than the file has now ("Hashes don\'t match").',
            'id',
          ),
        ),
      ),
      rows: entries.map(({ number, name, text, file }) => ({
        name: file,
        there: hasRow(table, 'id', number),
        insert: insert(number, name, text, file),
      })),
      notes: ['The table is migrations, in the first schema of search_path.'],
    };
  },
};

export const postgresMigrations: Tool = { ...tool, baseline };
