/** What goes wrong while a database is read or marked: a clear error, nothing half written, no row in the ledger. */
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baselineSql, connectLive, readUndisturbed, type LiveSession } from '@idempotify/database';
import { writeFiles } from '../../packages/cli/src/baseline/files.ts';
import { UsageError } from '../../packages/cli/src/errors.ts';
import { calledIn, commandLine } from '../../packages/cli/src/options.ts';
import {
  runBaseline,
  type BaselineOutcome,
  type ResolvedBaselineOptions,
} from '../../packages/cli/src/baseline/run.ts';
import { startPostgres, type OwnServer } from '../support/servers.ts';
import { build, folder, start, tree, write } from './harness.ts';

let server: OwnServer;
let admin: LiveSession;
beforeAll(async () => {
  build();
  server = await startPostgres(18);
  admin = await connectLive(server.url);
  await admin.run(`
    CREATE TABLE users (id serial PRIMARY KEY, name text);
    CREATE VIEW names AS SELECT name FROM users;
    CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE ROLE reader LOGIN PASSWORD 'reader';
    CREATE ROLE frozen LOGIN PASSWORD 'frozen';
    ALTER ROLE frozen SET default_transaction_read_only = on;
    REVOKE CREATE ON SCHEMA public FROM public`);
});
afterAll(async () => {
  await admin?.close();
  await server?.stop();
});

const baseline = (at: string, options: Partial<ResolvedBaselineOptions>): Promise<BaselineOutcome> =>
  runBaseline({ cwd: at, called: calledIn(commandLine), url: server.url, ...options });

async function refusal(at: string, options: Partial<ResolvedBaselineOptions>): Promise<string> {
  const error: unknown = await baseline(at, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  const { message } = error as Error;
  expect(message).not.toMatch(/:reader@|:postgres@/);
  return message;
}

const marks = async (): Promise<unknown> =>
  (await admin.rows(`SELECT to_regclass('public.schema_migrations')`))[0]?.[0];

/** A folder with the baseline, not marked. */
async function prepared(): Promise<string> {
  const at = folder();
  await baseline(at, { folder: 'm', tool: 'dbmate' });
  return at;
}

const as = (user: string): string => server.url.replace('postgres:postgres@', `${user}:${user}@`);

/** The server through a wire that is cut before the client's n-th message is passed on. */
async function cut(
  after: number,
  work: (url: string) => Promise<void>,
  hear: (data: Buffer) => void = () => undefined,
): Promise<number> {
  let sent = 0;
  const { hostname, port } = new URL(server.url);
  const wire = net.createServer((client) => {
    const upstream = net.connect(Number(port), hostname);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    client.on('data', (data) => {
      hear(data);
      if (++sent > after) end();
      else upstream.write(data);
    });
    upstream.on('data', (data) => client.write(data));
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
  });
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
  try {
    const url = new URL(server.url);
    url.port = String((wire.address() as net.AddressInfo).port);
    await work(url.href);
    return sent;
  } finally {
    wire.close();
  }
}

describe('a server that goes away', () => {
  it('while it is read', async () => {
    const at = folder();
    const whole = await cut(Infinity, async (url) => void (await baseline(at, { url, output: 'all.sql' })));
    expect(whole).toBeGreaterThan(20);
    const before = tree(at);
    const steps = new Set([1, 2, 3, 4, 5, 6, Math.floor(whole / 3), Math.floor(whole / 2), whole - 5]);
    for (const after of steps) {
      await cut(after, async (url) => {
        expect(await refusal(at, { url, folder: 'm', tool: 'prisma' })).toMatch(/lost|terminated|closed|ended|ECONN/i);
      });
      expect(tree(at)).toEqual(before);
    }
  });

  it('while it is marked', async () => {
    const at = await prepared();
    const files = tree(at);
    // counted with a proof that fails at its end
    await admin.run('CREATE TABLE extra (i int)');
    const whole = await cut(Infinity, async (url) => {
      expect((await baseline(at, { url, folder: 'm', markApplied: true })).report.exitCode).toBe(1);
    });
    await admin.run('DROP TABLE extra');
    for (let back = 0; back <= 8; back++) {
      await cut(whole - back, async (url) => {
        await refusal(at, { url, folder: 'm', markApplied: true });
      });
      expect(await marks()).toBeNull();
    }
    expect(tree(at)).toEqual(files);
    // and nothing stands in the way afterwards
    expect((await baseline(at, { folder: 'm', markApplied: true })).report.mark?.written).toHaveLength(1);
    await admin.run('DROP TABLE schema_migrations');
  });

  it('is not waited for once the program is interrupted', async () => {
    const at = folder();
    // takes the connection, and says nothing
    const deaf = net.createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
    const { port } = deaf.address() as net.AddressInfo;
    const child = start(at, ['baseline', '--url', `postgres://u@127.0.0.1:${port}/d`, '--output', 'x.sql']);
    await new Promise<void>((resolve) => deaf.once('connection', () => resolve()));
    child.kill('SIGINT');
    const timer = setTimeout(() => child.kill('SIGINT'), 300);
    const code = await new Promise((resolve) => child.on('close', resolve));
    clearTimeout(timer);
    deaf.close();
    expect(code).toBe(130);
    expect(tree(at)).toEqual({});
  });
});

describe('a role', () => {
  it('that may not write the ledger', async () => {
    const at = await prepared();
    expect(await refusal(at, { url: as('reader'), folder: 'm', markApplied: true })).toMatch(
      /may not do what is needed \(42501 permission denied for schema public\)/,
    );
    expect(await marks()).toBeNull();
  });

  it('that may not connect, or not ask', async () => {
    const at = folder();
    await admin.run('CREATE DATABASE closed');
    await admin.run('REVOKE CONNECT ON DATABASE closed FROM public');
    await admin.run('CREATE DATABASE deaf');
    const deaf = await connectLive(server.url.replace(/postgres$/, 'deaf'));
    await deaf.run(
      'CREATE VIEW v AS SELECT 1 AS i; REVOKE EXECUTE ON FUNCTION pg_get_viewdef(oid), pg_get_viewdef(oid, boolean), pg_get_viewdef(oid, int) FROM public',
    );
    await deaf.close();
    const url = (name: string): string => as('reader').replace(/postgres$/, name);
    expect(await refusal(at, { url: url('closed'), output: 'x.sql' })).toMatch(
      /permission denied for database "closed"/,
    );
    expect(await refusal(at, { url: url('deaf'), output: 'x.sql' })).toMatch(
      /42501 permission denied for function pg_get_viewdef/,
    );
    expect(tree(at)).toEqual({});
  });

  it('whose transactions only read', async () => {
    const at = await prepared();
    expect(await refusal(at, { url: as('frozen'), folder: 'm', markApplied: true })).toMatch(/may only read/);
    expect(await marks()).toBeNull();
  });
});

it('nothing is said that a pooler does not pass on', async () => {
  const heard: Buffer[] = [];
  const at = folder();
  await cut(
    Infinity,
    async (url) => {
      await baseline(at, { url: `${url}?sslmode=disable`, output: 'x.sql' });
    },
    (data) => heard.push(data),
  );
  const bytes = Buffer.concat(heard);
  const startup = bytes.subarray(8, bytes.readUInt32BE(0)).toString().split('\0');
  expect(startup.filter((_, index) => index % 2 === 0 && startup[index] !== '')).toEqual(
    expect.not.arrayContaining(['options', 'statement_timeout', 'lock_timeout', 'search_path']),
  );
  const queries: string[] = [];
  const kinds = new Set<string>();
  for (let from = bytes.readUInt32BE(0); from < bytes.length; from += 1 + bytes.readUInt32BE(from + 1)) {
    const kind = String.fromCharCode(bytes[from]!);
    kinds.add(kind);
    if (kind === 'Q') queries.push(bytes.subarray(from + 5, from + bytes.readUInt32BE(from + 1)).toString());
  }
  // simple queries, a password, good-bye: nothing is prepared
  expect([...kinds].sort()).toEqual(['Q', 'X', 'p']);
  const [, begin = '', ...rest] = queries;
  expect(begin).toMatch(/^BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL /);
  expect(rest.at(-1)).toBe('ROLLBACK');
  expect([begin, ...rest].filter((sql) => /\bSET (?!LOCAL\b)/.test(sql.replace(/'[^']*'/g, '')))).toEqual([]);
});

it('a query that takes too long', async () => {
  const at = folder();
  expect(await refusal(at, { output: 'x.sql', statementTimeout: 0.001 })).toMatch(
    /longer than 0\.001 s and was given up.*57014.*--statement-timeout/,
  );
  expect(tree(at)).toEqual({});
});

describe('a schema that is changed meanwhile', () => {
  /** Calls `change` before the n-th question. */
  const disturbed = (session: LiveSession, change: (question: number) => Promise<unknown>): LiveSession => {
    let asked = 0;
    return {
      rows: async (sql) => {
        await change(++asked);
        return session.rows(sql);
      },
      run: (sql) => session.run(sql),
      close: () => session.close(),
    };
  };
  const quickly = (sql: string): Promise<void> =>
    // the transaction that reads may hold a lock on it
    admin.run(`SET lock_timeout = '50ms'; ${sql}`).catch(() => undefined);
  const MAKE =
    'CREATE OR REPLACE VIEW names AS SELECT name FROM users; CREATE INDEX IF NOT EXISTS users_name ON users (name); CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS $$SELECT 1$$';
  const DROP = 'DROP VIEW IF EXISTS names; DROP FUNCTION IF EXISTS f(); DROP INDEX IF EXISTS users_name';

  it('comes out as it was before or after, never between', async () => {
    const session = await connectLive(server.url);
    try {
      const read = async (): Promise<string> => baselineSql(await readUndisturbed(session));
      await admin.run(DROP);
      const without = await read();
      await admin.run(MAKE);
      const whole = await read();
      let questions = 0;
      await readUndisturbed(disturbed(session, async (question) => void (questions = question)));
      for (let at = 1; at <= questions; at += 2) {
        await admin.run(MAKE);
        const wire = disturbed(session, async (question) => (question === at ? quickly(DROP) : undefined));
        const sql = baselineSql(await readUndisturbed(wire));
        expect([whole, without]).toContain(sql);
      }
    } finally {
      await quickly(MAKE);
      await session.close();
    }
  });
});

describe('a disk', () => {
  it('where something else is in the way', async () => {
    const at = folder({ file: 'x', 'dir/sub/a.txt': 'x' });
    const before = tree(at);
    expect(await refusal(at, { folder: 'file', tool: 'prisma' })).toMatch(/file is no folder/);
    expect(await refusal(at, { output: 'dir' })).toMatch(/--output dir/);
    expect(await refusal(at, { output: 'file/x.sql' })).toMatch(/--output file/);
    expect(await refusal(at, { split: 'file' })).toMatch(/--split/);
    expect(tree(at)).toEqual(before);
  });

  it('where a file of the tool can not be read', async () => {
    const at = folder({ 'm/meta': 'a file' });
    const before = tree(at);
    expect(await refusal(at, { folder: 'm', tool: 'drizzle' })).toMatch(/_journal\.json/);
    expect(tree(at)).toEqual(before);
    fs.mkdirSync(path.join(at, 'p/migration_lock.toml'), { recursive: true });
    expect(await refusal(at, { folder: 'p', tool: 'prisma' })).toMatch(/migration_lock\.toml/);
  });

  it('that takes only some of the files', async () => {
    const at = folder({ 'journal.json': '{}' });
    const before = tree(at);
    const files = [
      { path: 'journal.json', text: '{"a":1}' },
      { path: 'new/a.sql', text: 'a' },
      { path: 'new/a.sql/b.sql', text: 'b' },
    ];
    await expect(writeFiles(at, files)).rejects.toThrow(/b\.sql .*Everything is as it was before/s);
    expect(tree(at)).toEqual(before);
    expect(fs.readdirSync(at)).toEqual(['journal.json']);
  });

  it('on which the baseline was edited', async () => {
    const at = folder();
    await baseline(at, { folder: 'm', tool: 'knex' });
    const [file = ''] = Object.keys(tree(at));
    const text = fs.readFileSync(path.join(at, file), 'utf8');
    write(at, { [file]: text.replace('`\n', '`${"x"}\n') });
    expect(await refusal(at, { folder: 'm', tool: 'knex', markApplied: true })).toMatch(/was edited/);
  });
});
