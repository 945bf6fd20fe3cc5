import { describe, expect, it } from 'vitest';
import { findMigrationFolders, tools } from '@idempotify/core';
import { brief, look, tool } from './folders.ts';

const goose = '-- +goose Up\nSELECT 1;\n';
const postgresLock = 'provider = "postgresql"\n';

describe('the tool of a folder', () => {
  it.each<[string, Record<string, string>, string[]]>([
    [
      'Prisma by its lock file',
      { 'migration_lock.toml': postgresLock, '2_b/migration.sql': '', '10_a/migration.sql': '' },
      ['. prisma: 10_a/migration.sql 2_b/migration.sql'],
    ],
    [
      'Prisma without the lock file, by its schema',
      { '../schema.prisma': '', '1_a/migration.sql': '' },
      ['. prisma: 1_a/migration.sql'],
    ],
    ['Prisma without either', { '1_a/migration.sql': '', '1_a/down.sql': '' }, ['. prisma: 1_a/migration.sql']],
    [
      'Drizzle by its journal',
      { 'meta/_journal.json': '{}', '0001_b.sql': '', '0000_a.sql': '' },
      ['. drizzle: 0000_a.sql 0001_b.sql'],
    ],
    [
      'Drizzle 1.x by its snapshots',
      { '2_b/migration.sql': '', '2_b/snapshot.json': '{}', '1_a/migration.sql': '', '1_a/snapshot.json': '{}' },
      ['. drizzle-v1: 1_a/migration.sql 2_b/migration.sql'],
    ],
    [
      'diesel',
      { '2026-01-02-000000_b/up.sql': '', '2026-01-02-000000_b/down.sql': '', '00000000000000_init/up.sql': '' },
      ['. diesel: 00000000000000_init/up.sql 2026-01-02-000000_b/up.sql'],
    ],
    [
      'golang-migrate',
      { '1_a.up.sql': '', '1_a.down.sql': '', '10_b.up.sql': '', '2_c.up.sql': '' },
      ['. golang-migrate: 1_a.up.sql 2_c.up.sql 10_b.up.sql'],
    ],
    [
      'sqlx with the same names, by Cargo.toml',
      { '../Cargo.toml': '[dependencies]\nsqlx = "0.9"', '1_a.up.sql': '', '1_a.down.sql': '' },
      ['. sqlx: 1_a.up.sql'],
    ],
    [
      'sqlx with one file each',
      { '../../Cargo.toml': 'sqlx = "0.9"', '2_a.sql': '', '10_b.sql': '' },
      ['. sqlx: 2_a.sql 10_b.sql'],
    ],
    [
      'sqlx by its directive',
      { '2_a.sql': '-- no-transaction\nSELECT 1;', '10_b.sql': '' },
      ['. sqlx: 2_a.sql 10_b.sql'],
    ],
    ['goose', { '2_a.sql': goose, '10_b.sql': goose, 'seed.sql': '' }, ['. goose: 2_a.sql 10_b.sql']],
    ['goose in a folder that Atlas sums up', { 'atlas.sum': '', '2_a.sql': goose }, ['. goose: 2_a.sql']],
    ['Atlas', { 'atlas.sum': '', '2_a.sql': '', '10_b.sql': '' }, ['. atlas: 10_b.sql 2_a.sql']],
    [
      'dbmate',
      { '2_a.sql': '-- migrate:up\n-- migrate:down\n', '10_b.sql': '-- migrate:up\n-- migrate:down\n' },
      ['. dbmate: 10_b.sql 2_a.sql'],
    ],
    [
      'node-pg-migrate by its markers',
      { '1_a.sql': '-- Up Migration\nSELECT 1;\n-- Down Migration\n', '1_b.js': '' },
      ['. node-pg-migrate: 1_a.sql 1_b.js'],
    ],
    ...(
      [
        ['typeorm', 'typeorm', 'import { QueryRunner } from "typeorm";'],
        ['knex', 'knex', 'exports.up = (knex) => knex.schema;'],
        ['sequelize', 'sequelize', 'module.exports = { up(queryInterface) {} };'],
        ['mikro-orm', '@mikro-orm/core', "import { Migration } from '@mikro-orm/migrations';"],
        ['kysely', 'kysely', "import { Kysely } from 'kysely';"],
        ['node-pg-migrate', 'node-pg-migrate', 'exports.up = (pgm) => {};'],
      ] as const
    ).map(([name, dependency, text]): [string, Record<string, string>, string[]] => [
      `${name} by what its scripts say`,
      {
        'package.json': JSON.stringify({ dependencies: { [dependency]: '1' } }),
        'db/2_a.ts': text,
        'db/10_b.ts': text,
        'db/10_b.js': text,
        'db/10_b.d.ts': text,
        'src/1_page.ts': 'export {};',
        'dist/db/2_a.js': text,
      },
      [`db ${name}: ${name === 'node-pg-migrate' ? 'db/2_a.ts db/10_b.ts' : 'db/10_b.ts db/2_a.ts'}`],
    ]),
    [
      'node-pg-migrate by the dependency',
      { '../package.json': '{"dependencies":{"node-pg-migrate":"9"}}', '1_a.sql': 'SELECT 1;' },
      ['. node-pg-migrate: 1_a.sql'],
    ],
    [
      'Flyway',
      { 'V10__b.sql': '', 'V2__a.sql': '', 'U2__a.sql': '', 'R__v.sql': '' },
      ['. flyway: V2__a.sql V10__b.sql'],
    ],
    [
      'refinery, which has the same names',
      { '../Cargo.toml': 'refinery = "0.9"', 'V10__b.sql': '', 'U2__a.sql': '' },
      ['. refinery: U2__a.sql V10__b.sql'],
    ],
    [
      'Liquibase',
      { 'b.sql': '--liquibase formatted sql\n', 'a.sql': '\n-- Liquibase formatted SQL\n' },
      ['. liquibase: a.sql b.sql'],
    ],
    [
      'Graphile Migrate by its headers',
      {
        'committed/000002-b.sql': '--! Previous: sha1:0\n--! Hash: sha1:0\n\n',
        'committed/000001.sql': '--! Previous: -\n--! Hash: sha1:0\n\n',
        'current.sql': '',
        'fixtures/f.sql': '',
      },
      ['. graphile-migrate: committed/000001.sql committed/000002-b.sql current.sql', 'fixtures sql:'],
    ],
    [
      'Graphile Migrate by its settings',
      { '../.gmrc': '{}', 'current/2-b.sql': '', 'current/1.sql': '' },
      ['. graphile-migrate: current/1.sql current/2-b.sql'],
    ],
    [
      'postgres-migrations by the dependency',
      { '../package.json': '{"dependencies":{"postgres-migrations":"5"}}', '1_a.sql': '', '2_b.sql': '' },
      ['. postgres-migrations: 1_a.sql 2_b.sql'],
    ],
    [
      'postgres-migrations by its directive',
      { '1_a.sql': '', '2_b.sql': '-- postgres-migrations disable-transaction\n' },
      ['. postgres-migrations: 1_a.sql 2_b.sql'],
    ],
    ['a plain folder, by number', { '10-b.sql': '', '9-a.sql': '', 'README.md': '' }, ['. sql: 9-a.sql 10-b.sql']],
    ['a plain folder, by name', { 'b.sql': '', 'a10.sql': '', 'a9.sql': '' }, ['. sql: a10.sql a9.sql b.sql']],
  ])('%s', (_name, tree, expected) => {
    expect(brief(tree)).toEqual(expected);
  });

  it('Supabase by the name of the folder, or by its settings', () => {
    const tree = { '20250101000000_a.sql': '' };
    expect(brief(tree, '/x/supabase/migrations')).toEqual(['. supabase: 20250101000000_a.sql']);
    expect(brief({ ...tree, '../config.toml': 'project_id = "x"' }, '/x/backend/migrations')).toEqual([
      '. supabase: 20250101000000_a.sql',
    ]);
    expect(brief({ ...tree, '../config.toml': 'other = 1' }, '/x/backend/migrations')).toEqual([
      '. sql: 20250101000000_a.sql',
    ]);
  });

  it('does not ask the tools when one was named', () => {
    const { folders, reads } = look({ '2_a.sql': goose, '10_b.sql': goose, 'x.sql': '' }, '/repo/db', tool('sql'));
    expect(folders.map((each) => [each.tool.name, each.up])).toEqual([['sql', ['10_b.sql', '2_a.sql', 'x.sql']]]);
    expect(reads).toEqual([]);
  });

  it('has a name, a title and a sentence about edited files for every tool', () => {
    expect(new Set(tools.map((each) => each.name)).size).toBe(tools.length);
    for (const each of tools) {
      expect(each.title).not.toBe('');
      expect(each.edited).toMatch(/\.$/);
    }
  });
});

describe('where one stands', () => {
  const prisma = { 'migration_lock.toml': postgresLock, '1_a/migration.sql': '', '2_b/migration.sql': '' };
  const under = (folder: string, tree: Record<string, string>) =>
    Object.fromEntries(Object.entries(tree).map(([path, text]) => [`${folder}/${path}`, text]));

  it('in the migrations folder, above it, far above it', () => {
    expect(brief(prisma)).toEqual(['. prisma: 1_a/migration.sql 2_b/migration.sql']);
    expect(brief(under('migrations', prisma))).toEqual([
      'migrations prisma: migrations/1_a/migration.sql migrations/2_b/migration.sql',
    ]);
    expect(brief(under('apps/api/prisma/migrations', prisma), '.')[0]).toContain(
      'apps/api/prisma/migrations prisma: apps/api/prisma/migrations/1_a/migration.sql',
    );
  });

  it('in the folder of one migration', () => {
    expect(brief({ 'migration.sql': '', '../migration_lock.toml': postgresLock }, '/x/migrations/1_a')).toEqual([
      '.. prisma: migration.sql',
    ]);
    expect(brief({ 'up.sql': '', 'down.sql': '' }, '/x/migrations/1_a')).toEqual(['.. diesel: up.sql']);
    expect(brief({ 'migration.sql': '', 'snapshot.json': '{}' }, '/x/drizzle/1_a')).toEqual([
      '.. drizzle-v1: migration.sql',
    ]);
    expect(brief({ '000001.sql': '--! Previous: -\n--! Hash: sha1:0\n\n' }, '/x/migrations/committed')).toEqual([
      '.. graphile-migrate: 000001.sql',
    ]);
  });

  it('above the folders of several tools', () => {
    expect(
      brief({
        ...under('apps/web/prisma/migrations', prisma),
        'services/a/migrations/1_x.up.sql': '',
        'services/a/migrations/1_x.down.sql': '',
        'services/b/migrations/00001_x.sql': goose,
        'services/b/go.mod': 'require github.com/pressly/goose/v3',
        'services/c/db/migrations/1.sql': 'SELECT 1;',
        'packages/d/drizzle/0000_a.sql': '',
        'packages/d/drizzle/meta/_journal.json': '{"entries":[{"tag":"0000_a"}]}',
      }),
    ).toEqual([
      'apps/web/prisma/migrations prisma: apps/web/prisma/migrations/1_a/migration.sql apps/web/prisma/migrations/2_b/migration.sql',
      'packages/d/drizzle drizzle: packages/d/drizzle/0000_a.sql',
      'services/a/migrations golang-migrate: services/a/migrations/1_x.up.sql',
      'services/b/migrations goose: services/b/migrations/00001_x.sql',
      'services/c/db/migrations sql: services/c/db/migrations/1.sql',
    ]);
  });

  it('leaves alone what nothing shows to be a migration', () => {
    const tree = {
      ...under('prisma/migrations', prisma),
      'src/queries/users.sql': '',
      'src/queries/posts.sql': '',
      'supabase/seed.sql': '',
    };
    const { folders } = look(tree);
    expect(folders.find((each) => each.root === 'src/queries')).toMatchObject({
      up: [],
      ignored: [{ path: 'src/queries/posts.sql' }, { path: 'src/queries/users.sql' }],
    });
    expect(folders.flatMap((each) => each.ignored).map((each) => each.reason)).toEqual(
      Array(3).fill('nothing shows that it is a migration; name the file itself to have it rewritten'),
    );
    // the folder itself was asked for
    expect(brief({ 'users.sql': '', 'posts.sql': '' })).toEqual(['. sql: posts.sql users.sql']);
    // but not when it only lies around above the migrations
    expect(brief({ 'init.sql': '', ...under('migrations', prisma) })[0]).toBe('. sql:');
  });

  it('takes the subfolders of Flyway and Liquibase as parts of one folder', () => {
    expect(
      brief({ 'db/migration/V1__a.sql': '', 'db/migration/2024/V2__b.sql': '', 'db/migration/v3.x/V3__c.sql': '' }),
    ).toEqual(['db/migration flyway: db/migration/V1__a.sql db/migration/2024/V2__b.sql db/migration/v3.x/V3__c.sql']);
    const formatted = '--liquibase formatted sql\n';
    expect(brief({ 'db/changelog/1.0/b.sql': formatted, 'db/changelog/1.1/a.sql': formatted })).toEqual([
      'db/changelog liquibase: db/changelog/1.0/b.sql db/changelog/1.1/a.sql',
    ]);
  });

  it('leaves alone what is for another database system', () => {
    const { folders } = look({
      'migrations/mysql/1_a.up.sql': '',
      'migrations/postgres/1_a.up.sql': '',
      'db/migration/V1__a.sql': '',
      'db/migration/h2/V1__a.sql': '',
    });
    expect(folders.flatMap((each) => each.up)).toEqual(['db/migration/V1__a.sql', 'migrations/postgres/1_a.up.sql']);
    expect(folders.flatMap((each) => each.ignored)).toEqual([
      { path: 'db/migration/h2/V1__a.sql', reason: "its folder's name says that it is for h2, not for PostgreSQL" },
      {
        path: 'migrations/mysql/1_a.up.sql',
        reason: "its folder's name says that it is for mysql, not for PostgreSQL",
      },
    ]);
    expect(look({ 'migration_lock.toml': 'provider = "sqlite"', '1_a/migration.sql': '' }).folders).toMatchObject([
      { up: [], ignored: [{ reason: 'migration_lock.toml says provider = "sqlite", not postgresql' }] },
    ]);
    expect(
      look({ 'meta/_journal.json': '{"dialect":"mysql","entries":[{"tag":"0000_a"}]}', '0000_a.sql': '' }).folders,
    ).toMatchObject([{ up: [], ignored: [{ reason: 'meta/_journal.json says dialect "mysql", not postgresql' }] }]);
  });

  it('never takes a folder named x.sql for a file', () => {
    expect(brief({ 'a.sql/1_b.sql': '', '2_c.sql': '' })).toEqual(['. sql: 2_c.sql', 'a.sql sql: a.sql/1_b.sql']);
  });

  it('says nothing twice and loses nothing', () => {
    const tree = {
      ...under('p', prisma),
      'g/1_a.up.sql': '',
      'g/1_a.down.sql': '',
      'g/x.sql': '',
      'f/V1__a.sql': '',
      'f/sub/V2__b.sql': '',
      'q/a.sql': '',
      'mysql/1.sql': '',
      'top.sql': '',
    };
    const seen = look(tree).folders.flatMap((each) => [...each.up, ...each.ignored.map((file) => file.path)]);
    expect(seen.sort()).toEqual(
      Object.keys(tree)
        .filter((path) => path.endsWith('.sql'))
        .sort(),
    );
  });

  it('works when a file cannot be read', () => {
    const paths = ['1_a.sql', '2_b.sql'];
    const denied = () => {
      throw new Error('EACCES');
    };
    expect(
      findMigrationFolders('/x', paths, { read: denied, exists: () => false }).map((each) => [each.tool.name, each.up]),
    ).toEqual([['sql', paths]]);
  });
});

describe('100,000 files', () => {
  const measure = (paths: string[]) => {
    let reads = 0;
    let asked = 0;
    const access = {
      read: () => {
        reads++;
        return '';
      },
      exists: () => {
        asked++;
        return false;
      },
    };
    const start = performance.now();
    const folders = findMigrationFolders('/x', paths, access);
    return {
      ms: performance.now() - start,
      reads,
      asked,
      files: folders.reduce((sum, each) => sum + each.up.length + each.ignored.length, 0),
    };
  };
  const count = 100_000;
  const numbers = Array.from({ length: count }, (_, index) => index);

  it.each<[string, (index: number) => string]>([
    ['in one folder', (index) => `${index}_x.sql`],
    ['each in its own', (index) => `migrations/${index}_x/migration.sql`],
    ['up and down', (index) => `m/${index >> 1}_x.${index % 2 ? 'up' : 'down'}.sql`],
  ])('%s: a handful of reads', (_name, path) => {
    const { ms, reads, asked, files } = measure(numbers.map(path));
    expect(files).toBe(count);
    expect(reads).toBeLessThan(20);
    expect(asked).toBeLessThan(200);
    expect(ms).toBeLessThan(5000);
  });

  it('in 10,000 folders: the first and last few of each', () => {
    const { ms, reads, files } = measure(numbers.map((index) => `s${index % 10_000}/migrations/${index}_x.sql`));
    expect(files).toBe(count);
    expect(reads).toBeLessThanOrEqual(8 * 10_000);
    expect(ms).toBeLessThan(15_000);
  });
});
