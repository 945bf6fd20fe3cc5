/** `baseline` as a person uses it, on a real server. */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectLive, type LiveSession } from '@idempotify/database';
// a process takes as long as everything else
import { baseline as baselineApi } from 'idempotify';
import { checkedBaselineOptions } from '../../packages/cli/src/baseline/options.ts';
import { commandLine } from '../../packages/cli/src/options.ts';
import { startPostgres, type OwnServer } from '../support/servers.ts';
import { build, execute, folder, has, run, tree, write, type Outcome } from './harness.ts';

const SHOP = `
  CREATE TYPE mood AS ENUM ('sad', 'ok');
  CREATE TABLE users (id serial PRIMARY KEY, name text NOT NULL, mood mood DEFAULT 'ok');
  CREATE TABLE posts (id int PRIMARY KEY, author int NOT NULL REFERENCES users, body text);
  CREATE INDEX posts_author ON posts (author);
  CREATE VIEW authors AS SELECT u.name FROM users u JOIN posts p ON p.author = u.id;
  CREATE FUNCTION quirks() RETURNS text LANGUAGE sql AS $f$SELECT E'\\\\?' || '?' || '\`\${x}' || '-- ;' || $$\\n$$$f$;
  COMMENT ON TABLE users IS 'people; */ and "others"';
`;

let server: OwnServer;
let admin: LiveSession;
beforeAll(async () => {
  build();
  server = await startPostgres(18);
  admin = await connectLive(server.url);
  await database('shop', SHOP);
});
afterAll(async () => {
  await admin?.close();
  await server?.stop();
});

const urlOf = (name: string): string => server.url.replace(/postgres$/, name);

async function database(name: string, sql = ''): Promise<string> {
  await admin.run(`CREATE DATABASE ${name} TEMPLATE template0`);
  await on(name, (session) => session.run(sql));
  return urlOf(name);
}

async function on<T>(name: string, work: (session: LiveSession) => Promise<T>): Promise<T> {
  const session = await connectLive(urlOf(name));
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

const copyOf = async (name: string): Promise<string> => {
  await admin.run(`CREATE DATABASE ${name} TEMPLATE shop`);
  return urlOf(name);
};

const ask = async (name: string, sql: string): Promise<unknown> =>
  (await on(name, (session) => session.rows(sql)))[0]?.[0];

const baseline = (at: string, ...args: string[]): Outcome => run(at, ['baseline', ...args]);
const fine = (outcome: Outcome): Outcome => {
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  return outcome;
};
const read = (at: string, name: string): string => fs.readFileSync(path.join(at, name), 'utf8');
/** The SQL without what names the database and the options. */
const bare = (sql: string): string => sql.replace(/^-- (?:Baseline of|Made by idempotify with) .*\n/gm, '');

describe('a first migration', () => {
  it('is written, rebuilds the schema, and is marked once it is proven', async () => {
    const url = await copyOf('first');
    const at = folder({ 'prisma/schema.prisma': '' });
    const { stdout } = fine(baseline(at, '--url', url));
    expect(stdout).toMatch(/^PostgreSQL 18\.\d+, database "first" at 127\.0\.0\.1:\d+, as postgres\n {2}\d+ objects: /);
    expect(stdout).toContain('Prisma Migrate in prisma/migrations\n  written prisma/migrations/0_init/migration.sql');
    expect(stdout).toContain('idempotify baseline --url … --mark-applied');
    expect(Object.keys(tree(at)).sort()).toEqual([
      'prisma/migrations/0_init/migration.sql',
      'prisma/migrations/migration_lock.toml',
      'prisma/schema.prisma',
    ]);
    const sql = read(at, 'prisma/migrations/0_init/migration.sql');
    // anywhere, and again
    await database('rebuilt', sql);
    await on('rebuilt', (session) => session.run(sql));
    expect(bare(baseline(folder(), '--url', urlOf('rebuilt'), '--output', '-').stdout)).toBe(bare(sql));

    expect(await ask('first', `SELECT to_regclass('_prisma_migrations')`)).toBeNull();
    const marked = fine(baseline(at, '--url', url, '--mark-applied'));
    expect(marked.stdout).toContain('marked as applied in public._prisma_migrations of database "first": 0_init');
    expect(await ask('first', 'SELECT count(*) FROM _prisma_migrations')).toBe('1');
    const again = fine(baseline(at, '--url', url, '--mark-applied'));
    expect(again.stdout).toContain('was marked already');
    expect(await ask('first', 'SELECT count(*) FROM _prisma_migrations')).toBe('1');
  });

  it('is not marked where anything differs, and all of it is named', async () => {
    const at = folder();
    fine(baseline(at, 'm', '--tool', 'dbmate', '--url', urlOf('shop')));
    const url = await copyOf('other');
    await on('other', (session) =>
      session.run(
        'DROP VIEW authors; DROP INDEX posts_author; ALTER TABLE users ALTER name TYPE varchar(9); CREATE TABLE extra (i int); CREATE INDEX more ON posts (body)',
      ),
    );
    const { code, stdout, stderr } = baseline(at, 'm', '--url', url, '--mark-applied', '--quiet');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/lacks what the baseline makes:\n(?: {2}.*\n)*? {2}view public\.authors\n/);
    expect(stdout).toMatch(/\n {2}table public\.posts: CREATE INDEX posts_author ON public\.posts .*\n/);
    expect(stdout).toMatch(/otherwise than the baseline:\n.*table public\.users/);
    expect(stdout).toMatch(/has what the baseline lacks:\n(?: {2}.*\n)*? {2}table public\.extra/);
    expect(stdout).toMatch(/CREATE INDEX more ON public\.posts/);
    expect(stdout).toContain('Nothing was written to public.schema_migrations.');
    expect(await ask('other', `SELECT to_regclass('schema_migrations')`)).toBeNull();
    const { mark, exitCode } = JSON.parse(baseline(at, 'm', '--url', url, '--mark-applied', '--json').stdout) as {
      mark: { written: string[]; extra: string[] };
      exitCode: number;
    };
    expect(exitCode).toBe(1);
    expect(mark.written).toEqual([]);
  });

  it('is written and marked in one go', async () => {
    const url = await copyOf('one_go');
    const { stdout } = fine(baseline(folder(), 'db', '--tool', 'goose', '--url', url, '--mark-applied'));
    expect(stdout).toMatch(/written db\/\d+_baseline\.sql\n/);
    expect(stdout).toMatch(/marked as applied in goose_db_version/);
  });

  it('in JavaScript holds the very same SQL', async () => {
    const url = await copyOf('scripts');
    for (const tool of ['knex', 'typeorm', 'node-pg-migrate']) {
      const at = folder({ 'package.json': '{}' });
      const about = { cwd: at, folder: 'm', url };
      await baselineApi({ ...about, tool });
      // the tool is known from the file
      const { mark, tool: known } = await baselineApi({ ...about, markApplied: true });
      expect(known?.name).toBe(tool);
      expect(mark?.written).toHaveLength(1);
    }
  });

  it('is compared with as much as was read for it', async () => {
    const url = await copyOf('partly');
    const at = folder();
    await on('partly', (session) => session.run('CREATE SCHEMA other; CREATE TABLE other.t (i int)'));
    fine(
      baseline(
        at,
        'm',
        '--tool',
        'sqlx',
        '--url',
        url,
        '--schema',
        'public',
        '--exclude',
        'public.posts',
        '--no-comments',
      ),
    );
    const file = Object.keys(tree(at))[0]!;
    expect(read(at, file)).toContain(
      '-- Made by idempotify with {"tool":"sqlx","schema":["public"],"exclude":["public.posts"],"comments":false}',
    );
    expect(read(at, file)).not.toContain('COMMENT ON');
    fine(baseline(at, 'm', '--url', url, '--mark-applied'));
    expect(baseline(at, 'm', '--url', url, '--mark-applied', '--schema', '*').stdout).toContain('table other.t');
  });

  it('finds no room behind other migrations', () => {
    const at = folder({ 'migrations/001_a.sql': 'CREATE TABLE a (i int);\n' });
    const before = tree(at);
    const { code, stderr } = baseline(at, '--url', urlOf('shop'));
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /migrations holds 1 migration already \(the first is 001_a\.sql\).*--history migrations compares/,
    );
    expect(tree(at)).toEqual(before);
  });

  it('is only written over with --force', async () => {
    const url = await copyOf('forced');
    const at = folder();
    fine(baseline(at, 'm', '--tool', 'dbmate', '--url', url));
    const before = tree(at);
    await on('forced', (session) => session.run('CREATE TABLE later (i int)'));
    expect(baseline(at, 'm', '--url', url)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/earlier run.*--force/) as string,
    });
    expect(tree(at)).toEqual(before);
    fine(baseline(at, 'm', '--url', url, '--force'));
    expect(Object.keys(tree(at))).toEqual(Object.keys(before));
    expect(Object.values(tree(at))[0]).toContain('-- table public.later');
    write(at, { 'm/20990101000000_next.sql': '-- migrate:up\nSELECT 1;\n' });
    expect(baseline(at, 'm', '--url', url, '--force').stderr).toMatch(/holds 1 migration already/);
    expect(baseline(at, 'm', '--url', url, '--force', '--mark-applied').code).toBe(2);
    // the one that is next stays pending
    expect(fine(baseline(at, 'm', '--url', url, '--mark-applied')).stdout).toMatch(/marked as applied/);
  });

  it('prints the rows of the ledger', async () => {
    const url = await copyOf('ledger');
    const at = folder();
    expect(baseline(at, 'm', '--tool', 'flyway', '--print-ledger-sql').stderr).toMatch(/no baseline in m yet/);
    fine(baseline(at, 'm', '--tool', 'flyway', '--url', url));
    // no database is needed
    const { code, stdout, stderr } = baseline(at, 'm', '--tool', 'flyway', '--print-ledger-sql');
    expect(code).toBe(0);
    expect(stderr).toContain('flyway_schema_history');
    await on('ledger', (session) => session.run(stdout));
    expect(fine(baseline(at, 'm', '--url', url, '--mark-applied')).stdout).toContain('was marked already');
  });

  it('goes where the project says, or asks', () => {
    const url = urlOf('shop');
    expect(baseline(folder(), '--url', url)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('baseline FOLDER --tool') as string,
    });
    const both = folder({ 'prisma/schema.prisma': '', 'knexfile.js': '' });
    expect(baseline(both, '--url', url).stderr).toMatch(
      /several folders of migrations: prisma\/migrations, migrations/,
    );
    expect(fine(baseline(both, '--url', url, '--tool', 'knex')).stdout).toContain('Knex in migrations');
    // the tool alone is enough
    for (const [tool, at] of [
      ['prisma', 'prisma/migrations'],
      ['drizzle', 'drizzle'],
      ['dbmate', 'db/migrations'],
      ['goose', 'migrations'],
    ])
      expect(fine(baseline(folder(), '--url', url, '--tool', tool!)).stdout).toContain(` in ${at}\n  written ${at}/`);
    const java = folder({ 'src/main/resources/application.yml': '' });
    expect(fine(baseline(java, '--url', url, '--tool', 'flyway', '--dry-run')).stdout).toContain(
      'src/main/resources/db/migration/V1__baseline.sql',
    );
    const configured = folder({
      '.idempotifyrc.json':
        '{ "tool": "dbmate", "baseline": { "folder": "db/m", "name": "start", "comments": false } }',
    });
    expect(fine(baseline(configured, '--url', url)).stdout).toMatch(
      /dbmate in db\/m\n {2}written db\/m\/\d+_start\.sql/,
    );
    expect(baseline(configured, '--url', url, '--config', '.idempotifyrc.json', '--output', '-').code).toBe(0);
  });

  it('--dry-run writes nothing', () => {
    const at = folder();
    const { stdout } = fine(baseline(at, 'm', '--tool', 'prisma', '--url', urlOf('shop'), '--dry-run'));
    expect(stdout).toContain('would be written m/0_init/migration.sql');
    expect(stdout).not.toContain('Next:');
    expect(tree(at)).toEqual({});
  });
});

describe('only the SQL', () => {
  it('goes to standard output alone', () => {
    const { code, stdout, stderr } = baseline(folder(), '--url', urlOf('shop'), '--output', '-');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^-- Baseline of the database shop/);
    expect(stderr).toMatch(/^PostgreSQL 18/);
    expect(baseline(folder(), '--url', urlOf('shop'), '--output', '-', '--quiet').stderr).toBe('');
  });

  it('goes to a file, over what was there', () => {
    const at = folder({ 'out.sql': 'old' });
    fine(baseline(at, '--url', urlOf('shop'), '--output', 'out.sql'));
    expect(read(at, 'out.sql')).toMatch(/^-- Baseline/);
    fine(baseline(at, '--url', urlOf('shop'), '--output', 'deep/er/out.sql', '--quiet'));
    expect(read(at, 'deep/er/out.sql')).toBe(read(at, 'out.sql'));
    expect(Object.keys(tree(at))).toHaveLength(2);
  });

  it('is told of as JSON', () => {
    const at = folder();
    const report = JSON.parse(
      fine(baseline(at, '--url', urlOf('shop'), '--output', 'x.sql', '--json')).stdout,
    ) as Record<string, unknown>;
    expect(report).toMatchObject({
      version: 1,
      source: { database: 'shop', user: 'postgres' },
      kinds: { view: 1 },
      files: [{ path: 'x.sql', status: 'written' }],
      warnings: [],
      exitCode: 0,
    });
    expect(JSON.stringify(report)).not.toContain('postgres:postgres');
  });

  it('of a role that may only connect is the same', async () => {
    await admin.run(`CREATE ROLE nobody LOGIN PASSWORD 'x'`);
    await copyOf('seen');
    await on('seen', (session) => session.run('REVOKE ALL ON SCHEMA public FROM public'));
    const sql = (user: string): string => {
      const { code, stdout } = baseline(
        folder(),
        '--url',
        urlOf('seen').replace('postgres:postgres', user),
        '--output',
        '-',
      );
      expect(code).toBe(0);
      return stdout;
    };
    expect(sql('nobody:x')).toBe(sql('postgres:postgres'));
  });
});

describe('a split folder', () => {
  it('has a file for each object, and is put right by the next run', async () => {
    const url = await copyOf('split');
    const at = folder();
    fine(baseline(at, '--url', url, '--split', 'schema'));
    expect(Object.keys(tree(at))).toEqual(
      expect.arrayContaining([
        'schema/all.sql',
        'schema/head.sql',
        'schema/public/table/users.sql',
        'schema/public/view/authors.sql',
      ]),
    );
    await on('split', (session) => session.run('DROP VIEW authors; CREATE TABLE later (i int)'));
    write(at, { 'schema/public/table/own.sql': 'SELECT 1;\n', 'schema/public/view/README.md': 'x' });
    expect(fine(baseline(at, '--url', url, '--split', 'schema')).stdout).toContain(
      '1 file of an earlier run went away',
    );
    const files = Object.keys(tree(at));
    expect(files).not.toContain('schema/public/view/authors.sql');
    expect(files).toEqual(
      expect.arrayContaining([
        'schema/public/table/own.sql',
        'schema/public/table/later.sql',
        'schema/public/view/README.md',
      ]),
    );
    write(at, { 'schema/public/table/users.sql': 'mine\n' });
    const before = tree(at);
    expect(baseline(at, '--url', url, '--split', 'schema')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/users\.sql is in the way and was not written by idempotify/) as string,
    });
    expect(tree(at)).toEqual(before);
  });

  it.skipIf(!has('psql'))('is run by psql, whatever things are called', async () => {
    const long = 'x'.repeat(63);
    const names = [
      'Users',
      'users',
      'USERS',
      '../../up',
      'a/b',
      'con',
      '.hidden',
      'tail.',
      "q'uote",
      'd"q',
      'new\nline',
      'ünï',
      'u\u0308',
      '\\ir x',
      '$(rm)',
      ':var',
      'ü'.repeat(31),
      long,
    ];
    const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
    const url = await database(
      'hostile',
      `${names.map((name) => `CREATE TABLE ${quote(name)} (i int);`).join('')}
       CREATE SCHEMA "all.sql"; CREATE TABLE "all.sql".t (i int); CREATE SCHEMA ".."; CREATE TABLE "..".t (i int);
       CREATE SCHEMA "_database"; CREATE TABLE "_database".t (i int);
       CREATE FUNCTION f(a int, b text DEFAULT ':x') RETURNS text LANGUAGE sql AS $$SELECT ':"y" \\q'$$;`,
    );
    const at = folder();
    fine(baseline(at, '--url', url, '--split', 'schema'));
    const files = Object.keys(tree(at));
    expect(files.every((file) => file.startsWith('schema/'))).toBe(true);
    expect(new Set(files.map((file) => file.normalize('NFKC').toLowerCase())).size).toBe(files.length);
    expect(files.every((file) => file.split('/').every((part) => Buffer.byteLength(part) <= 255))).toBe(true);
    await database('hostile_copy');
    const psql = (...args: string[]): Outcome =>
      execute(at, 'psql', [
        '-qX',
        '-d',
        urlOf('hostile_copy'),
        '-v',
        'var=bad',
        '-v',
        'x=bad',
        ...args,
        '-f',
        'schema/all.sql',
      ]);
    expect(psql('-1')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(psql()).toEqual({ code: 0, stdout: '', stderr: '' });
    const sql = (name: string): string => bare(baseline(folder(), '--url', urlOf(name), '--output', '-').stdout);
    expect(sql('hostile_copy')).toBe(sql('hostile'));
  });
});

describe('options', () => {
  it.each([
    [{ output: '-', json: true }, /--output can not be used together with --json/],
    [{ folder: 'm', output: 'x' }, /--output can not be used together with the folder/],
    [{ split: 'x', tool: 'prisma' }, /--split .* --tool/],
    [{ markApplied: true, dryRun: true }, /--mark-applied .* --dry-run/],
    [{ fromDump: 'x', url: 'postgres://x' }, /--from-dump .* --url/],
    [{ history: 'x', split: 'y' }, /--history .* --split/],
    [{ server: 'x' }, /--server needs --history/],
    [{ ledgerTable: 'x' }, /--ledger-table needs/],
    [{ statementTimeout: NaN }, /--statement-timeout must be a number above 0/],
    [{ name: '../x' }, /--name must be a name/],
  ])('%j', (options, said) => {
    expect(() => checkedBaselineOptions(options, commandLine)).toThrow(said);
  });

  it.each([
    [['m', '--tool', 'nope'], /there is no migration tool "nope"/],
    [['m', '--tool', 'prisma', '--variant', 'x'], /--variant x is none of Prisma Migrate/],
    [['m', '--tool', 'prisma'], /which database\? --url/],
    [['--from-dump', 'nowhere.sql', '--output', '-'], /--from-dump nowhere\.sql: no such file/],
    [['m', '--url', 'postgres://u:s3cr3t/x@h', '--tool', 'prisma'], /can not be read: there is an @ behind the host/],
  ])('%j', (args, said) => {
    const env = { PGHOST: '', PGHOSTADDR: '', PGDATABASE: '', PGUSER: '', PGPORT: '', PGSERVICE: '' };
    const { code, stdout, stderr } = run(folder(), ['baseline', ...args], { env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(said);
    expect(stderr).not.toContain('s3cr3t');
  });

  // Node's recursive mkdir would never come back
  it.runIf(process.platform === 'linux')('a folder that can not be made', () => {
    const { code, stderr } = baseline(folder(), '--url', urlOf('shop'), '--output', '/proc/nowhere/schema.sql');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: --output \/proc\/nowhere\/schema\.sql no such file or folder/);
  });

  it('schemas and patterns that are none', () => {
    const asked = (...args: string[]): Outcome => baseline(folder(), '--url', urlOf('shop'), ...args, '--output', '-');
    expect(asked('--schema', 'nope')).toMatchObject({ code: 2, stdout: '' });
    expect(asked('--exclude', 'a.b.c').stderr).toMatch(/neither schema nor schema\.relation/);
  });
});
