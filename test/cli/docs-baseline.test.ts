/** docs/baseline.md: its commands and its SQL run, and it describes the options and the JSON document as they are. */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectLive, type LiveSession } from '@idempotify/database';
import { startPostgres, type OwnServer } from '../support/servers.ts';
import { build, execute, folder, has, program, run, write, type Outcome } from './harness.ts';

const readme = /^## Adopt a database that is older than its migrations\n([^]*?)^## /m.exec(
  fs.readFileSync(path.resolve(import.meta.dirname, '../../README.md'), 'utf8'),
)![1]!;
const text = fs.readFileSync(path.resolve(import.meta.dirname, '../../docs/baseline.md'), 'utf8');
const blocks = (language: string, of = text): string[] =>
  [...of.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1]!);
const commands = blocks('sh').flatMap((block) => block.trim().split('\n'));

const DUMP = 'CREATE TABLE public.a (\n    id integer NOT NULL\n);\n';

let server: OwnServer;
let admin: LiveSession;
/** A project: what one command writes, the next one finds. */
let at: string;
/** Another, whose migrations lie elsewhere. */
let other: string;
let help: string;

beforeAll(async () => {
  build();
  server = await startPostgres(18);
  admin = await connectLive(server.url);
  await admin.run(`CREATE ROLE me SUPERUSER LOGIN PASSWORD 'pass'`);
  await admin.run('CREATE DATABASE shop OWNER me');
  const shop = await connectLive(server.url.replace(/postgres$/, 'shop'));
  await shop.run(
    'CREATE TABLE customer (id int PRIMARY KEY, name text); CREATE INDEX customer_name ON customer (name); CREATE TABLE tmp_1 (i int)',
  );
  await shop.close();
  await admin.run('CREATE DATABASE staging TEMPLATE shop');
  await admin.run('CREATE DATABASE copy OWNER me');
  at = folder({ 'prisma/schema.prisma': '', 'dump.sql': DUMP, 'db/scripts/1_a.sql': 'SELECT 1;\n' });
  write(at, {
    'db/scripts/1_a.sql':
      'CREATE TABLE customer (id int PRIMARY KEY, name text);\nCREATE INDEX customer_name ON customer (name);\nCREATE TABLE tmp_1 (i int);\n',
  });
  other = folder({ 'dump.sql': DUMP });
  help = run(at, ['baseline', '--help']).stdout;
});
afterAll(async () => {
  await admin?.close();
  await server?.stop();
});

function shell(script: string, cwd = at): Outcome {
  const { port } = new URL(server.url);
  const functions = [
    `idempotify() { "${process.execPath}" ${program.join(' ')} "$@"; }`,
    `pg_dump() { cat dump.sql; }`,
    `npx() { "$@"; }`,
  ].join('\n');
  const env = { PGPASSWORD: 'pass', PGPORT: port, PGHOST: '127.0.0.1', PGUSER: 'me', PGDATABASE: 'shop' };
  return execute(cwd, 'sh', ['-c', `${functions}\n${script}`], { env });
}

it('has commands', () => expect(commands.length).toBeGreaterThan(14));

it.each(commands)('%s', (command) => {
  if (/\bpsql\b/.test(command) && !has('psql')) return;
  const { code, stderr } = shell(command, command.includes('db/migration') ? other : at);
  expect(code).toBe(0);
  // where SQL goes to standard output, the report goes there
  if (!command.includes('--print-ledger-sql')) expect(stderr).toBe('');
});

it('the example of README.md', async () => {
  const [written, marked] = blocks('sh', readme)[0]!.trim().split('\n');
  const project = folder({ 'prisma/schema.prisma': '' });
  expect(shell(written!, project)).toMatchObject({ code: 0, stderr: '' });
  const { code, stdout, stderr } = shell(marked!, project);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('in public._prisma_migrations of database "shop": 0_init\n');
  const { stdout: sql } = shell(
    'idempotify baseline --output - --quiet --schema public --exclude "public.tmp_*"',
    project,
  );
  expect(sql).toContain(`\n${blocks('sql', readme)[0]!}`);
});

it('the examples of the help', () => {
  const examples = [...help.matchAll(/^ {2}\$ (idempotify .*)$/gm)].map((match) => match[1]!);
  expect(examples).toHaveLength(5);
  const project = folder({ 'prisma/schema.prisma': '' });
  for (const example of examples) {
    // as without any migrations before it
    if (example.includes('--from-dump')) fs.rmSync(path.join(project, 'prisma/migrations'), { recursive: true });
    write(project, { 'dump.sql': DUMP });
    expect(shell(example, project)).toMatchObject({ code: 0, stderr: '' });
  }
});

it('the role may read, and sees the same', async () => {
  for (const sql of blocks('sql')) await admin.run(sql);
  await admin.run(`ALTER ROLE schema_reader PASSWORD 'pass'`);
  const own = shell('idempotify baseline --output - --quiet');
  expect(shell('PGUSER=schema_reader idempotify baseline --output - --quiet')).toEqual(own);
});

it('every option is described', () => {
  const options = [...help.matchAll(/^ {2}(?:-\w, )?--([\w-]+)/gm)].map((match) => match[1]!);
  expect(options.length).toBeGreaterThan(30);
  expect(options.filter((name) => !/color|help|config|url/.test(name) && !text.includes(`--${name}`))).toEqual([]);
});

it('the config file is one, and its keys are all there are', () => {
  const project = folder({ '.idempotifyrc.json': blocks('json')[0]! });
  expect(shell('idempotify baseline --dry-run', project)).toMatchObject({ code: 0, stderr: '' });
  write(project, { '.idempotifyrc.json': '{ "baseline": { "x": 1 } }' });
  const named = /the options are (.*)/.exec(shell('idempotify baseline', project).stderr)![1]!.split(', ').sort();
  const described = [.../^The keys of `baseline` are (.*?)\. /m.exec(text)![1]!.matchAll(/`(\w+)`/g)].map(
    (match) => match[1]!,
  );
  expect(described.sort()).toEqual(named);
});

it('the API example runs', () => {
  const project = folder({ 'example.mjs': blocks('js')[0]! });
  fs.mkdirSync(path.join(project, 'node_modules'));
  fs.symlinkSync(
    path.resolve(import.meta.dirname, '../../packages/cli'),
    path.join(project, 'node_modules/idempotify'),
  );
  expect(shell(`"${process.execPath}" example.mjs`, project)).toEqual({ code: 0, stdout: 'true 0\n', stderr: '' });
});

describe('the JSON document', () => {
  it('has the fields that are described, and only they', () => {
    const section = text.slice(text.indexOf('## The report'), text.indexOf('## The config file'));
    const described = [...section.matchAll(/^\| ((?:`\w+`(?:, )?)+) +\|/gm)].flatMap((row) =>
      [...row[1]!.matchAll(/`(\w+)`/g)].map((match) => match[1]!),
    );
    const fields = new Set<string>();
    for (const args of [
      '--dry-run db/new --tool dbmate',
      `--history db/scripts --server ${server.url}`,
      '--mark-applied db/marked --tool goose',
    ])
      for (const name of Object.keys(JSON.parse(shell(`idempotify baseline --json ${args}`).stdout) as object))
        fields.add(name);
    expect([...fields].sort()).toEqual(described.sort());
  });
});
