/** The baseline in Drizzle Kit 0.x (a journal) and 1.x (a folder for each migration). */
import { createHash } from 'node:crypto';
import { quoteLiteral } from '../quote.ts';
import {
  anyOf,
  complaint,
  ended,
  existing,
  knownMigrations,
  mustBeFirst,
  mustBeWhole,
  numberBefore,
  readNew,
  slug,
  stamp,
  tableRef,
} from './baseline.ts';
import { basename, dirname, slashes } from './paths.ts';
import {
  BaselineRefused,
  type BaselineInput,
  type Baselines,
  type FolderView,
  type LedgerInput,
  type Tool,
} from './types.ts';

const journalPath = 'meta/_journal.json';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Entry {
  readonly idx: number;
  readonly when: number;
  readonly tag: string;
}

interface Journal {
  readonly version?: string;
  readonly dialect?: string;
  readonly entries: readonly Entry[];
}

function readJournal(text: string | undefined): Journal | undefined {
  if (text === undefined) return undefined;
  try {
    const journal = JSON.parse(text) as Partial<Journal> | null;
    if (Array.isArray(journal?.entries)) return journal as Journal;
  } catch {
    // said below
  }
  throw new BaselineRefused(`${journalPath} is not a journal that drizzle-kit writes: repair it first.`);
}

/** What `drizzle-kit pull` writes instead of a migration: all of it in a comment. */
const pulled = (sql: string): boolean =>
  /^-- Current sql file was generated after introspecting the database\r?\n/.test(sql);

const withoutSnapshot = (where: string): string =>
  `drizzle-kit has no snapshot of this schema yet, so its next \`generate\` would create everything again. Before that, run \`drizzle-kit pull\` into an empty folder and move its snapshot to ${where}, or better: pull first and write the baseline then, which takes the place of the SQL that pull puts in a comment.`;

const variants = ['new', 'replace'] as const;

type Place = Pick<BaselineInput, 'folder' | 'variant'>;

/**
 * The one migration that is there and stands for the same schema: written by `drizzle-kit pull`, or by `generate` and said to be so.
 * Its snapshot and its place stay; the SQL becomes the baseline's.
 */
function replaced({ folder, variant }: Place, migrations: readonly string[]): string | undefined {
  const [only, ...others] = migrations;
  if (only === undefined || others.length > 0) return undefined;
  // the journal has it and the folder has not: it was taken away to be written anew
  return !folder.exists(only) || variant === 'replace' || pulled(folder.read(only)) ? only : undefined;
}

/** @throws BaselineRefused when there are migrations, and none that the baseline takes the place of */
function placeIn(
  input: BaselineInput,
  migrations: readonly string[],
  snapshot: (path: string) => string,
): string | undefined {
  const [first] = migrations;
  if (first === undefined) return undefined;
  const place = replaced(input, migrations);
  if (migrations.length > 1) {
    throw new BaselineRefused(
      `Drizzle has ${migrations.length} migrations here already, and each builds on the snapshot of the one before: a baseline has to be the first. Write it into an empty folder, or compare the history with the database instead.`,
    );
  }
  if (place === undefined) {
    throw new BaselineRefused(
      `${first} is there already. If drizzle-kit wrote it for the schema that the database has, and it has not been run anywhere, the variant "replace" puts the baseline in its place and keeps its snapshot.`,
    );
  }
  if (input.folder.exists(place) && !input.folder.exists(snapshot(place))) {
    throw new BaselineRefused(`${place} has no snapshot (${snapshot(place)}): run \`drizzle-kit pull\` again.`);
  }
  return place;
}

/** The files that the journal has. */
const journalled = (folder: FolderView): string[] =>
  (readJournal(folder.exists(journalPath) ? folder.read(journalPath) : undefined)?.entries ?? []).map(
    (entry) => `${entry.tag}.sql`,
  );

export function drizzleBaseline(tool: Omit<Tool, 'baseline'>): Baselines {
  return {
    variants,
    replaces: (input) => replaced(input, journalled(input.folder)),
    files(input) {
      const { folder } = input;
      const journal = readJournal(folder.exists(journalPath) ? folder.read(journalPath) : undefined);
      const text = ended(input.sql);
      const prefix = (path: string): string => path.split('_')[0] ?? '';
      const place = placeIn(input, journalled(folder), (path) => `meta/${prefix(path)}_snapshot.json`);
      const migration = place ?? `0000_${slug(input.name, 'baseline')}.sql`;
      mustBeWhole(tool, { path: migration, text }, input.sql.trim());
      if (place !== undefined) return { migration, files: [{ path: migration, text }], notes: [] };
      if (folder.exists(migration)) throw new BaselineRefused(`${migration} is there already, but not in the journal.`);
      const tag = migration.slice(0, -'.sql'.length);
      const entry = { idx: 0, version: '7', when: input.time.getTime(), tag, breakpoints: true };
      const written = { version: '7', dialect: 'postgresql', ...journal, entries: [entry] };
      return {
        migration,
        files: [
          { path: migration, text },
          { path: journalPath, text: JSON.stringify(written, null, 2) },
        ],
        notes: [withoutSnapshot('meta/0000_snapshot.json')],
      };
    },
    ledger(input) {
      const journal = readJournal(readNew(input, journalPath));
      const entries = input.migrations.map((file) => {
        const tag = slashes(file.path).replace(/\.sql$/, '');
        const entry = journal?.entries.find((each) => each.tag === tag);
        if (!entry) throw new BaselineRefused(`${file.path} is not in ${journalPath}: Drizzle would never run it.`);
        return { name: tag, when: entry.when, hash: sha256(file.text) };
      });
      const table = tableRef(input.schema ?? 'drizzle', input.table ?? '__drizzle_migrations');
      const last = Math.max(...entries.map((entry) => entry.when));
      return {
        tool: tool.title,
        table,
        // drizzle-orm 0.45, pg-core/dialect.ts, migrate
        create: create(input, table, ''),
        contradictions: anyOf(
          ...entries.map((entry) => otherContent(table, `created_at = ${entry.when}`, entry)),
          // only the newest created_at counts: what is not newer than it counts as applied
          complaint(
            table,
            `created_at > ${last} AND created_at NOT IN (${(journal?.entries ?? []).map((entry) => entry.when).join(', ')})`,
            'Drizzle has a migration in its table (created_at %s) that is newer than those here and not in the journal: it would skip all that are older than that.',
            'created_at',
          ),
        ),
        rows: entries.map(({ name, when, hash }) => ({
          name,
          there: `EXISTS (SELECT FROM ${table} WHERE created_at = ${when})`,
          insert: `INSERT INTO ${table} ("hash", "created_at") VALUES (${quoteLiteral(hash)}, ${when})`,
        })),
        notes: ['The table is drizzle.__drizzle_migrations (the default name).'],
      };
    },
  };
}

export function drizzleV1Baseline(tool: Omit<Tool, 'baseline'>): Baselines {
  const select: Tool['select'] = (files, folder) => tool.select(files, folder);
  const snapshotOf = (path: string): string => `${dirname(path)}/snapshot.json`;
  return {
    variants,
    replaces: (input) => replaced(input, existing(select, input.folder)),
    files(input) {
      const others = existing(select, input.folder);
      const place = placeIn(input, others, snapshotOf);
      const text = ended(input.sql);
      const number = numberBefore(others, input.time, 0, stamp(input.time));
      const migration = place ?? `${number}_${slug(input.name, 'baseline')}/migration.sql`;
      mustBeWhole(tool, { path: migration, text }, input.sql.trim());
      if (place !== undefined) return { migration, files: [{ path: migration, text }], notes: [] };
      mustBeFirst(select, input.folder, migration, tool.title);
      return { migration, files: [{ path: migration, text }], notes: [withoutSnapshot(snapshotOf(migration))] };
    },
    ledger(input) {
      knownMigrations(select, input, tool.title);
      const entries = input.migrations.map((file) => {
        const name = basename(dirname(slashes(file.path)));
        const time = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(name)?.slice(1).map(Number);
        if (!time)
          throw new BaselineRefused(`${name} does not start with a time (YYYYMMDDHHMMSS), which Drizzle reads.`);
        const [year = 0, month = 1, day, hour, minute, second] = time;
        // drizzle-orm 1.0, migrator.utils.ts, formatToMillis
        return { name, when: Date.UTC(year, month - 1, day, hour, minute, second), hash: sha256(file.text) };
      });
      const table = tableRef(input.schema ?? 'drizzle', input.table ?? '__drizzle_migrations');
      const named = `pg_catalog.to_jsonb(done) ->> 'name'`;
      return {
        tool: tool.title,
        table,
        // drizzle-orm 1.0, pg-core/async/session.ts, migrate
        create: create(input, table, ', name text, applied_at timestamp with time zone DEFAULT now()'),
        contradictions: anyOf(
          `SELECT ${quoteLiteral(`${table} is as Drizzle 0.x made it. Run \`drizzle-kit migrate\` of 1.x once, which brings it up to date.`)} WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = ${quoteLiteral(table)}::pg_catalog.regclass AND attname = 'name' AND NOT attisdropped)`,
          ...entries.map((entry) => otherContent(`${table} AS done`, `${named} = ${quoteLiteral(entry.name)}`, entry)),
        ),
        rows: entries.map(({ name, when, hash }) => ({
          name,
          there: `EXISTS (SELECT FROM ${table} AS done WHERE ${named} = ${quoteLiteral(name)})`,
          insert: `INSERT INTO ${table} ("hash", "created_at", "name") VALUES (${quoteLiteral(hash)}, ${when}, ${quoteLiteral(name)})`,
        })),
        notes: ['The table is drizzle.__drizzle_migrations (the default name).'],
      };
    },
  };
}

function create(input: LedgerInput, table: string, more: string): string[] {
  const schema = tableRef(undefined, input.schema ?? 'drizzle');
  return [
    `CREATE SCHEMA IF NOT EXISTS ${schema}`,
    `CREATE TABLE ${table} (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint${more})`,
  ];
}

const otherContent = (table: string, row: string, entry: { readonly name: string; readonly hash: string }): string =>
  complaint(
    table,
    `${row} AND hash <> ${quoteLiteral(entry.hash)}`,
    'The migration %s is marked as applied with another content than the file has now.',
    quoteLiteral(entry.name),
  );
