import { describe, expect, it } from 'vitest';
import { folderView } from '@idempotify/core';
import { tool } from './folders.ts';

describe('which files run, and in which order', () => {
  it.each<[string, string[], string[], Record<string, string>]>([
    [
      'prisma',
      ['b/migration.sql', 'B/migration.sql', '1_a/migration.sql', '1_a/seed.sql', 'x.sql', 'migration_lock.toml'],
      ['1_a/migration.sql', 'B/migration.sql', 'b/migration.sql'],
      {
        '1_a/seed.sql': 'only <migration>/migration.sql is a migration here',
        'x.sql': 'only <migration>/migration.sql is a migration here',
      },
    ],
    // diesel's version has no dashes, so that these two are equal up to their length
    [
      'diesel',
      [
        '2020-01-01-000000_b/up.sql',
        '2020-01-01-000000_b/down.sql',
        '2019-12-31-235959-0000_a/up.sql',
        '00000000000000_init/up.sql',
        'x/y.sql',
      ],
      ['00000000000000_init/up.sql', '2019-12-31-235959-0000_a/up.sql', '2020-01-01-000000_b/up.sql'],
      { '2020-01-01-000000_b/down.sql': 'down migration', 'x/y.sql': 'only <migration>/up.sql is a migration here' },
    ],
    [
      'sqlx',
      ['10_a.sql', '9_b.up.sql', '9_b.down.sql', 'x.sql', 'sub/1_c.sql'],
      ['9_b.up.sql', '10_a.sql'],
      {
        '9_b.down.sql': 'down migration',
        'x.sql': 'not named <version>_<description>.sql',
        'sub/1_c.sql': 'sqlx does not look into subfolders',
      },
    ],
    [
      'goose',
      ['10_a.sql', '9_b.sql', '00000_zero.sql', 'x.sql', '1.sql', 'sub/1_c.sql'],
      ['9_b.sql', '10_a.sql'],
      {
        '00000_zero.sql': 'not named <version>_<name>.sql',
        'x.sql': 'not named <version>_<name>.sql',
        '1.sql': 'not named <version>_<name>.sql',
        'sub/1_c.sql': 'goose does not look into subfolders',
      },
    ],
    [
      'dbmate',
      ['10_a.sql', '9_b.sql', '9.sql', 'schema.sql', 'sub/1_c.sql'],
      ['10_a.sql', '9.sql', '9_b.sql'],
      { 'schema.sql': 'not named <version>_<name>.sql', 'sub/1_c.sql': 'dbmate does not look into subfolders' },
    ],
    [
      'golang-migrate',
      ['10_a.up.sql', '9_b.up.sql', '9_b.down.sql', '8_c.sql', 'sub/1_c.up.sql'],
      ['9_b.up.sql', '10_a.up.sql'],
      {
        '9_b.down.sql': 'down migration',
        '8_c.sql': 'not named <version>_<title>.up.sql',
        'sub/1_c.up.sql': 'golang-migrate does not look into subfolders',
      },
    ],
    // 17 digits are a time: 2000-01-01 in milliseconds lies between the two others
    [
      'node-pg-migrate',
      ['946684800001_c.sql', '20000101000000000_b.sql', '946684799999_a.sql', 'x.sql', 'sub/1_c.sql'],
      ['946684799999_a.sql', '20000101000000000_b.sql', '946684800001_c.sql'],
      { 'x.sql': 'not named <number>_<name>.sql', 'sub/1_c.sql': 'node-pg-migrate does not look into subfolders' },
    ],
    [
      'supabase',
      ['20250102000000_b.sql', '20250101000000_a.sql', 'x.sql', 'sub/1_c.sql'],
      ['20250101000000_a.sql', '20250102000000_b.sql'],
      { 'x.sql': 'not named <timestamp>_<name>.sql', 'sub/1_c.sql': 'the Supabase CLI does not look into subfolders' },
    ],
    [
      'supabase',
      ['20210101000000_init.sql', '20250101000000_init.sql'],
      ['20250101000000_init.sql'],
      {
        '20210101000000_init.sql':
          'the Supabase CLI skips a first migration named <timestamp>_init.sql from before December 2021',
      },
    ],
    [
      'flyway',
      [
        'V1.10__a.sql',
        'V1_9__b.sql',
        'V01.9.0.1__c.sql',
        'sub/V2__d.sql',
        'U2__d.sql',
        'R__v.sql',
        'B2__e.sql',
        'V__x.sql',
        'beforeMigrate.sql',
      ],
      ['V1_9__b.sql', 'V01.9.0.1__c.sql', 'V1.10__a.sql', 'sub/V2__d.sql'],
      {
        'U2__d.sql': 'undo migration',
        'R__v.sql': 'repeatable migration: Flyway runs it again whenever it changes',
        'B2__e.sql': 'baseline migration: it stands in for the earlier ones in a new database',
        'V__x.sql': 'not named V<version>__<description>.sql',
        'beforeMigrate.sql': 'not named V<version>__<description>.sql',
      },
    ],
    [
      'refinery',
      ['V10__a.sql', 'U9__b.sql', 'V1_a.sql'],
      ['U9__b.sql', 'V10__a.sql'],
      { 'V1_a.sql': 'not named V<version>__<name>.sql' },
    ],
    [
      'graphile-migrate',
      [
        'current/10.sql',
        'current/9-a.sql',
        'committed/000002-b.sql',
        'committed/000001.sql',
        'fixtures/a.sql',
        'x.sql',
        'afterReset.sql',
      ],
      ['committed/000001.sql', 'committed/000002-b.sql', 'current/9-a.sql', 'current/10.sql'],
      {
        'fixtures/a.sql': 'included by migrations (--!include), not a migration',
        'x.sql': 'not committed/<number>-<message>.sql, current.sql or current/<number>-<name>.sql',
        'afterReset.sql': 'not committed/<number>-<message>.sql, current.sql or current/<number>-<name>.sql',
      },
    ],
    [
      'postgres-migrations',
      ['10_a.sql', '9-b.SQL', '9-b.sql', '8.sql', 'x.sql', 'sub/1_c.sql'],
      ['8.sql', '9-b.sql', '10_a.sql'],
      { 'x.sql': 'not named <number>_<name>.sql', 'sub/1_c.sql': 'postgres-migrations does not look into subfolders' },
    ],
    [
      'atlas',
      ['2_b.sql', '10_a.sql', '3_checkpoint.sql', 'sub/1_c.sql'],
      ['10_a.sql', '2_b.sql'],
      {
        '3_checkpoint.sql': 'checkpoint: it stands in for the earlier migrations in a new database',
        'sub/1_c.sql': 'Atlas does not look into subfolders',
      },
    ],
    ['liquibase', ['b/2.sql', 'a.sql', 'changelog.xml'], ['a.sql', 'b/2.sql'], {}],
    [
      'sql',
      [
        '10.sql',
        '9_a.sql',
        '9_a.down.sql',
        '8_x_up.sql',
        '8_x_down.sql',
        '7_rollback.sql',
        'schema.sql',
        'structure.sql',
        'x/down.sql',
      ],
      ['7_rollback.sql', '8_x_up.sql', '9_a.sql', '10.sql'],
      {
        '9_a.down.sql': 'down migration',
        '8_x_down.sql': 'down migration',
        'schema.sql': 'a dump of the schema, not a migration',
        'structure.sql': 'a dump of the schema, not a migration',
        'x/down.sql': 'down migration',
      },
    ],
    [
      'sql',
      ['10_b/up.sql', '9_a/up.sql', '9_a/down.sql'],
      ['9_a/up.sql', '10_b/up.sql'],
      { '9_a/down.sql': 'down migration' },
    ],
  ])('%s %j', (name, files, up, ignored) => {
    const selection = tool(name).select(files);
    expect(selection.up).toEqual(up);
    expect(Object.fromEntries(selection.ignored.map(({ path, reason }) => [path, reason]))).toEqual(ignored);
    // the order given makes no difference
    expect(tool(name).select([...files].reverse()).up).toEqual(up);
  });

  it('Drizzle: the journal says what runs and in which order', () => {
    const entries = ['0001_b', '0000_a', '0002_gone'].map((tag, idx) => ({ idx, tag, when: idx, breakpoints: true }));
    const view = (journal: string) =>
      folderView('/x', [], { read: () => journal, exists: (path) => path === 'meta/_journal.json' });
    const files = ['0000_a.sql', '0001_b.sql', '0003_new.sql', 'sub/0000_a.sql'];
    expect(tool('drizzle').select(files, view(JSON.stringify({ dialect: 'postgresql', entries })))).toEqual({
      up: ['0001_b.sql', '0000_a.sql'],
      ignored: [
        { path: '0003_new.sql', reason: 'not listed in meta/_journal.json: Drizzle never runs it' },
        { path: 'sub/0000_a.sql', reason: 'Drizzle runs only the files beside meta/' },
      ],
    });
    // without a journal that can be read, the names give the order
    for (const broken of ['', '{', '[]', 'null', '{"entries":3}']) {
      expect(tool('drizzle').select(files, view(broken)).up).toEqual(['0000_a.sql', '0001_b.sql', '0003_new.sql']);
    }
  });
});
