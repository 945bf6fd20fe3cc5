import { basename, byNumber, isSql, sortedBy } from './paths.ts';
import { wholeFile } from './text.ts';
import type { Tool } from './types.ts';

const named = /^(\d+)_(.*)\.(down|up)\.sql$/;

export const golangMigrate: Tool = {
  name: 'golang-migrate',
  title: 'golang-migrate',
  detect(folder) {
    if (!folder.files.some((path) => named.exec(path)?.[3] === 'up')) return 0;
    return folder.parentRead('go.mod')?.includes('golang-migrate/migrate') ? 88 : 84;
  },
  select(files) {
    const ignored = [];
    const up = [];
    for (const path of files.filter(isSql)) {
      const direction = named.exec(path)?.[3];
      if (path.includes('/')) ignored.push({ path, reason: 'golang-migrate does not look into subfolders' });
      else if (direction === 'down') ignored.push({ path, reason: 'down migration' });
      else if (direction === undefined) ignored.push({ path, reason: 'not named <version>_<title>.up.sql' });
      else up.push(path);
    }
    return { up: sortedBy(up, (path) => BigInt(named.exec(basename(path))?.[1] ?? 0), byNumber), ignored };
  },
  sections: wholeFile,
  transactions: () => ({
    scope: 'file',
    concurrently: 'alone',
    note: 'golang-migrate sends the file as one string. With x-multi-statement=true in the database URL it cuts at every `;` instead, also inside DO blocks: leave that off.',
  }),
  edited:
    'golang-migrate keeps no checksum and only the number of the last migration: an edited file that was applied is not noticed and not run again.',
};
