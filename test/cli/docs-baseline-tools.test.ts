/** docs/baseline-tools.md: its commands run with the real tools, and its table is what is written. */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { folderView, toolByName, tools } from '@idempotify/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  openLab,
  prismaEnv,
  prismaProject,
  program,
  project,
  removeProjects,
  type Lab,
} from '../database/baseline-lab.ts';
import { build, program as idempotify } from './harness.ts';

const text = fs.readFileSync(path.resolve(import.meta.dirname, '../../docs/baseline-tools.md'), 'utf8');

/** Where the programs are that the examples start with npx. */
const programs: Readonly<Record<string, string>> = {
  prisma: 'prisma/build/index.js',
  'drizzle-kit': 'drizzle-kit/bin.cjs',
  knex: 'knex/bin/cli.js',
  typeorm: 'typeorm/cli.js',
  'sequelize-cli': 'sequelize-cli/lib/sequelize',
  'mikro-orm': '@mikro-orm/cli/cli.js',
  'node-pg-migrate': 'node-pg-migrate/bin/node-pg-migrate.js',
};

const url = 'process.env.DATABASE_URL';
/** What each of the projects has of its own, by the title of its section. */
const projects: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Prisma: prismaProject,
  Drizzle: {
    'drizzle.config.js': `module.exports = { dialect: 'postgresql', schema: './drizzle/schema.ts', out: './drizzle', dbCredentials: { url: ${url} } };\n`,
  },
  Knex: { 'knexfile.js': `module.exports = { client: 'pg', connection: ${url} };\n` },
  TypeORM: {
    'data-source.js': `const { DataSource } = require('typeorm');\nmodule.exports = new DataSource({ type: 'postgres', url: ${url}, migrations: ['migrations/*.js'] });\n`,
    'migrations/package.json': '{}',
  },
  Sequelize: {},
  MikroORM: {
    'package.json': '{ "devDependencies": { "@mikro-orm/cli": "*" } }',
    'mikro-orm.config.js': `const { Migrator } = require('@mikro-orm/migrations');\nmodule.exports = require('@mikro-orm/postgresql').defineConfig({ clientUrl: ${url}, entities: [], discovery: { warnWhenNoEntities: false }, extensions: [Migrator], migrations: { path: 'migrations' } });\n`,
  },
  'node-pg-migrate': {},
};

const sections = text.split(/^## /m).slice(1);
const examples = sections.flatMap((section) => {
  const block = /```sh\n([^]*?)```/.exec(section)?.[1];
  return block === undefined
    ? []
    : [{ title: section.slice(0, section.indexOf('\n')), lines: block.trim().split('\n') }];
});

let lab: Lab;
beforeAll(async () => {
  build();
  lab = await openLab();
});
afterAll(async () => {
  await lab.close();
  removeProjects();
});

it('there is an example for every tool that is here', () => {
  expect(examples.map((example) => example.title)).toEqual(Object.keys(projects));
});

it.each(examples)('$title', async ({ title, lines }) => {
  const root = project({ 'package.json': '{}', ...projects[title] });
  const database = await lab.database(
    "CREATE TABLE public.users (id bigint PRIMARY KEY, name text NOT NULL); CREATE FUNCTION public.f() RETURNS text LANGUAGE sql AS $$ SELECT '?;' $$;",
  );
  const { hostname, port, username, password } = new URL(lab.url(database));
  const { NODE_OPTIONS: _, CI: __, VITEST: ___, NODE_ENV: ____, ...inherited } = process.env;
  const env = {
    ...inherited,
    NO_COLOR: '1',
    DATABASE_URL: lab.url(database),
    ...{ PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: password, PGDATABASE: database },
    ...(title === 'Prisma' ? prismaEnv(root) : {}),
  };
  const node = `"${process.execPath}"`;
  const known = Object.entries(programs).map(([name, file]) => `${name}) ${node} "${program(file)}" "$@" ;;`);
  const npx = `npx() { name=$1; shift; case $name in idempotify) ${node} ${idempotify.join(' ')} "$@" ;; ${known.join(' ')} *) false ;; esac; }`;
  for (const line of lines) {
    const [command, says = ''] = line.split(' # ');
    const { stdout, stderr } = await promisify(execFile)('sh', ['-c', `${npx}\n${command}`], { cwd: root, env });
    expect(stdout + stderr, line).toContain(says);
  }
});

it('the table is what the tools are given', () => {
  const time = new Date('2024-01-02T03:04:05.678Z');
  const folder = folderView('/m', [], {
    read: (name) => {
      throw new Error(`no ${name}`);
    },
    exists: () => false,
  });
  const expected = tools.map((tool) => {
    const { files, migration } = tool.baseline!.files({ sql: 'SELECT 1;', time, folder });
    const named = files
      .map((file) => file.path)
      .map((name, at) => (at > 0 && name.endsWith('/down.sql') ? '…/down.sql' : name))
      .map((name) =>
        name
          .replace('20240102030405', '<date>')
          .replace('2024-01-02-030405', '<dashed date>')
          .replace('1704164645678', '<milliseconds>'),
      );
    if (tool.name === 'flyway') named.push('V1__baseline.sql.conf');
    const main = files.find((file) => file.path === migration)!;
    const table = tool.baseline!.ledger?.({ folder, written: files, migrations: [main] }).table ?? 'none';
    return [...named, table].join(' ');
  });
  const described = [...text.matchAll(/^\| (.*?) +\| (.*?) +\| (.*?) +\|$/gm)]
    .slice(1)
    .filter(([, title]) => !/^-+$/.test(title!))
    .map(
      ([, , files, table]) =>
        [...files!.matchAll(/`(.*?)`/g)].map((match) => match[1]).join(' ') + ` ${table!.replaceAll('`', '')}`,
    );
  expect(described.sort()).toEqual(expected.sort());
  expect(toolByName('kysely')!.baseline).toBeDefined();
});
