import { createHash } from 'node:crypto';
import { quoteLiteral } from '../quote.ts';
import { basename, byNumber, isSql, slashes, sortedBy } from './paths.ts';
import { wholeFile } from './text.ts';
import type { Tool } from './types.ts';

const version = (path: string): bigint => BigInt(/^\d+/.exec(basename(path))?.[0] ?? 0);
const named = /^\d+_[^/]*\.sql$/;
const sha384 = (content: string | Uint8Array): string => createHash('sha384').update(content).digest('hex');

export const sqlx: Tool = {
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
