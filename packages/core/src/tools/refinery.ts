import { anyOf, complaint, fileName, hasRow, knownMigrations, numberedSql, tableRef } from './baseline.ts';
import { quoteLiteral } from '../quote.ts';
import { refineryChecksum } from './refinery-checksum.ts';
import { basename, byName, byNumber, isSql } from './paths.ts';
import { wholeFile } from './text.ts';
import type { Baselines, Tool } from './types.ts';

/** U is a migration here too (one that may come out of order), not an undo script as in Flyway. */
const named = /^[UV](\d+)(?:\.\d+)?__\w+\.sql$/;

const tool: Omit<Tool, 'baseline'> = {
  name: 'refinery',
  title: 'refinery',
  detect(folder) {
    if (!folder.files.some((path) => named.test(basename(path)))) return 0;
    return folder.parentRead('Cargo.toml')?.includes('refinery') || folder.parentHas('refinery.toml') ? 96 : 0;
  },
  select(files) {
    const sql = files.filter(isSql);
    const up = sql
      .filter((path) => named.test(basename(path)))
      .map((path) => ({ path, version: BigInt(named.exec(basename(path))?.[1] ?? 0) }))
      .sort((a, b) => byNumber(a.version, b.version) || byName(a.path, b.path));
    return {
      up: up.map((file) => file.path),
      ignored: sql
        .filter((path) => !named.test(basename(path)))
        .map((path) => ({ path, reason: 'not named V<version>__<name>.sql' })),
    };
  },
  sections: wholeFile,
  transactions: () => ({ scope: 'file', concurrently: 'no' }),
  edited:
    'refinery keeps a SipHash of name, version and content and stops with a divergence error when an applied file has changed, unless set_abort_divergent(false) is set. No statements are written for it.',
};

const baseline: Baselines = {
  files: numberedSql({
    tool,
    lowest: 0,
    fresh: '1',
    path: (number, name) => `V${number}__${name}.sql`,
    notes: [
      'Line ends must stay as they are (`*.sql -text` in .gitattributes): refinery compares a checksum of the text.',
    ],
  }),
  ledger(input) {
    const known = knownMigrations((files, folder) => tool.select(files, folder), input, tool.title);
    const table = tableRef(input.schema, input.table ?? 'refinery_schema_history');
    const versionOf = (path: string): string => named.exec(fileName(path))?.[1] ?? '0';
    const entries = input.migrations.map((file) => {
      const version = versionOf(file.path);
      const name = fileName(file.path).replace(/^[UV][\d.]+__|\.sql$/g, '');
      return { version, name, checksum: quoteLiteral(refineryChecksum(name, Number(version), file.text)) };
    });
    return {
      tool: tool.title,
      table,
      // refinery_core/src/traits/mod.rs, ASSERT_MIGRATIONS_TABLE_QUERY
      create: [
        `CREATE TABLE ${table} (version int4 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), checksum VARCHAR(255))`,
      ],
      contradictions: anyOf(
        complaint(
          table,
          `version NOT IN (${known.map(versionOf).join(', ')})`,
          'refinery has the migration %s in its table, but the folder does not: it stops when it finds that (MissingVersion).',
          'version',
        ),
        ...entries.map(({ version, name, checksum }) =>
          complaint(
            table,
            `version = ${version} AND (name <> ${quoteLiteral(name)} OR checksum <> ${checksum})`,
            'The migration %s is marked as applied with another content than the file has now (DivergentVersion).',
            'version',
          ),
        ),
      ),
      // insert_migration_query; the time is RFC 3339 in UTC
      rows: entries.map(({ version, name, checksum }) => ({
        name: `V${version}__${name}`,
        there: hasRow(table, 'version', version),
        insert: `INSERT INTO ${table} (version, name, applied_on, checksum) VALUES (${version}, ${quoteLiteral(name)}, pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), ${checksum})`,
      })),
      notes: [
        'The table is refinery_schema_history (the default name), in the first schema of search_path, and a refinery without the feature int8-versions: with it, use Target::Fake instead.',
      ],
    };
  },
};

export const refinery: Tool = { ...tool, baseline };
