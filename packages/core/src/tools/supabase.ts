import { fileName, hasRow, knownMigrations, numberedSql, tableRef, unknownRows, versionOf } from './baseline.ts';
import { quoteLiteral } from '../quote.ts';
import { supabaseStatements } from './supabase-statements.ts';
import { basename, byName, isSql } from './paths.ts';
import { controlsTransaction, notInTransaction, statementHeads, wholeFile } from './text.ts';
import type { Baselines, Tool } from './types.ts';

const named = /^(\d+)_([^/]*)\.sql$/;

/** The CLI leaves out a first file of this name: old versions of it put the platform's own schema there. */
function isOldInit(path: string): boolean {
  const version = /^(\d{14})_init\.sql$/.exec(path)?.[1];
  return version !== undefined && BigInt(version) < 20211209000000n;
}

const tool: Omit<Tool, 'baseline'> = {
  name: 'supabase',
  title: 'Supabase CLI',
  detect(folder) {
    if (!folder.files.some((path) => named.test(path))) return 0;
    if (/(^|\/)supabase\/migrations$/.test(folder.root)) return 92;
    return basename(folder.root) === 'migrations' &&
      folder.exists('../config.toml') &&
      /^\s*project_id\s*=/m.test(folder.read('../config.toml'))
      ? 92
      : 0;
  },
  select(files) {
    const ignored = [];
    const up = [];
    const sql = files.filter(isSql).sort(byName);
    for (const path of sql) {
      if (path.includes('/')) ignored.push({ path, reason: 'the Supabase CLI does not look into subfolders' });
      else if (!named.test(path)) ignored.push({ path, reason: 'not named <timestamp>_<name>.sql' });
      else if (path === sql[0] && isOldInit(path))
        ignored.push({
          path,
          reason: 'the Supabase CLI skips a first migration named <timestamp>_init.sql from before December 2021',
        });
      else up.push(path);
    }
    return { up, ignored };
  },
  sections: wholeFile,
  transactions(text) {
    const heads = statementHeads(text, wholeFile(text).up);
    if (heads.some(controlsTransaction)) {
      return {
        scope: 'statement',
        concurrently: 'yes',
        note: 'With BEGIN or COMMIT in it, version 3 of the CLI runs the file statement by statement, each on its own.',
      };
    }
    if (heads.some(notInTransaction)) {
      return {
        scope: 'statement',
        concurrently: 'alone',
        note: 'Version 3 of the CLI runs the part before and the part behind CREATE INDEX CONCURRENTLY separately; version 2 fails.',
      };
    }
    return { scope: 'file', concurrently: 'alone' };
  },
  edited: 'The Supabase CLI keeps no checksum: an edited file that was applied is not noticed and not run again.',
};

const baseline: Baselines = {
  files: numberedSql({ tool, lowest: 0, path: (number, name) => `${number}_${name}.sql` }),
  ledger(input) {
    const known = knownMigrations((files, folder) => tool.select(files, folder), input, tool.title);
    const table = tableRef(input.schema ?? 'supabase_migrations', input.table ?? 'schema_migrations');
    return {
      tool: tool.title,
      table,
      // apps/cli-go/pkg/migration/history.go
      create: [
        `CREATE SCHEMA IF NOT EXISTS ${tableRef(undefined, input.schema ?? 'supabase_migrations')}`,
        `CREATE TABLE ${table} (version text NOT NULL PRIMARY KEY)`,
        `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS statements text[]`,
        `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS name text`,
      ],
      contradictions: unknownRows(table, 'version', known.map(versionOf), tool.title),
      rows: input.migrations.map((file) => {
        const version = quoteLiteral(versionOf(file.path));
        const name = quoteLiteral(fileName(file.path).replace(/^\d+_|\.sql$/g, ''));
        const statements = supabaseStatements(file.text).map(quoteLiteral).join(', ');
        return {
          name: fileName(file.path),
          there: hasRow(table, 'version', version),
          insert: `INSERT INTO ${table} (version, name, statements) VALUES (${version}, ${name}, ARRAY[${statements}]::text[])`,
        };
      }),
      notes: ['The table is supabase_migrations.schema_migrations.'],
    };
  },
};

export const supabase: Tool = { ...tool, baseline };
