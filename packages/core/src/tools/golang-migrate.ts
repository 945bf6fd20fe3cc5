import { anyOf, complaint, fileName, knownMigrations, numberedSql, tableRef, versionOf } from './baseline.ts';
import { basename, byNumber, isSql, sortedBy } from './paths.ts';
import { wholeFile } from './text.ts';
import { BaselineRefused, type Baselines, type Tool } from './types.ts';

const named = /^(\d+)_(.*)\.(down|up)\.sql$/;

const tool: Omit<Tool, 'baseline'> = {
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

const baseline: Baselines = {
  files: numberedSql({
    tool,
    lowest: 0,
    path: (number, name) => `${number}_${name}.up.sql`,
    down: (path) => path.replace(/up\.sql$/, 'down.sql'),
    notes: [
      'Without x-multi-statement=true in the database URL: with it, golang-migrate cuts the file at every `;`, also inside of functions and DO blocks.',
    ],
  }),
  ledger(input) {
    const known = knownMigrations((files, folder) => tool.select(files, folder), input, tool.title);
    const table = tableRef(input.schema, input.table ?? 'schema_migrations');
    // One row: the number of the last migration stands for all up to it.
    const last = input.migrations
      .map((file) => file.path)
      .sort((a, b) => byNumber(BigInt(versionOf(a)), BigInt(versionOf(b))))
      .at(-1);
    if (last === undefined) throw new BaselineRefused('There is no migration to mark.');
    const version = versionOf(last);
    return {
      tool: tool.title,
      table,
      // database/postgres/postgres.go, ensureVersionTable and SetVersion
      create: [`CREATE TABLE ${table} (version bigint not null primary key, dirty boolean not null)`],
      contradictions: anyOf(
        complaint(
          table,
          'dirty',
          'The database is dirty at version %s: a migration failed there, and golang-migrate does nothing until `migrate force VERSION` says where it stands.',
          'version',
        ),
        complaint(
          table,
          `version NOT IN (${known.map(versionOf).join(', ')})`,
          'The database is at version %s, and the folder has no such migration: golang-migrate stops when it finds that.',
          'version',
        ),
      ),
      rows: [
        {
          name: fileName(last),
          there: `EXISTS (SELECT FROM ${table} WHERE version >= ${version} AND NOT dirty)`,
          insert: `TRUNCATE ${table}; INSERT INTO ${table} (version, dirty) VALUES (${version}, false)`,
        },
      ],
      notes: [
        'The table is schema_migrations (the default name), in the first schema of search_path. It holds one row: the number of the last migration.',
      ],
    };
  },
};

export const golangMigrate: Tool = { ...tool, baseline };
