import { basename, byName, dirname, isSql, slashes, sortedBy } from './paths.ts';
import { wholeFile } from './text.ts';
import type { Tool } from './types.ts';

const upFile = /^[^/]+\/up\.sql$/;
const downFile = /^[^/]+\/down\.sql$/;

/** diesel's version: the folder's name up to the first `_`, without its dashes. */
const dieselVersion = (folder: string): string => (basename(folder).split('_')[0] ?? '').replaceAll('-', '');

export const diesel: Tool = {
  name: 'diesel',
  title: 'diesel',
  noTransaction: 'run_in_transaction = false in its metadata.toml',
  detect(folder) {
    if (!folder.files.some((path) => upFile.test(path))) return 0;
    return folder.parentHas('diesel.toml') || (folder.parentRead('Cargo.toml')?.includes('diesel') ?? false) ? 100 : 80;
  },
  select(files) {
    const sql = files.filter(isSql);
    return {
      up: sortedBy(
        sql.filter((path) => upFile.test(path)),
        (path) => dieselVersion(dirname(path)),
        byName,
      ),
      ignored: sql
        .filter((path) => !upFile.test(path))
        .map((path) => ({
          path,
          reason: downFile.test(path) ? 'down migration' : 'only <migration>/up.sql is a migration here',
        })),
    };
  },
  sections: wholeFile,
  transactions(_text, path, folder) {
    const metadata = `${dirname(slashes(path))}/metadata.toml`;
    const outside = folder?.exists(metadata) && /^\s*run_in_transaction\s*=\s*false\b/m.test(folder.read(metadata));
    return outside
      ? {
          scope: 'file',
          concurrently: 'alone',
          note: 'metadata.toml says run_in_transaction = false: the file is sent as one string.',
        }
      : { scope: 'file', concurrently: 'no' };
  },
  edited: 'diesel keeps no checksum: an edited file that was applied is not noticed and not run again.',
};
