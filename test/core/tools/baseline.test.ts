/** The baseline as files of each tool. What the tools themselves do with them: test/database/baseline-tools.test.ts. */
import vm from 'node:vm';
import { BaselineRefused, folderView, tools, type BaselineFiles, type FolderView } from '@idempotify/core';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { atlasSumFile } from '../../../packages/core/src/tools/atlas-baseline.ts';
import { refineryChecksum, sipHash13 } from '../../../packages/core/src/tools/refinery-checksum.ts';
import { supabaseStatements } from '../../../packages/core/src/tools/supabase-statements.ts';
import { tool } from './folders.ts';
import { gooseSends } from './goose-parser.ts';

const time = new Date('2024-01-02T03:04:05.678Z');

const sql = `-- ü \`\${x}\` ? \\
DO $idempotify$
BEGIN
  IF pg_catalog.to_regclass('public.a') IS NULL THEN
    CREATE TABLE public.a (b text DEFAULT E'a\\\\b\`c\${x}?', c jsonb CHECK (c ? 'd'));\r
  END IF;
END
$idempotify$;
`;

/** @param files below the folder; `../` leads above it */
function view(files: Readonly<Record<string, string>> = {}): FolderView {
  return folderView(
    '/project/migrations',
    Object.keys(files).filter((name) => !name.startsWith('..')),
    {
      read: (name) => {
        const text = files[name];
        if (text === undefined) throw new Error(`no ${name}`);
        return text;
      },
      exists: (name) => name in files || Object.keys(files).some((each) => each.startsWith(`${name}/`)),
    },
  );
}

function write(name: string, files: Readonly<Record<string, string>> = {}, more: object = {}): BaselineFiles {
  return tool(name).baseline!.files({ sql, time, folder: view(files), ...more });
}

const names = (files: BaselineFiles): string[] => files.files.map((file) => file.path);
const main = (files: BaselineFiles): string => files.files.find((file) => file.path === files.migration)!.text;

const fresh: Readonly<Record<string, readonly string[]>> = {
  prisma: ['0_init/migration.sql', 'migration_lock.toml'],
  drizzle: ['0000_baseline.sql', 'meta/_journal.json'],
  'drizzle-v1': ['20240102030405_baseline/migration.sql'],
  supabase: ['20240102030405_baseline.sql'],
  diesel: ['2024-01-02-030405_baseline/up.sql', '2024-01-02-030405_baseline/down.sql'],
  sqlx: ['20240102030405_baseline.sql'],
  goose: ['20240102030405_baseline.sql'],
  dbmate: ['20240102030405_baseline.sql'],
  'golang-migrate': ['20240102030405_baseline.up.sql', '20240102030405_baseline.down.sql'],
  'node-pg-migrate': ['1704164645678_baseline.sql'],
  flyway: ['V1__baseline.sql', 'V1__baseline.sql.conf'],
  liquibase: ['0000_baseline.sql'],
  'graphile-migrate': ['committed/000001-baseline.sql'],
  'postgres-migrations': ['1_baseline.sql'],
  atlas: ['20240102030405_baseline.sql', 'atlas.sum'],
  refinery: ['V1__baseline.sql'],
  typeorm: ['1704164645678-Baseline.js'],
  'mikro-orm': ['Migration20240102030405_baseline.js'],
  sequelize: ['20240102030405-baseline.js'],
  knex: ['20240102030405_baseline.js'],
  kysely: ['1704164645678_baseline.js'],
  sql: ['0000_baseline.sql'],
};

it('every tool has a baseline, and every one but plain SQL a table', () => {
  expect(tools.map((each) => each.name).sort()).toEqual(Object.keys(fresh).sort());
  expect(tools.filter((each) => !each.baseline?.ledger).map((each) => each.name)).toEqual(['sql']);
});

describe.each(Object.entries(fresh))('%s', (name, expected) => {
  it('is called as the tool wants it, and run by it', () => {
    const files = write(name);
    expect(names(files)).toEqual(expected);
    expect(files.migration).toBe(expected[0]);
    const all = Object.fromEntries(files.files.map((file) => [file.path, file.text]));
    const folder = view(all);
    expect(tool(name).select(folder.files, folder).up).toEqual([files.migration]);
  });

  it('is recognised as a migration of the tool', () => {
    // where the names alone tell; the others need the project's own files
    if (
      ['drizzle-v1', 'refinery', 'sqlx', 'supabase', 'atlas', 'postgres-migrations', 'graphile-migrate'].includes(name)
    )
      return;
    const all = Object.fromEntries(write(name).files.map((file) => [file.path, file.text]));
    const folder = view(all);
    const [surest] = [...tools].sort((a, b) => b.detect(folder) - a.detect(folder));
    expect(surest!.name).toBe(name);
  });

  it('holds the SQL as it is', () => {
    const { migration, ...files } = write(name);
    const text = main({ migration, ...files });
    if (tool(name).scripts && migration.endsWith('.js')) return;
    const { up, problems } = tool(name).sections(text, migration);
    expect(problems).toEqual([]);
    expect(up).toHaveLength(1);
    expect(text.slice(up[0]!.start, up[0]!.end)).toContain(sql.trim());
  });

  it('is not written twice, and a ledger row is only for what is a migration', () => {
    const files = write(name);
    const all = Object.fromEntries(files.files.map((file) => [file.path, file.text]));
    expect(() => write(name, all)).toThrow(BaselineRefused);
    const { ledger } = tool(name).baseline!;
    if (!ledger) return;
    const marked = ledger({
      folder: view(),
      written: files.files,
      migrations: [{ path: files.migration, text: main(files) }],
    });
    expect(marked.rows).toHaveLength(1);
    expect(() => ledger({ folder: view(), migrations: [{ path: 'a/b/README.txt', text: '' }] })).toThrow(
      BaselineRefused,
    );
  });
});

describe('the string in JavaScript and TypeScript', () => {
  /** What the migration sends. */
  async function sent(files: BaselineFiles): Promise<string[]> {
    const statements: string[] = [];
    const query = (text: string): Promise<void> => {
      statements.push(text);
      return Promise.resolve();
    };
    class Migration {
      addSql = query;
    }
    const stub = { Migration, sql: { raw: (text: string) => ({ execute: () => query(text) }) } };
    const transpiled = ts.transpileModule(main(files), {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
      reportDiagnostics: true,
    });
    expect(transpiled.diagnostics).toEqual([]);
    type Exports = Record<string, unknown> & { up?: (database: unknown) => Promise<void>; down?: () => Promise<void> };
    const module: { exports: Exports | (new () => Exports) } = { exports: {} };
    vm.runInNewContext(transpiled.outputText, { module, exports: module.exports, require: () => stub, Error });
    const all = module.exports;
    const made = typeof all === 'function' ? all : Object.values(all).find((each) => /^class/.test(String(each)));
    const migration = (made === undefined ? all : new (made as new () => Exports)()) as Exports;
    const connection = { query };
    const database = {
      query,
      sequelize: { query },
      // positionBindings
      raw: (text: string) => query(text.replace(/(\\*)\?/g, (_, escapes: string) => (escapes.length % 2 ? '?' : '$1'))),
      client: { acquireConnection: () => Promise.resolve(connection), releaseConnection: () => Promise.resolve() },
    };
    await migration.up!(database);
    await expect(migration.down!()).rejects.toThrow('not rolled back');
    return statements;
  }

  const typed = { 'tsconfig.json': '{}', 'knexfile.ts': '', 'mikro-orm.config.ts': '' };
  const above = Object.fromEntries(Object.entries(typed).map(([name, text]) => [`../${name}`, text]));

  it.each(['knex', 'typeorm', 'sequelize', 'mikro-orm', 'kysely'])('%s', async (name) => {
    const commonJs = write(name);
    expect(await sent(commonJs)).toEqual([`\n${sql}`]);
    expect(main(commonJs)).not.toMatch(/^(?:import|export)\s/m);
    const modules = write(name, { '../package.json': '{ "type": "module" }' });
    expect(await sent(modules)).toEqual([`\n${sql}`]);
    // sequelize-cli's templates are CommonJS, and in such a project `.cjs`
    expect(modules.migration).toMatch(name === 'sequelize' ? /\.cjs$/ : /\.js$/);
    const last = { '20991231235959_x.ts': 'export async function up() {}' };
    const typescript = write(name, name === 'sequelize' ? last : above);
    expect(typescript.migration).toMatch(/\.ts$/);
    expect(await sent(typescript)).toEqual([`\n${sql}`]);
  });

  it('a backslash before a question mark goes past raw() of Knex', async () => {
    const marked = sql.replace("'d'", () => "'\\?'");
    const files = write('knex', {}, { sql: marked });
    expect(main(files)).toContain('acquireConnection');
    expect(await sent(files)).toEqual([`\n${marked}`]);
  });

  it('is written like the last migration', () => {
    const old = (name: string, text: string) => names(write('knex', { [name]: text }))[0];
    expect(old('20200101000000_a.mjs', 'export const up = 1')).toBe('20191231235959_baseline.mjs');
    expect(old('20200101000000_a.cjs', 'exports.up = 1')).toBe('20191231235959_baseline.cjs');
    expect(main(write('knex', { '20200101000000_a.js': "import x from 'y';" }))).toContain('export async function up');
    expect(main(write('knex', { '20200101000000_a.js': 'module.exports = {}' }))).toContain('exports.up = ');
  });
});

describe('before the migrations that are there', () => {
  const first = (name: string, ...files: string[]) =>
    write(name, Object.fromEntries(files.map((file) => [file, 'SELECT 1;']))).migration;

  it('a time is moved to before the first', () => {
    expect(first('supabase', '20230101000000_a.sql', '20240601000000_b.sql')).toBe('20221231235959_baseline.sql');
    expect(first('supabase', '20250101000000_a.sql')).toBe('20240102030405_baseline.sql');
    expect(first('prisma', '20230101000000_a/migration.sql')).toBe('0_init/migration.sql');
    expect(first('node-pg-migrate', '1600000000000_a.sql')).toBe('1599999999999_baseline.sql');
    expect(first('diesel', '00000000000000_diesel_initial_setup/up.sql', '2023-01-01-000000_a/up.sql')).toBe(
      '2022-12-31-235959_baseline/up.sql',
    );
  });

  it('a number is the one before the first', () => {
    expect(first('goose', '00002_a.sql', '00003_b.sql')).toBe('00001_baseline.sql');
    expect(first('golang-migrate', '000001_a.up.sql', '000001_a.down.sql')).toBe('000000_baseline.up.sql');
    expect(first('flyway', 'V1_2__a.sql', 'V10__b.sql')).toBe('V0__baseline.sql');
    expect(first('refinery', 'V1__a.sql')).toBe('V0__baseline.sql');
    expect(first('sqlx', '1_a.up.sql', '1_a.down.sql')).toBe('0_baseline.up.sql');
    expect(first('sql', '001_a.sql')).toBe('000_baseline.sql');
  });

  it.each([
    ['goose', ['00001_a.sql'], 'no number before 00001'],
    ['postgres-migrations', ['1_a.sql'], 'no number before 1'],
    ['flyway', ['V0__a.sql'], 'The variant "B"'],
    ['prisma', ['00_first/migration.sql'], 'would run 00_first/migration.sql before'],
    ['graphile-migrate', ['committed/000001-a.sql'], 'nothing can be put in front'],
    ['liquibase', ['00_a.sql'], 'no number before 00'],
  ])('%s has no place: %j', (name, files, why) => {
    expect(() => first(name, ...files)).toThrow(BaselineRefused);
    expect(() => first(name, ...files)).toThrow(why);
  });

  it('Flyway: a baseline migration stands for all', () => {
    const files = write('flyway', { 'V1__a.sql': '', 'V2_1__b.sql': '' }, { variant: 'B' });
    expect(files.migration).toBe('B2_1__baseline.sql');
  });
});

describe('Drizzle', () => {
  const journal = (...tags: string[]): string =>
    JSON.stringify({
      version: '7',
      dialect: 'postgresql',
      entries: tags.map((tag, idx) => ({ idx, version: '7', when: 1700000000000 + idx, tag, breakpoints: true })),
    });
  const pulled =
    '-- Current sql file was generated after introspecting the database\n-- If you want …\n/*\nCREATE TABLE a ();\n*/';

  it('takes the place of what pull wrote', () => {
    const there = { 'meta/_journal.json': journal('0000_x'), 'meta/0000_snapshot.json': '{}', '0000_x.sql': pulled };
    expect(write('drizzle', there)).toEqual({
      migration: '0000_x.sql',
      files: [{ path: '0000_x.sql', text: sql }],
      notes: [],
    });
    const { 'meta/0000_snapshot.json': _, ...without } = there;
    expect(() => write('drizzle', without)).toThrow('no snapshot');
    const one = { '20240101000000_x/migration.sql': pulled, '20240101000000_x/snapshot.json': '{}' };
    expect(write('drizzle-v1', one).migration).toBe('20240101000000_x/migration.sql');
  });

  it('takes the place of what generate wrote only when told so', () => {
    const there = {
      'meta/_journal.json': journal('0000_x'),
      'meta/0000_snapshot.json': '{}',
      '0000_x.sql': 'CREATE TABLE a ();',
    };
    expect(() => write('drizzle', there)).toThrow('the variant "replace"');
    expect(write('drizzle', there, { variant: 'replace' }).migration).toBe('0000_x.sql');
  });

  it('a history is left alone, and so is a journal that is none', () => {
    expect(() => write('drizzle', { 'meta/_journal.json': journal('0000_a', '0001_b') })).toThrow('2 migrations');
    expect(() => write('drizzle', { 'meta/_journal.json': '{' })).toThrow('not a journal');
    // an empty one is filled
    const files = write('drizzle', { 'meta/_journal.json': journal() });
    expect(JSON.parse(files.files[1]!.text)).toMatchObject({
      dialect: 'postgresql',
      entries: [{ idx: 0, when: time.getTime() }],
    });
  });

  it('does not cut the SQL', () => {
    expect(() => write('drizzle', {}, { sql: "SELECT '--> statement-breakpoint';" })).toThrow(BaselineRefused);
  });
});

describe('what a tool would misread', () => {
  it.each([
    ['dbmate', '-- migrate:down'],
    ['goose', '-- +goose Down'],
    ['node-pg-migrate', '-- Down Migration'],
    ['liquibase', '--changeset a:b'],
    ['graphile-migrate', ':DATABASE_NAME'],
  ])('%s: %s', (name, line) => {
    const body = `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$\n${line}\nSELECT 1 $$;`;
    expect(() => write(name, {}, { sql: body })).toThrow(BaselineRefused);
  });

  it('Flyway: placeholders are only switched off where there are any', () => {
    expect(names(write('flyway', {}, { sql: 'SELECT 1;' }))).toEqual(['V1__baseline.sql']);
  });

  it('goose has one statement, without the comment in front and without carriage returns', () => {
    const lines = sql.trim().split('\n').slice(1);
    const statement = lines.map((line) => line.replace(/\r$/, '')).join('\n');
    expect(gooseSends(main(write('goose')))).toEqual({ statements: [statement] });
    expect(write('goose').notes.join()).toContain('CRLF');
    expect(write('liquibase').notes.join()).toContain('CRLF');
    expect(write('goose', {}, { sql: 'SELECT 1;' }).notes).toEqual([]);
  });

  it('Prisma with an adapter is warned of', () => {
    expect(write('prisma', { '../prisma.config.ts': 'adapter: async () => {}' }).notes.join()).toContain('every `;`');
    expect(write('prisma').notes.join()).not.toContain('every `;`');
  });

  it('names keep to letters and digits', () => {
    expect(write('dbmate', {}, { name: ' Erste Fassung: Übersicht!' }).migration).toBe(
      '20240102030405_erste_fassung_ubersicht.sql',
    );
    expect(write('dbmate', {}, { name: '…' }).migration).toBe('20240102030405_baseline.sql');
    expect(write('typeorm', {}, { name: '2 steps' }).migration).toBe('1704164645678-M2Steps.js');
  });
});

describe('checksums', () => {
  it('SipHash-1-3 and refinery', () => {
    // SipHash-1-3 of the empty message with the key 0 (rust-lang/rust, library/core/tests/hash/sip.rs uses another key)
    expect(sipHash13(new Uint8Array())).toBe(sipHash13(Buffer.alloc(0)));
    // refinery's own test keeps this one (refinery/tests/postgres.rs, applies_new_migration and others)
    expect(refineryChecksum('add_cars_table', 2, 'CREATE TABLE cars (\n    id int,\n    name varchar(255)\n);\n')).toBe(
      '8238603820526370208',
    );
  });

  it('atlas.sum', () => {
    // internal/integration/testdata/migrations/postgres in ariga/atlas
    const text = 'CREATE SCHEMA IF NOT EXISTS "bc_test";\nCREATE TABLE "bc_test"."bc_tbl" ("col" INTEGER NULL);';
    expect(atlasSumFile([{ path: '1_initial.sql', text }])).toBe(
      'h1:80V3wCzovMg2ot2hR0arbEjEfMfKWDeQNrXZJbFPF10=\n1_initial.sql h1:53poyM34ShPWCVU41ldi4d9LUrzqPiQfBdEq//yH4Jo=\n',
    );
    expect(() => write('atlas', { '20990101000000_a.sql': 'SELECT 1;', 'atlas.sum': 'h1:x\n' })).toThrow(
      'atlas.sum does not fit',
    );
  });

  it('the statements that the Supabase CLI keeps', () => {
    expect(
      supabaseStatements(
        " SELECT ';';; -- ; x\nSELECT $a$ ; $$ ; $a$; /* ; /* ; */ ; */ SELECT (1;2);\nCREATE FUNCTION f() BEGIN ATOMIC SELECT 1; END;\n\\; x\n",
      ),
    ).toEqual([
      "SELECT ';'",
      '-- ; x\nSELECT $a$ ; $$ ; $a$',
      '/* ; /* ; */ ; */ SELECT (1;2)',
      'CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; END',
      '\\; x',
    ]);
    expect(supabaseStatements(sql)).toEqual([sql.trim().slice(0, -1)]);
  });
});
