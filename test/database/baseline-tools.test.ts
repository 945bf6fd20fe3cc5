/**
 * The baseline through the real tools: on a database that has the schema and where the baseline was marked as applied, they have nothing
 * to do; on an empty one they run it; and in both, what follows is run. Both databases are the same afterwards, the tools' own
 * tables with them.
 */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as migrateDrizzle } from 'drizzle-orm/node-postgres/migrator';
import { Kysely, PostgresDialect } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import pg from 'pg';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  baseline,
  mark,
  node,
  openLab,
  prismaEnv,
  prismaProject,
  program,
  project,
  removeProjects,
  withEscapedMarks,
  write,
  writeBaseline,
  type Lab,
} from './baseline-lab.ts';

interface Case {
  readonly name: string;
  /** As on the command line of idempotify. */
  readonly tool: string;
  readonly sql?: string;
  /** The project's own files. */
  readonly project: Readonly<Record<string, string>>;
  readonly migrations: string;
  /** A migration that follows, with the name that a file of that time has. */
  readonly next: Readonly<Record<string, string>>;
  /** Applies what is pending. @returns what it says */
  run(root: string, url: string): Promise<string>;
  /** What it says when there is nothing to do. */
  readonly idle: RegExp;
  /** The tool's table, and the columns that are times or chance. */
  readonly ledger: string;
  readonly times: readonly string[];
}

const addColumn = 'ALTER TABLE public.users ADD COLUMN email text';

const knex: Omit<Case, 'name'> = {
  tool: 'knex',
  project: {
    'package.json': '{}',
    'knexfile.js': "module.exports = { client: 'pg', connection: process.env.DATABASE_URL };\n",
  },
  migrations: 'migrations',
  next: {
    'migrations/20250101000000_email.js': `exports.up = (knex) => knex.raw('${addColumn}');\nexports.down = () => {};\n`,
  },
  run: (root, url) => node(root, [program('knex/bin/cli.js'), 'migrate:latest'], { DATABASE_URL: url }),
  idle: /Already up to date/,
  ledger: 'knex_migrations',
  times: ['migration_time'],
};

const modular: Pick<Case, 'project' | 'next'> = {
  project: {
    'package.json': '{ "type": "module" }',
    'knexfile.js': "export default { client: 'pg', connection: process.env.DATABASE_URL };\n",
  },
  next: {
    'migrations/20250101000000_email.js': `export const up = (knex) => knex.raw('${addColumn}');\nexport const down = () => {};\n`,
  },
};

const cases: readonly Case[] = [
  { name: 'Knex', ...knex },
  { name: 'Knex, modules, a backslash before a question mark', ...knex, ...modular, sql: withEscapedMarks },
  {
    name: 'TypeORM',
    tool: 'typeorm',
    project: {
      'package.json': '{ "type": "module" }',
      'tsconfig.json': '{ "compilerOptions": { "module": "nodenext", "verbatimModuleSyntax": false } }',
      'data-source.ts':
        "import { DataSource } from 'typeorm';\nexport default new DataSource({ type: 'postgres', url: process.env.DATABASE_URL, migrations: ['migrations/*.ts'] });\n",
    },
    migrations: 'migrations',
    next: {
      'migrations/1735689600000-Email.ts': `import type { MigrationInterface, QueryRunner } from 'typeorm';\nexport class Email1735689600000 implements MigrationInterface {\n  async up(queryRunner: QueryRunner) { await queryRunner.query('${addColumn}'); }\n  async down() {}\n}\n`,
    },
    run: (root, url) =>
      node(root, ['--import', 'tsx', program('typeorm/cli.js'), 'migration:run', '-d', 'data-source.ts'], {
        DATABASE_URL: url,
      }),
    idle: /No migrations are pending/,
    ledger: 'migrations',
    times: [],
  },
  {
    name: 'Sequelize',
    tool: 'sequelize',
    project: { 'package.json': '{}' },
    migrations: 'migrations',
    next: {
      'migrations/20250101000000-email.js': `module.exports = { up: (queryInterface) => queryInterface.sequelize.query('${addColumn}'), down() {} };\n`,
    },
    run: (root, url) => node(root, [program('sequelize-cli/lib/sequelize'), 'db:migrate', '--url', url]),
    idle: /No migrations were executed/,
    ledger: '"SequelizeMeta"',
    times: [],
  },
  {
    name: 'MikroORM',
    tool: 'mikro-orm',
    project: {
      'package.json': '{ "devDependencies": { "@mikro-orm/cli": "*" } }',
      'mikro-orm.config.js':
        "const { Migrator } = require('@mikro-orm/migrations');\nmodule.exports = require('@mikro-orm/postgresql').defineConfig({ clientUrl: process.env.DATABASE_URL, entities: [], discovery: { warnWhenNoEntities: false }, extensions: [Migrator], migrations: { path: 'migrations' } });\n",
    },
    migrations: 'migrations',
    next: {
      'migrations/Migration20250101000000_email.js': `const { Migration } = require('@mikro-orm/migrations');\nexports.Email = class extends Migration {\n  async up() { this.addSql('${addColumn}'); }\n};\n`,
    },
    run: (root, url) =>
      node(root, [program('@mikro-orm/cli/cli.js'), 'migration:up', '--config', 'mikro-orm.config.js'], {
        DATABASE_URL: url,
      }),
    idle: /^(?![^]*(?:Processing|Applied))[^]*Successfully migrated up/,
    ledger: 'mikro_orm_migrations',
    times: ['executed_at'],
  },
  {
    name: 'Kysely',
    tool: 'kysely',
    project: { 'package.json': '{ "type": "module" }' },
    migrations: 'migrations',
    next: {
      'migrations/1735689600000_email.ts': `import { sql } from 'kysely';\nexport const up = (db: never) => sql.raw('${addColumn}').execute(db);\n`,
    },
    async run(root, url) {
      const db = new Kysely<unknown>({
        dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }),
      });
      const folder = path.join(root, 'migrations');
      const provider = {
        async getMigrations() {
          const found: Record<string, Migration> = {};
          for (const file of fs.readdirSync(folder)) {
            const text = fs.readFileSync(path.join(folder, file), 'utf8');
            const built = path.join('built', file.replace(/ts$/, 'js'));
            write(root, {
              [built]: ts.transpileModule(text, { compilerOptions: { module: ts.ModuleKind.ESNext } }).outputText,
            });
            const name = file.replace(/\.[jt]s$/, '');
            found[name] = (await import(pathToFileURL(path.join(root, built)).href)) as Migration;
          }
          return found;
        },
      };
      try {
        const { results, error } = await new Migrator({ db, provider }).migrateToLatest();
        if (error !== undefined) throw error as Error;
        return results!.length === 0 ? 'nothing' : results!.map((each) => each.migrationName).join();
      } finally {
        await db.destroy();
      }
    },
    idle: /^nothing$/,
    ledger: 'kysely_migration',
    times: ['timestamp'],
  },
  {
    name: 'node-pg-migrate',
    tool: 'node-pg-migrate',
    project: { 'package.json': '{}' },
    migrations: 'migrations',
    next: { 'migrations/1735689600000_email.sql': `-- Up Migration\n${addColumn};\n` },
    run: (root, url) => node(root, [program('node-pg-migrate/bin/node-pg-migrate.js'), 'up'], { DATABASE_URL: url }),
    idle: /No migrations to run/,
    ledger: 'pgmigrations',
    times: ['run_on'],
  },
  {
    name: 'Drizzle',
    tool: 'drizzle',
    project: { 'package.json': '{}' },
    migrations: 'drizzle',
    next: {},
    async run(root, url) {
      const pool = new pg.Pool({ connectionString: url });
      const count = async (): Promise<string> =>
        (
          await pool
            .query<{ n: string }>('SELECT count(*) AS n FROM drizzle.__drizzle_migrations')
            .catch(() => undefined)
        )?.rows[0]?.n ?? '0';
      try {
        const before = await count();
        await migrateDrizzle(drizzle(pool), { migrationsFolder: path.join(root, 'drizzle') });
        return (await count()) === before ? 'nothing' : 'applied';
      } finally {
        await pool.end();
      }
    },
    idle: /^nothing$/,
    ledger: 'drizzle.__drizzle_migrations',
    times: [],
  },
];

const runPrisma = (root: string, url: string, ...command: readonly string[]): Promise<string> =>
  node(root, [program('prisma/build/index.js'), 'migrate', ...command], { DATABASE_URL: url, ...prismaEnv(root) });

const prisma: Case = {
  name: 'Prisma',
  tool: 'prisma',
  project: prismaProject,
  migrations: 'prisma/migrations',
  next: { 'prisma/migrations/20250101000000_email/migration.sql': `${addColumn};\n` },
  run: (root, url) => runPrisma(root, url, 'deploy'),
  idle: /No pending migrations to apply/,
  ledger: '_prisma_migrations',
  // the last two tell a migration that was run from one that was marked
  times: ['id', 'started_at', 'finished_at', 'applied_steps_count', 'logs'],
};

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(async () => {
  await lab.close();
  removeProjects();
});

const contents = (database: string, { ledger, times }: Case): Promise<Record<string, string | null>[]> =>
  lab.rows(
    database,
    `SELECT (to_jsonb(t) - ARRAY[${times.map((name) => `'${name}'`).join(',')}]::text[])::text AS row FROM ${ledger} AS t ORDER BY t::text`,
  );

describe.each([prisma, ...cases])('$name', (tool) => {
  it('has nothing to do where it is marked, runs it where there is nothing, and goes on', async () => {
    const { sql = baseline } = tool;
    const root = project(tool.project);
    const folder = path.join(root, tool.migrations);
    const { migration } = writeBaseline(tool.tool, folder, sql);
    const [live, empty] = [await lab.database(sql), await lab.database()];

    const written = await mark(lab, tool.tool, folder, live, [migration]);
    expect(written).toMatchObject({ already: [], created: true });
    expect(written.written).toHaveLength(1);
    expect(await tool.run(root, lab.url(live))).toMatch(tool.idle);
    // and once more: nothing happens
    expect(await mark(lab, tool.tool, folder, live, [migration])).toEqual({
      written: [],
      already: written.written,
      created: false,
    });

    write(root, tool.next);
    if (tool.tool === 'drizzle') nextOfDrizzle(folder);
    expect(await tool.run(root, lab.url(empty))).not.toMatch(tool.idle);
    expect(await tool.run(root, lab.url(live))).not.toMatch(tool.idle);
    expect(await lab.differences(live, empty)).toEqual([]);
    const rows = (database: string) => contents(database, tool);
    const normal = (each: Record<string, string | null>) =>
      // knex counts the runs: on the empty database both files were one
      each['row']!.replace(/"batch": \d+/, '').replace(/"id": \d+/, '');
    expect((await rows(live)).map(normal).sort()).toEqual((await rows(empty)).map(normal).sort());
    const [table] = await lab.rows(empty, `SELECT obj_description('public.users'::regclass) AS comment`);
    expect(table!['comment']).toContain('`there` ${now} ?? :name :DATABASE $1 {id} ü');
    expect(await lab.rows(live, "SELECT FROM pg_attribute WHERE attname = 'email'")).toHaveLength(1);
  });
});

/** A migration as drizzle-kit would add it. */
function nextOfDrizzle(folder: string): void {
  const file = path.join(folder, 'meta/_journal.json');
  const journal = JSON.parse(fs.readFileSync(file, 'utf8')) as { entries: unknown[] };
  journal.entries.push({ idx: 1, version: '7', when: 1735689600000, tag: '0001_email', breakpoints: true });
  write(folder, { '0001_email.sql': `${addColumn};`, 'meta/_journal.json': JSON.stringify(journal) });
}

describe('Prisma', () => {
  it('marks as `migrate resolve --applied` does, and status is content', async () => {
    const root = project(prisma.project);
    const folder = path.join(root, prisma.migrations);
    const { migration } = writeBaseline('prisma', folder);
    const [ours, theirs] = [await lab.database(baseline), await lab.database(baseline)];
    await expect(runPrisma(root, lab.url(theirs), 'deploy')).rejects.toThrow('P3005');
    await mark(lab, 'prisma', folder, ours, [migration]);
    await runPrisma(root, lab.url(theirs), 'resolve', '--applied', '0_init');
    expect(await lab.differences(ours, theirs)).toEqual([]);
    const row = (database: string) =>
      lab.rows(
        database,
        `SELECT checksum, migration_name, logs, rolled_back_at, applied_steps_count, finished_at = started_at AS same, length(id) FROM _prisma_migrations`,
      );
    expect(await row(ours)).toEqual(await row(theirs));
    expect(await runPrisma(root, lab.url(ours), 'status')).toContain('Database schema is up to date!');
  });
});

describe('Drizzle Kit', () => {
  const kit = (root: string, url: string, ...args: readonly string[]): Promise<string> =>
    node(root, [program('drizzle-kit/bin.cjs'), ...args], { DATABASE_URL: url });
  const settings = {
    'package.json': '{}',
    'drizzle.config.js':
      "module.exports = { dialect: 'postgresql', schema: './drizzle/schema.ts', out: './drizzle', dbCredentials: { url: process.env.DATABASE_URL } };\n",
  };

  it('has the snapshot of its own pull, in whose place the baseline steps, and generates nothing again', async () => {
    const root = project(settings);
    const folder = path.join(root, 'drizzle');
    // what drizzle-kit itself reads and writes without loss
    const plain = `DO $$ BEGIN IF to_regclass('public.users') IS NULL THEN CREATE TABLE public.users (id bigint PRIMARY KEY, name text NOT NULL); END IF; END $$;\n`;
    const live = await lab.database(plain);
    await kit(root, lab.url(live), 'pull');
    const pulled = fs.readdirSync(folder).filter((name) => name.endsWith('.sql'));
    const { migration, notes } = writeBaseline('drizzle', folder, plain);
    expect([migration]).toEqual(pulled);
    expect(notes).toEqual([]);
    expect(fs.readFileSync(path.join(folder, migration), 'utf8')).toBe(plain);
    expect(await kit(root, lab.url(live), 'generate')).toContain('No schema changes, nothing to migrate');
    await mark(lab, 'drizzle', folder, live, [migration]);
    expect(await cases.at(-1)!.run(root, lab.url(live))).toBe('nothing');
    const empty = await lab.database();
    expect(await cases.at(-1)!.run(root, lab.url(empty))).toBe('applied');
    expect(await lab.differences(live, empty)).toEqual([]);
  });
});
