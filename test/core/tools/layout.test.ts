import { describe, expect, test } from 'vitest';
import { type FolderView, detectTool, folderView, isMigrationFile, isSql, tools } from '@idempotify/core';
import { type Tree as Files, accessTo, tool as named } from './folders.ts';

interface Layout {
  readonly root: string;
  readonly files: Files;
  /** In the tool's order. */
  readonly up: readonly string[];
  /** Names and a part of the reason. */
  readonly ignored: Readonly<Record<string, RegExp>>;
}

const view = (root: string, files: Files): FolderView =>
  folderView(
    root,
    Object.keys(files).filter((path) => !path.startsWith('../')),
    accessTo(files),
  );

const sql = 'CREATE TABLE t (a int);\n';
const goose = `-- +goose Up\n${sql}-- +goose Down\nDROP TABLE t;\n`;
const dbmate = `-- migrate:up\n${sql}-- migrate:down\nDROP TABLE t;\n`;
const nodePg = `-- Up Migration\n${sql}-- Down Migration\nDROP TABLE t;\n`;
const formatted = `--liquibase formatted sql\n--changeset me:1\n${sql}`;
const cargo = (dependency: string): string => `[dependencies]\n${dependency} = "1"\n`;
const packageJson = (dependency: string): string => JSON.stringify({ dependencies: { [dependency]: '1' } });

const scripts = (text: string): Omit<Layout, 'root'> => ({
  files: {
    '20240102000000-b.ts': text,
    '20240102000000-b.js': text,
    '20240101000000-a.js': text,
    'index.ts': text,
    'notes.sql': sql,
  },
  up: ['20240101000000-a.js', '20240102000000-b.ts'],
  ignored: {
    '20240102000000-b.js': /compiled from the TypeScript/,
    'index.ts': /not a migration, by its name/,
    'notes.sql': /runs no \.sql file/,
  },
});

const layouts: Readonly<Record<string, Layout>> = {
  typeorm: { root: '/app/src/migrations', ...scripts('class A implements MigrationInterface {}') },
  knex: { root: '/app/migrations', ...scripts('exports.up = (knex) => knex.schema') },
  sequelize: { root: '/app/migrations', ...scripts('module.exports = { up: (queryInterface) => {} }') },
  'mikro-orm': { root: '/app/migrations', ...scripts("import { Migration } from '@mikro-orm/migrations'") },
  kysely: { root: '/app/migrations', ...scripts("import { Kysely } from 'kysely'") },
  prisma: {
    root: '/app/prisma/migrations',
    files: {
      'migration_lock.toml': 'provider = "postgresql"\n',
      '20240102000000_b/migration.sql': sql,
      '20240101000000_a/migration.sql': sql,
      '0_init/migration.sql': sql,
      'loose.sql': sql,
      '20240101000000_a/other.sql': sql,
    },
    up: ['0_init/migration.sql', '20240101000000_a/migration.sql', '20240102000000_b/migration.sql'],
    ignored: {
      'loose.sql': /only <migration>\/migration\.sql/,
      '20240101000000_a/other.sql': /only <migration>\/migration\.sql/,
    },
  },
  drizzle: {
    root: '/app/drizzle',
    files: {
      // the journal's order, not that of the names
      'meta/_journal.json': JSON.stringify({
        version: '7',
        dialect: 'postgresql',
        entries: [
          { idx: 0, tag: '0001_late_name' },
          { idx: 1, tag: '0000_early_name' },
        ],
      }),
      '0000_early_name.sql': sql,
      '0001_late_name.sql': sql,
      '0002_forgotten.sql': sql,
      'sub/0003_x.sql': sql,
    },
    up: ['0001_late_name.sql', '0000_early_name.sql'],
    ignored: { '0002_forgotten.sql': /not listed in meta\/_journal\.json/, 'sub/0003_x.sql': /beside meta/ },
  },
  'drizzle-v1': {
    root: '/app/drizzle',
    files: {
      '20240102000000_b/migration.sql': sql,
      '20240102000000_b/snapshot.json': '{}',
      '20240101000000_a/migration.sql': sql,
      '20240101000000_a/snapshot.json': '{}',
    },
    up: ['20240101000000_a/migration.sql', '20240102000000_b/migration.sql'],
    ignored: {},
  },
  supabase: {
    root: '/app/supabase/migrations',
    files: {
      '20200101000000_init.sql': sql,
      '20240101000000_a.sql': sql,
      '20240102000000_init.sql': sql,
      'notes.sql': sql,
      'old/20240103000000_x.sql': sql,
    },
    up: ['20240101000000_a.sql', '20240102000000_init.sql'],
    ignored: {
      '20200101000000_init.sql': /before December 2021/,
      'notes.sql': /<timestamp>_<name>/,
      'old/20240103000000_x.sql': /subfolders/,
    },
  },
  diesel: {
    root: '/app/migrations',
    files: {
      '../Cargo.toml': cargo('diesel'),
      // without its dashes the second version is the earlier one
      '2024-01-02-000000_b/up.sql': sql,
      '2024-01-02-000000_b/down.sql': sql,
      '20240101000000_a/up.sql': sql,
      '20240101000000_a/notes.sql': sql,
    },
    up: ['20240101000000_a/up.sql', '2024-01-02-000000_b/up.sql'],
    ignored: { '2024-01-02-000000_b/down.sql': /^down migration$/, '20240101000000_a/notes.sql': /only <migration>/ },
  },
  sqlx: {
    root: '/app/migrations',
    files: {
      '../Cargo.toml': cargo('sqlx'),
      '10_c.up.sql': sql,
      '10_c.down.sql': sql,
      '9_b.sql': sql,
      '0008_a.sql': sql,
      'x.sql': sql,
      'sub/11_d.sql': sql,
    },
    up: ['0008_a.sql', '9_b.sql', '10_c.up.sql'],
    ignored: { '10_c.down.sql': /^down migration$/, 'x.sql': /<version>_<description>/, 'sub/11_d.sql': /subfolders/ },
  },
  goose: {
    root: '/app/db',
    files: { '10_b.sql': goose, '9_a.sql': goose, '0_zero.sql': goose, 'seed.sql': sql, 'sub/11_c.sql': goose },
    up: ['9_a.sql', '10_b.sql'],
    ignored: { '0_zero.sql': /<version>_<name>/, 'seed.sql': /<version>_<name>/, 'sub/11_c.sql': /subfolders/ },
  },
  dbmate: {
    root: '/app/db/migrations',
    // dbmate compares versions as texts
    files: { '9_b.sql': dbmate, '10_a.sql': dbmate, 'x.sql': dbmate, 'sub/1_y.sql': dbmate },
    up: ['10_a.sql', '9_b.sql'],
    ignored: { 'x.sql': /<version>_<name>/, 'sub/1_y.sql': /subfolders/ },
  },
  'golang-migrate': {
    root: '/app/migrations',
    files: { '10_b.up.sql': sql, '10_b.down.sql': sql, '9_a.up.sql': sql, '9_a.down.sql': sql, 'x.sql': sql },
    up: ['9_a.up.sql', '10_b.up.sql'],
    ignored: { '10_b.down.sql': /down migration/, '9_a.down.sql': /down migration/, 'x.sql': /./ },
  },
  'node-pg-migrate': {
    root: '/app/migrations',
    files: {
      // 17 digits are a UTC time: 2024-01-01 is 1704067200000 ms
      '20240101000000000_b.sql': nodePg,
      '1704067199999_a.sql': nodePg,
      '1704067200001_c.sql': nodePg,
      'x.sql': nodePg,
    },
    up: ['1704067199999_a.sql', '20240101000000000_b.sql', '1704067200001_c.sql'],
    ignored: { 'x.sql': /<number>_<name>/ },
  },
  flyway: {
    root: '/app/db/migration',
    files: {
      'V10__c.sql': sql,
      'V2_1__b.sql': sql,
      'V2.0.5__a.sql': sql,
      'v1__first.sql': sql,
      'U10__c.sql': sql,
      'B5__base.sql': sql,
      'R__views.sql': sql,
      'V3_no_underscores.sql': sql,
      'sub/V2.0.6__x.sql': sql,
    },
    up: ['v1__first.sql', 'V2.0.5__a.sql', 'sub/V2.0.6__x.sql', 'V2_1__b.sql', 'V10__c.sql'],
    ignored: {
      'U10__c.sql': /^undo migration$/,
      'B5__base.sql': /^baseline/,
      'R__views.sql': /^repeatable/,
      'V3_no_underscores.sql': /V<version>__<description>/,
    },
  },
  liquibase: {
    root: '/app/db/changelog',
    files: { 'b.sql': formatted, 'a.sql': formatted, 'v2/c.sql': formatted },
    up: ['a.sql', 'b.sql', 'v2/c.sql'],
    ignored: {},
  },
  'graphile-migrate': {
    root: '/app/migrations',
    files: {
      '../.gmrc': '{}',
      'committed/000010-b.sql': sql,
      'committed/000009.sql': sql,
      'committed/readme.sql': sql,
      'current/2-y.sql': sql,
      'current/1-x.sql': sql,
      'current.sql': sql,
      'fixtures/f.sql': sql,
    },
    up: ['committed/000009.sql', 'committed/000010-b.sql', 'current.sql', 'current/1-x.sql', 'current/2-y.sql'],
    ignored: { 'committed/readme.sql': /committed\/<number>/, 'fixtures/f.sql': /--!include/ },
  },
  'postgres-migrations': {
    root: '/app/migrations',
    files: {
      '../package.json': packageJson('postgres-migrations'),
      '2-b.sql': sql,
      '1_a.sql': sql,
      '3.sql': sql,
      'x.sql': sql,
    },
    up: ['1_a.sql', '2-b.sql', '3.sql'],
    ignored: { 'x.sql': /<number>_<name>/ },
  },
  atlas: {
    root: '/app/migrations',
    files: { 'atlas.sum': 'h1:x=\n', '2_b.sql': sql, '10_a.sql': sql, '3_checkpoint.sql': sql, 'sub/4_x.sql': sql },
    up: ['10_a.sql', '2_b.sql'],
    ignored: { '3_checkpoint.sql': /^checkpoint/, 'sub/4_x.sql': /subfolders/ },
  },
  refinery: {
    root: '/app/migrations',
    files: {
      '../Cargo.toml': cargo('refinery'),
      'V10__b.sql': sql,
      'V9__a.sql': sql,
      'U11__c.sql': sql,
      'V12_bad.sql': sql,
    },
    up: ['V9__a.sql', 'V10__b.sql', 'U11__c.sql'],
    ignored: { 'V12_bad.sql': /V<version>__<name>/ },
  },
  sql: {
    root: '/app/migrations',
    files: {
      '10_b.sql': sql,
      '9_a.sql': sql,
      '9_a_down.sql': sql,
      '11_c.down.sql': sql,
      // nothing that it would undo: a name like any other
      '12_shut_down.sql': sql,
      'schema.sql': sql,
    },
    up: ['9_a.sql', '10_b.sql', '12_shut_down.sql'],
    ignored: { '9_a_down.sql': /down/, '11_c.down.sql': /down/, 'schema.sql': /dump/ },
  },
};

test('there is a layout for every tool', () => {
  expect(Object.keys(layouts).sort()).toEqual(tools.map((tool) => tool.name).sort());
  expect(new Set(tools.map((tool) => tool.name)).size).toBe(tools.length);
});

describe.each(Object.entries(layouts))('%s', (name, { root, files, up, ignored }) => {
  const tool = named(name);
  const folder = view(root, files);

  test('is recognised', () => {
    expect(detectTool(folder).name).toBe(name);
  });

  test('selects its migrations in its order, and says why it leaves the others', () => {
    for (const names of [folder.files, [...folder.files].reverse()]) {
      const selection = tool.select(names, folder);
      expect(selection.up).toEqual(up);
      expect(selection.ignored.map((each) => each.path).sort()).toEqual(Object.keys(ignored).sort());
      for (const { path, reason } of selection.ignored) expect(reason).toMatch(ignored[path]!);
    }
  });

  test('accounts for every migration file once, and for no other', () => {
    const selection = tool.select(folder.files, folder);
    const all = [...selection.up, ...selection.ignored.map((each) => each.path)];
    const looked = tool.scripts ? isMigrationFile : isSql;
    expect(all.sort()).toEqual(folder.files.filter(looked).sort());
  });

  test('does not claim an empty folder, nor one with other files', () => {
    expect(tool.detect(view('/x', {}))).toBe(0);
    expect(tool.detect(view('/x', { 'README.md': 'migrate:up +goose Up' }))).toBe(0);
  });
});

describe('what looks alike', () => {
  test('Drizzle 1.x is no Prisma, whichever of its files are seen', () => {
    const files = { '1_a/migration.sql': sql, '1_a/snapshot.json': '{}', '../prisma/schema.prisma': '' };
    expect(detectTool(view('/app/drizzle', files)).name).toBe('drizzle-v1');
  });

  test('Prisma without its lock file', () => {
    expect(detectTool(view('/app/db/migrations', { '1_a/migration.sql': sql, '../schema.prisma': '' })).name).toBe(
      'prisma',
    );
    expect(detectTool(view('/app/migrations', { '1_a/migration.sql': sql })).name).toBe('prisma');
  });

  test('other database systems are left alone', () => {
    const prisma = view('/a', { 'migration_lock.toml': 'provider = "mysql"', '1_a/migration.sql': sql });
    expect(named('prisma').select(prisma.files, prisma)).toEqual({
      up: [],
      ignored: [{ path: '1_a/migration.sql', reason: expect.stringContaining('"mysql"') as string }],
    });
    const journal = JSON.stringify({ dialect: 'sqlite', entries: [{ tag: '0000_a' }] });
    const drizzle = view('/a', { 'meta/_journal.json': journal, '0000_a.sql': sql });
    expect(named('drizzle').select(drizzle.files, drizzle).up).toEqual([]);
  });

  test.each(['{', '[]', 'null', '{"entries":7}', '{"dialect":"postgresql","entries":[null,{"tag":7}]}'])(
    'a journal that says nothing stops nobody: %s',
    (text) => {
      const folder = view('/a', { 'meta/_journal.json': text, '0000_a.sql': sql });
      expect(() => named('drizzle').select(folder.files, folder)).not.toThrow();
    },
  );

  test('numbers in .up.sql are golang-migrate, in a Rust project with sqlx they are sqlx', () => {
    const files = { '1_a.up.sql': sql, '1_a.down.sql': sql };
    expect(detectTool(view('/app/migrations', files)).name).toBe('golang-migrate');
    expect(detectTool(view('/app/migrations', { ...files, '../Cargo.toml': cargo('sqlx') })).name).toBe('sqlx');
    expect(detectTool(view('/app/migrations', { ...files, '../Cargo.toml': cargo('serde') })).name).toBe(
      'golang-migrate',
    );
  });

  test('V1__x.sql is Flyway, in a Rust project with refinery it is refinery, with a formatted header Liquibase', () => {
    expect(detectTool(view('/app/m', { 'V1__a.sql': sql })).name).toBe('flyway');
    expect(detectTool(view('/app/m', { 'V1__a.sql': sql, '../Cargo.toml': cargo('refinery') })).name).toBe('refinery');
    expect(detectTool(view('/app/m', { 'V1__a.sql': formatted })).name).toBe('liquibase');
  });

  test('Supabase by its folder or by its config, not by the names alone', () => {
    const files = { '20240101000000_a.sql': sql };
    expect(detectTool(view('/app/migrations', files)).name).toBe('sql');
    expect(detectTool(view('/app/migrations', { ...files, '../config.toml': 'project_id = "x"\n' })).name).toBe(
      'supabase',
    );
    expect(detectTool(view('C:\\app\\supabase\\migrations', files)).name).toBe('supabase');
  });

  test('a directive decides over a package', () => {
    const files = { '1_a.sql': goose, '2_b.sql': goose, '../package.json': packageJson('node-pg-migrate') };
    expect(detectTool(view('/app/migrations', files)).name).toBe('goose');
  });

  test('an unreadable file says nothing about the tool', () => {
    const folder = view('/app', { '1_a.sql': goose });
    const broken = {
      ...folder,
      samples: () => [],
      read: () => {
        throw new Error('EACCES');
      },
    };
    expect(detectTool(broken).name).toBe('sql');
  });
});
