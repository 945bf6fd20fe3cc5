/** docs/baseline-history.md: its commands run on a real server, and say what it says. */
import fs from 'node:fs';
import path from 'node:path';
import { connectLive } from '@idempotify/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPostgres, type OwnServer } from '../support/servers.ts';
import { build, execute, folder, program, type Outcome } from './harness.ts';

const text = fs.readFileSync(path.resolve(import.meta.dirname, '../../docs/baseline-history.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1]!);
const [compare, mark, accept] = blocks('sh').map((block) => block.trim());

/** `-- path` and what stands below it. */
const files = Object.fromEntries(
  blocks('sql').map((block) => {
    const [head, ...lines] = block.split('\n');
    return [head!.replace('-- ', ''), lines.join('\n')];
  }),
);

let server: OwnServer;
let at: string;
beforeAll(async () => {
  build();
  // another major version than the replay has
  server = await startPostgres(16);
  at = folder({ ...files, 'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n' });
  const [init = '', name = '', index = ''] = Object.values(files);
  await sql(`${init} ${name} ${index.slice(0, index.indexOf('ALTER'))} ALTER TABLE "User" ADD COLUMN age integer`);
});
afterAll(() => server?.stop());

async function sql(query: string): Promise<void> {
  const session = await connectLive(server.url);
  try {
    await session.run(query);
  } finally {
    await session.close();
  }
}

function shell(script: string): Outcome {
  const started = `"${process.execPath}" ${program.join(' ')} "$@"`;
  return execute(at, 'sh', ['-c', `idempotify() { ${started}; }\n${script}`], { env: { URL: server.url } });
}

it('says where the database stands', () => {
  expect(Object.keys(files)).toHaveLength(3);
  // minor versions come and go
  const plain = (said: string): string => said.replace(/compared with .*/, '');
  const { code, stdout, stderr } = shell(compare!);
  expect(stderr).toBe('');
  expect(plain(stdout)).toBe(plain(blocks('text')[0]!));
  expect(code).toBe(1);
});

it('marks what can be marked, and leaves the rest', async () => {
  const done = shell(mark!);
  expect(done.stdout).toContain(
    'marked as applied in public._prisma_migrations of database "postgres": 1_init, 2_name',
  );
  await sql('ALTER TABLE "User" ADD CONSTRAINT "User_email_check" CHECK (length("email") > 3)');
  const rest = shell(mark!);
  expect(rest).toMatchObject({ code: 0, stderr: '' });
  expect(rest.stdout).toContain('2 of the 3 migrations that can be marked');
  expect(rest.stdout).toContain('The database stands at the end of the history.');
  expect(rest.stdout).toContain('marked as applied in public._prisma_migrations of database "postgres": 3_index');
});

it('tells what the ledger has and the database has not', async () => {
  await sql('DROP INDEX "User_email_key"');
  const { code, stdout } = shell(`${compare!} --json`);
  expect(code).toBe(1);
  const { history } = JSON.parse(stdout) as { history: Record<string, unknown> };
  expect(history).toMatchObject({
    markable: 0,
    ledger: { recorded: [0, 1, 2], recordedOnly: [0], contradictions: [] },
    differences: [
      { kind: 'index', name: 'public."User_email_key"', change: 'missing', by: { migration: 0, statement: 1 } },
    ],
  });
});

it('lets be as it is what is accepted', () => {
  const { code, stdout, stderr } = shell(accept!);
  // what the ledger has is no longer without a reason
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('accepted as it is\n  index public."User_email_key", missing (1_init/migration.sql:2)');
});

it('refuses what it can not compare', () => {
  for (const [args, reason] of [
    ['--history nowhere', 'no migrations'],
    ['--history prisma/migrations --tool nothing', 'no migration tool'],
    ['--history prisma/migrations --prelude nowhere.sql', 'nowhere.sql'],
    ['--history prisma/migrations --server postgres://x:secret@127.0.0.1:1/x', 'ECONNREFUSED'],
  ] as const) {
    const { code, stdout, stderr } = shell(`idempotify baseline --url "$URL" ${args}`);
    expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain('secret');
  }
});
