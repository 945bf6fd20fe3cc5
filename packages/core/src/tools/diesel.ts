import { hasRow, knownMigrations, noComplaint, numberedSql, tableRef } from './baseline.ts';
import { quoteLiteral } from '../quote.ts';
import { basename, byName, dirname, isSql, slashes, sortedBy } from './paths.ts';
import { wholeFile } from './text.ts';
import type { Baselines, Tool } from './types.ts';

const upFile = /^[^/]+\/up\.sql$/;
const downFile = /^[^/]+\/down\.sql$/;

/** diesel's version: the folder's name up to the first `_`, without its dashes. */
const dieselVersion = (folder: string): string => (basename(folder).split('_')[0] ?? '').replaceAll('-', '');

const tool: Omit<Tool, 'baseline'> = {
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

/** `diesel setup` puts it in front of everything else, with functions of its own. */
const initialSetup = (path: string): boolean => path.startsWith('00000000000000_diesel_initial_setup/');

const baseline: Baselines = {
  files: numberedSql({
    tool,
    lowest: 0,
    except: initialSetup,
    // without the number behind the time that newer versions add
    digits: (path) => dieselVersion(dirname(path)).slice(0, 14),
    path: (number, name) => {
      const parts = /^(\d{4})(\d\d)(\d\d)(\d{6})$/.exec(number);
      // diesel_cli/src/main.rs, TIMESTAMP_FORMAT
      return `${parts ? parts.slice(1).join('-') : number}_${name}/up.sql`;
    },
    down: (path) => path.replace(/up\.sql$/, 'down.sql'),
    notes: ['`diesel print-schema` writes schema.rs for the tables.'],
  }),
  ledger(input) {
    knownMigrations((files, folder) => tool.select(files, folder), input, tool.title);
    const table = tableRef(input.schema, input.table ?? '__diesel_schema_migrations');
    return {
      tool: tool.title,
      table,
      // diesel/src/migration/setup_migration_table.sql
      create: [
        `CREATE TABLE ${table} (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)`,
      ],
      contradictions: noComplaint,
      rows: input.migrations.map((file) => {
        const folder = dirname(slashes(file.path));
        const version = quoteLiteral(dieselVersion(folder));
        return {
          name: basename(folder),
          there: hasRow(table, 'version', version),
          insert: `INSERT INTO ${table} (version) VALUES (${version})`,
        };
      }),
      notes: ['The table is __diesel_schema_migrations, in the first schema of search_path.'],
    };
  },
};

export const diesel: Tool = { ...tool, baseline };
