import { createHash } from 'node:crypto';
import { quoteLiteral } from '../quote.ts';
import { dependsOn } from './folder.ts';
import { basename, byNumber, isSql, slashes, sortedBy } from './paths.ts';
import { wholeFile } from './text.ts';
import type { FolderView, Tool } from './types.ts';

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

export const postgresMigrations: Tool = {
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
