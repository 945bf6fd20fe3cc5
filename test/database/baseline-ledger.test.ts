/** The rows that mark migrations as applied: all or none, never against what the table says, and for every tool. */
import {
  LedgerRefused,
  ledgerSql,
  markApplied,
  openLive,
  type LiveSession,
  type MarkOptions,
} from '@idempotify/database';
import { folderView, toolByName, tools, type BaselineLedger, type NewFile } from '@idempotify/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseline, openLab, type Lab } from './baseline-lab.ts';

let lab: Lab;
// the oldest that CI has: the newest is in baseline-tools.test.ts
beforeAll(async () => {
  lab = await openLab(14);
});
afterAll(() => lab.close());

const nothing = folderView('/project/migrations', [], {
  read: (name) => {
    throw new Error(`no ${name}`);
  },
  exists: () => false,
});

interface Given {
  readonly ledger: BaselineLedger;
  readonly migration: NewFile;
}

/** What marks the baseline in a new folder, or a file that is given. */
function ledgerOf(tool: string, sql = baseline, more: object = {}): Given {
  const baselines = toolByName(tool)!.baseline!;
  const { files, migration: name } = baselines.files({ sql, time: new Date('2024-01-02T03:04:05Z'), folder: nothing });
  const migration = files.find((file) => file.path === name)!;
  return {
    migration,
    ledger: baselines.ledger!({ folder: nothing, written: files, migrations: [migration], ...more }),
  };
}

async function withSession<T>(database: string, use: (session: LiveSession) => Promise<T>): Promise<T> {
  const session = await openLive({ connectionString: lab.url(database) });
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

const mark = (database: string, ledger: BaselineLedger, options?: MarkOptions) =>
  withSession(database, (session) => markApplied(session, ledger, options));

const tablesOf = (database: string) =>
  lab.rows(
    database,
    `SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'S', 'i') AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace, 'information_schema'::regnamespace)`,
  );

const marking = tools.filter((tool) => tool.baseline?.ledger).map((tool) => tool.name);

describe.each(marking)('%s', (tool) => {
  it('is marked once, by the program as by the script that it prints', async () => {
    const { ledger } = ledgerOf(tool);
    const [ours, script] = [await lab.database(), await lab.database()];
    const { written, created } = await mark(ours, ledger);
    expect(created).toBe(true);
    expect(written).toHaveLength(1);
    const rows = (database: string) =>
      lab.rows(database, `SELECT to_jsonb(t) AS row FROM ${ledger.table} AS t ORDER BY t::text`);
    const first = await rows(ours);
    expect(await mark(ours, ledger)).toEqual({ written: [], already: written, created: false });
    await lab.rows(ours, ledgerSql(ledger));
    expect(await rows(ours)).toEqual(first);

    await lab.rows(script, ledgerSql(ledger));
    await lab.rows(script, ledgerSql(ledger));
    expect(await lab.differences(ours, script)).toEqual([]);
    const timeless = (list: Record<string, string | null>[]) =>
      list.map((each) =>
        each['row']!.replace(/"\d{4}-\d\d-\d\d[T ][^"]*"/g, '…').replace(/"deployment_id": "\d+"/, '…'),
      );
    expect(timeless(await rows(script))).toEqual(timeless(first));
    expect(await mark(script, ledger)).toMatchObject({ written: [], created: false });
  });

  it('writes nothing when the proof fails, and settings of the proof end with it', async () => {
    const { ledger } = ledgerOf(tool);
    const database = await lab.database();
    const before = await tablesOf(database);
    const failing: MarkOptions = {
      prove: async (session) => {
        await session.run("SET LOCAL search_path = ''");
        throw new Error('not the same');
      },
    };
    await expect(mark(database, ledger, failing)).rejects.toThrow('not the same');
    expect(await tablesOf(database)).toEqual(before);
    const proving: MarkOptions = { prove: (session) => session.run("SET LOCAL search_path = ''; SELECT 1") };
    expect((await mark(database, ledger, proving)).written).toHaveLength(1);
    expect((await mark(database, ledger, proving)).already).toHaveLength(1);
  });
});

describe('what the table says is not overwritten', () => {
  const checksums = [
    'prisma',
    'drizzle',
    'drizzle-v1',
    'flyway',
    'sqlx',
    'refinery',
    'postgres-migrations',
    'liquibase',
    'graphile-migrate',
  ];

  it.each(checksums)('%s: another content', async (tool) => {
    // no placeholder, so that every checksum can be known
    const database = await lab.database();
    await mark(database, ledgerOf(tool, 'SELECT 1;').ledger);
    const other = ledgerOf(tool, 'SELECT 2;').ledger;
    const rows = () => lab.rows(database, `SELECT t::text FROM ${other.table} AS t`);
    const before = await rows();
    await expect(mark(database, other)).rejects.toThrow(LedgerRefused);
    await expect(mark(database, other)).rejects.toThrow(/another (?:name or )?content/);
    await expect(lab.rows(database, ledgerSql(other))).rejects.toThrow('content');
    expect(await rows()).toEqual(before);
  });

  it.each([
    ['prisma', "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('1', 'x', 'b')", 'P3009'],
    ['golang-migrate', 'UPDATE schema_migrations SET dirty = true', 'dirty'],
    ['golang-migrate', 'UPDATE schema_migrations SET version = 5', 'no such migration'],
    ['sqlx', "INSERT INTO _sqlx_migrations VALUES (1, 'x', now(), false, 'x', 0)", 'as failed'],
    ['flyway', 'UPDATE flyway_schema_history SET success = false', 'as failed'],
    ['flyway', "UPDATE flyway_schema_history SET version = '7'", 'version 7'],
    ['knex', "INSERT INTO knex_migrations (name) VALUES ('x.js')", 'x.js'],
    ['kysely', "INSERT INTO kysely_migration VALUES ('x', '2020')", 'no such migration'],
    ['node-pg-migrate', "INSERT INTO pgmigrations (name, run_on) VALUES ('x', now())", 'no such migration'],
    ['supabase', "INSERT INTO supabase_migrations.schema_migrations VALUES ('1')", 'no such migration'],
    ['refinery', "INSERT INTO refinery_schema_history VALUES (9, 'x', 'x', 'x')", 'MissingVersion'],
    ['atlas', 'UPDATE atlas_schema_revisions.atlas_schema_revisions SET total = 3', 'stopped halfway'],
    ['goose', 'DELETE FROM goose_db_version WHERE version_id = 0', 'version 0'],
    ['postgres-migrations', 'DELETE FROM migrations WHERE id = 0', 'row 0'],
    ['graphile-migrate', "INSERT INTO graphile_migrate.migrations VALUES ('x', NULL, '000002.sql')", '000002.sql'],
    [
      'drizzle',
      'INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES (1, 9999999999999)',
      '9999999999999',
    ],
    ['drizzle-v1', 'ALTER TABLE drizzle.__drizzle_migrations DROP COLUMN name', 'Drizzle 0.x'],
  ])('%s: %s', async (tool, change, why) => {
    const { ledger } = ledgerOf(tool);
    const database = await lab.database();
    await mark(database, ledger);
    await lab.rows(database, change);
    await expect(mark(database, ledger)).rejects.toThrow(LedgerRefused);
    await expect(mark(database, ledger)).rejects.toThrow(why);
    await expect(lab.rows(database, ledgerSql(ledger))).rejects.toThrow(why);
  });

  it('Flyway: where `flyway baseline` was run, nothing is left to do', async () => {
    const { ledger } = ledgerOf('flyway');
    const database = await lab.database();
    await mark(database, ledger);
    await lab.rows(
      database,
      "UPDATE flyway_schema_history SET type = 'BASELINE', checksum = NULL, description = '<< Flyway Baseline >>'",
    );
    expect(await mark(database, ledger)).toMatchObject({ written: [], already: ['V1__baseline.sql'] });
  });
});

describe('a history that a database has already', () => {
  const history: readonly NewFile[] = ['1600000000000_a', '1600000000001_b', '1600000000002_c'].map((name) => ({
    path: `${name}.sql`,
    text: '-- Up Migration\nSELECT 1;\n',
  }));
  const folder = folderView(
    '/project/migrations',
    history.map((file) => file.path),
    {
      read: (name) => history.find((file) => file.path === name)!.text,
      exists: (name) => history.some((file) => file.path === name),
    },
  );
  const ledger = (...at: number[]): BaselineLedger =>
    toolByName('node-pg-migrate')!.baseline!.ledger!({ folder, migrations: at.map((each) => history[each]!) });

  it('is marked as far as it goes', async () => {
    const database = await lab.database();
    expect((await mark(database, ledger(0))).written).toEqual(['1600000000000_a']);
    expect(await mark(database, ledger(0, 1))).toMatchObject({
      written: ['1600000000001_b'],
      already: ['1600000000000_a'],
    });
    const names = await lab.rows(database, 'SELECT name FROM pgmigrations ORDER BY run_on, id');
    expect(names.map((row) => row['name'])).toEqual(['1600000000000_a', '1600000000001_b']);
  });

  it('is not marked out of order where the tool insists on it', async () => {
    const database = await lab.database();
    await mark(database, ledger(2));
    await expect(mark(database, ledger(1))).rejects.toThrow(
      'has 1600000000002_c in its table, but not 1600000000001_b, which comes before it',
    );
  });

  it('golang-migrate keeps the last number only', async () => {
    const files = [1, 2, 3].map((number) => ({ path: `${number}_x.up.sql`, text: '' }));
    const view = folderView(
      '/m',
      files.map((file) => file.path),
      { read: () => '', exists: () => true },
    );
    const { ledger: of } = toolByName('golang-migrate')!.baseline!;
    const database = await lab.database();
    await mark(database, of!({ folder: view, migrations: files.slice(0, 1) }));
    await mark(database, of!({ folder: view, migrations: files.slice(0, 2) }));
    expect((await mark(database, of!({ folder: view, migrations: files.slice(0, 1) }))).written).toEqual([]);
    expect(await lab.rows(database, 'SELECT * FROM schema_migrations')).toEqual([{ version: '2', dirty: 'f' }]);
  });
});

describe('others at work', () => {
  it('waits for whoever writes the table, and gives up', async () => {
    const { ledger } = ledgerOf('knex');
    const database = await lab.database();
    await mark(database, ledger);
    await withSession(database, async (other) => {
      await other.run('BEGIN; UPDATE knex_migrations SET batch = 2');
      await expect(mark(database, ledger, { lockTimeout: 100 })).rejects.toMatchObject({ code: '55P03' });
    });
  });

  it('waits for the lock of the tool', async () => {
    const { ledger } = ledgerOf('node-pg-migrate');
    const database = await lab.database();
    await withSession(database, async (other) => {
      await other.run('SELECT pg_advisory_lock(7241865325823964)');
      await expect(mark(database, ledger, { lockTimeout: 100 })).rejects.toMatchObject({ code: '55P03' });
    });
    expect((await mark(database, ledger)).created).toBe(true);
  });

  it('a table that appears meanwhile is not written', async () => {
    const { ledger } = ledgerOf('dbmate');
    const database = await lab.database();
    const meanwhile: MarkOptions = {
      prove: () =>
        withSession(database, (other) => other.run('CREATE TABLE schema_migrations (version varchar PRIMARY KEY)')),
    };
    await expect(mark(database, ledger, meanwhile)).rejects.toThrow('Run it again');
    expect(await lab.rows(database, 'SELECT * FROM schema_migrations')).toEqual([]);
    expect((await mark(database, ledger)).written).toHaveLength(1);
  });

  it('a connection that is lost leaves nothing', async () => {
    const { ledger } = ledgerOf('flyway');
    const database = await lab.database();
    const killed: MarkOptions = {
      prove: async (session) => {
        const [[pid] = []] = await session.rows('SELECT pg_backend_pid()');
        await withSession(database, (other) => other.run(`SELECT pg_terminate_backend(${pid})`));
        await session.rows('SELECT 1');
      },
    };
    await expect(mark(database, ledger, killed)).rejects.toThrow('connection was lost');
    expect(await lab.rows(database, "SELECT to_regclass('flyway_schema_history') AS found")).toEqual([{ found: null }]);
  });

  it('who may not write is told so, and nothing is there', async () => {
    const { ledger } = ledgerOf('sqlx');
    const database = await lab.database();
    await lab.rows(database, 'REVOKE CREATE ON SCHEMA public FROM PUBLIC');
    await withSession(database, async (session) => {
      await session.run('CREATE ROLE nobody_here; SET ROLE nobody_here');
      await expect(markApplied(session, ledger)).rejects.toMatchObject({ code: '42501' });
      // the session can be used again
      expect(await session.rows('SELECT 1')).toEqual([['1']]);
      await session.run('RESET ROLE; DROP ROLE nobody_here');
    });
  });

  it('other names of schema and table', async () => {
    const { ledger } = ledgerOf('knex', baseline, { schema: 'Own schema', table: 'Done "things"' });
    const database = await lab.database('CREATE SCHEMA "Own schema"');
    await mark(database, ledger);
    expect(await lab.rows(database, 'SELECT batch FROM "Own schema"."Done ""things"""')).toEqual([{ batch: '1' }]);
  });
});
