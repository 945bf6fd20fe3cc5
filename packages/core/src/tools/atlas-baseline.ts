import { createHash } from 'node:crypto';
import { quoteLiteral } from '../quote.ts';
import { anyOf, complaint, fileName, hasRow, knownMigrations, numberedSql, tableRef } from './baseline.ts';
import { byName, isSql } from './paths.ts';
import { BaselineRefused, type Baselines, type NewFile, type Tool } from './types.ts';

/** `-- atlas:sum ignore` at the top of a file: its content is not part of the sum. */
const ignored = (text: string): boolean => /^-- atlas:sum ignore\b/.test(text);

/** The sum of each file (sql/migrate/dir.go, NewHashFile: the hash runs on through all files), in the order of their names. */
export function atlasSums(files: readonly NewFile[]): { readonly name: string; readonly sum: string }[] {
  const sums = [];
  const running = createHash('sha256');
  for (const { path, text } of [...files].sort((a, b) => byName(a.path, b.path))) {
    running.update(path);
    if (ignored(text)) continue;
    running.update(text);
    sums.push({ name: path, sum: running.copy().digest('base64') });
  }
  return sums;
}

/** atlas.sum (HashFile.MarshalText). */
export function atlasSumFile(files: readonly NewFile[]): string {
  const sums = atlasSums(files);
  const total = createHash('sha256');
  for (const { name, sum } of sums) total.update(name).update(sum);
  return `h1:${total.digest('base64')}\n${sums.map(({ name, sum }) => `${name} h1:${sum}\n`).join('')}`;
}

export function atlasBaseline(tool: Omit<Tool, 'baseline'>): Baselines {
  return {
    files(input) {
      const { folder } = input;
      const present = folder.files
        .filter((path) => isSql(path) && !path.includes('/'))
        .map((path) => ({ path, text: folder.read(path) }));
      if (present.length > 0 && folder.exists('atlas.sum') && folder.read('atlas.sum') !== atlasSumFile(present)) {
        throw new BaselineRefused(
          'atlas.sum does not fit the files that are there: find out what was changed, and run `atlas migrate hash` first.',
        );
      }
      return numberedSql({
        tool,
        lowest: 0,
        path: (number, name) => `${number}_${name}.sql`,
        more: (_, migration) => [{ path: 'atlas.sum', text: atlasSumFile([...present, migration]) }],
      })(input);
    },
    ledger(input) {
      const { folder } = input;
      const known = knownMigrations((files, view) => tool.select(files, view), input, tool.title);
      const given = new Map(input.migrations.map((file) => [file.path, file.text]));
      const sums = atlasSums(known.map((path) => ({ path, text: given.get(path) ?? folder.read(path) })));
      const versionOf = (path: string): string =>
        fileName(path)
          .replace(/\.sql$/, '')
          .split('_')[0] ?? '';
      const schema = input.schema ?? 'atlas_schema_revisions';
      const table = tableRef(schema, input.table ?? 'atlas_schema_revisions');
      const entries = input.migrations.map((file) => ({
        name: fileName(file.path),
        version: quoteLiteral(versionOf(file.path)),
        description: quoteLiteral(fileName(file.path).replace(/^[^_]*_?|\.sql$/g, '')),
        hash: quoteLiteral(sums.find((each) => each.name === file.path)?.sum ?? ''),
      }));
      return {
        tool: tool.title,
        table,
        // cmd/atlas/internal/migrate/ent/migrate/schema.go, as ent makes it on PostgreSQL
        create: [
          `CREATE SCHEMA IF NOT EXISTS ${tableRef(undefined, schema)}`,
          `CREATE TABLE ${table} ("version" character varying NOT NULL, "description" character varying NOT NULL, "type" bigint NOT NULL DEFAULT 2, "applied" bigint NOT NULL DEFAULT 0, "total" bigint NOT NULL DEFAULT 0, "executed_at" timestamptz NOT NULL, "execution_time" bigint NOT NULL, "error" text NULL, "error_stmt" text NULL, "hash" character varying NOT NULL, "partial_hashes" jsonb NULL, "operator_version" character varying NOT NULL, PRIMARY KEY ("version"))`,
        ],
        contradictions: anyOf(
          complaint(
            table,
            // the row of the table's own identity (revisionID) is none of a migration
            `version <> '.atlas_cloud_identifier' AND (coalesce(error, '') <> '' OR applied < total)`,
            'The migration %s stopped halfway: `atlas migrate set` says where the database stands.',
            'version',
          ),
          complaint(
            table,
            `version <> '.atlas_cloud_identifier' AND version NOT IN (${known.map((path) => quoteLiteral(versionOf(path))).join(', ')})`,
            'Atlas has the version %s in its table, but the folder does not.',
            'version',
          ),
        ),
        // type 4 = "manually set": what `atlas migrate set` writes (cmdapi/migrate.go, migrateSetRun; ent/convert.go, SetRevision).
        // No check looks at the version of the operator; it says who wrote the row.
        rows: entries.map(({ name, version, description, hash }) => ({
          name,
          there: hasRow(table, 'version', version),
          insert: `INSERT INTO ${table} (version, description, type, applied, total, executed_at, execution_time, error, error_stmt, hash, partial_hashes, operator_version) VALUES (${version}, ${description}, 4, 0, 0, pg_catalog.now(), 0, '', '', ${hash}, 'null', 'idempotify')`,
        })),
        notes: [
          'The table is atlas_schema_revisions, in the schema atlas_schema_revisions. Where the URL has search_path=…, Atlas keeps it in that schema: name it then.',
        ],
      };
    },
  };
}
