/** Connecting to somebody's database: as libpq would, and what is said when it does not work. */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectionError, SqlError, askServer, connectLive, type LiveSession } from '@idempotify/database';
import { startPostgres, type OwnServer } from '../support/servers.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'idempotify-live-'));
const file = (name: string): string => path.join(folder, name);
let server: OwnServer;
let port: string;
let admin: LiveSession;

beforeAll(async () => {
  server = await startPostgres(18);
  port = new URL(server.url).port;
  admin = await connectLive(server.url);
  await admin.run(`CREATE ROLE reader LOGIN PASSWORD 's3cr3t:\\/@%'`);
  await admin.run('CREATE DATABASE "a b"');
});
afterAll(async () => {
  await admin?.close();
  await server?.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** Connects, asks, and closes. */
async function ask(url: string | undefined, env: NodeJS.ProcessEnv = {}, sql = 'SELECT 1'): Promise<unknown> {
  const session = await connectLive(url, { HOME: folder, ...env });
  try {
    return (await session.rows(sql))[0];
  } finally {
    await session.close();
  }
}

async function refusal(url: string | undefined, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const error: unknown = await ask(url, env).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConnectionError);
  const { message, stack } = error as Error;
  expect(stack).not.toMatch(/s3cr3t|wr0ng/);
  return message;
}

const WHO = `SELECT current_user, current_database(), current_setting('application_name'), current_setting('geqo')`;

describe('credentials', () => {
  it('in the URL', async () => {
    const url = `postgres://reader:s3cr3t%3A%5C%2F%40%25@127.0.0.1:${port}/a%20b?application_name=x&options=-c%20geqo%3Doff`;
    expect(await ask(url, {}, WHO)).toEqual(['reader', 'a b', 'x', 'off']);
  });

  it('in variables', async () => {
    const env = {
      PGHOSTADDR: '127.0.0.1',
      PGPORT: port,
      PGUSER: 'reader',
      PGDATABASE: 'a b',
      PGPASSWORD: 's3cr3t:\\/@%',
    };
    expect(await ask(undefined, env, WHO)).toEqual(['reader', 'a b', 'idempotify', 'on']);
  });

  it('in a password file', async () => {
    const url = `postgres://reader@127.0.0.1:${port}/a%20b`;
    fs.writeFileSync(
      file('pass'),
      `# one\n127.0.0.1:${port}:x:reader:wr0ng\n127.0.0.1:${port}:*:reader:s3cr3t\\:\\\\/@%\n`,
    );
    fs.chmodSync(file('pass'), 0o600);
    expect(await ask(url, { PGPASSFILE: file('pass') })).toEqual(['1']);
    fs.copyFileSync(file('pass'), file('.pgpass'));
    expect(await ask(url)).toEqual(['1']);
    expect(await refusal(`postgres://nobody@127.0.0.1:${port}/x`)).toMatch(
      /asks for a password, and there is none: .*\.pgpass \(where no line fits\)/,
    );
    fs.rmSync(file('.pgpass'));
    expect(await refusal(url)).toMatch(
      /database "a b" as user "reader" at 127\.0\.0\.1:\d+: the server asks for a password/,
    );
  });

  it('that are wrong', async () => {
    expect(await refusal(`postgres://reader:wr0ng@127.0.0.1:${port}/a%20b`)).toMatch(
      /password authentication failed for user "reader" \(the password came from the URL\)/,
    );
    expect(await refusal(`postgres://reader@127.0.0.1:${port}/a%20b`, { PGPASSWORD: 'wr0ng' })).toMatch(/PGPASSWORD/);
  });
});

describe('places', () => {
  it('one of several', async () => {
    const url = server.url.replace('@', '@127.0.0.1:1,');
    expect(await ask(url)).toEqual(['1']);
    expect(await ask(`${url}?target_session_attrs=primary`)).toEqual(['1']);
    expect(await ask(`${url}?target_session_attrs=prefer-standby`)).toEqual(['1']);
    expect(await refusal(`${url}?target_session_attrs=standby`)).toMatch(
      /127\.0\.0\.1:1: .*ECONNREFUSED.*; at .*it is no standby/,
    );
  });

  it('that are none', async () => {
    expect(await refusal('postgres://u:s3cr3t@127.0.0.1:1/d')).toMatch(/at 127\.0\.0\.1:1: .*ECONNREFUSED/);
    expect(await refusal('postgres://u:s3cr3t@host.invalid/d')).toMatch(/host\.invalid:5432: .*(ENOTFOUND|EAI_AGAIN)/);
    expect(await refusal('postgres:///d?host=/nowhere&user=u')).toMatch(/at \/nowhere:5432: .*ENOENT/);
    expect(await refusal(server.url.replace(/postgres$/, 'nope'))).toMatch(/database "nope" does not exist/);
  });

  it.each([
    ['says nothing', () => undefined, /no answer within 2 s \(PGCONNECT_TIMEOUT\)/],
    ['hangs up', (socket: net.Socket) => socket.end(), /closed the connection|ended|terminated/i],
    ['is a web server', (socket: net.Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), /127\.0\.0\.1/],
  ])('a server that %s', async (_, answer, said) => {
    const other = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => answer(socket));
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    try {
      const at = (other.address() as net.AddressInfo).port;
      expect(await refusal(`postgres://u:s3cr3t@127.0.0.1:${at}/d?connect_timeout=1`)).toMatch(said);
    } finally {
      other.close();
    }
  });
});

describe('a session', () => {
  it('that the server ends', async () => {
    const session = await connectLive(server.url);
    const [[pid] = []] = await session.rows('SELECT pg_catalog.pg_backend_pid()');
    const running = session.rows('SELECT pg_catalog.pg_sleep(20)').catch((error: unknown) => error);
    await admin.run(`SELECT pg_catalog.pg_terminate_backend(${pid})`);
    expect(await running).toMatchObject({
      name: 'ConnectionError',
      message: expect.stringContaining('lost') as string,
    });
    await expect(session.rows('SELECT 1')).rejects.toThrow(ConnectionError);
    await session.close();
  });

  it('that idles while the server ends it', async () => {
    const session = await connectLive(server.url);
    const [[pid] = []] = await session.rows('SELECT pg_catalog.pg_backend_pid()');
    await admin.run(`SELECT pg_catalog.pg_terminate_backend(${pid})`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await expect(session.run('SELECT 1')).rejects.toThrow(/the connection was lost/);
    await session.close();
  });
});

describe('what the server is', () => {
  const says = (...row: string[]): LiveSession => ({
    rows: async () => [row],
    run: async () => undefined,
    close: async () => undefined,
  });

  it('PostgreSQL', async () => {
    expect(await askServer(admin)).toMatchObject({
      title: expect.stringMatching(/^PostgreSQL 18\.\d+$/) as string,
      warnings: [],
    });
  });

  it('a newer one', async () => {
    const { warnings } = await askServer(says('PostgreSQL 19.1 on x', '190001', 'd', 'u'));
    expect(warnings).toEqual([expect.stringMatching(/PostgreSQL 19\.1, and the newest .* 18/)]);
  });

  it.each([
    [['PostgreSQL 11.22 on x', '110022', 'd', 'u'], /PostgreSQL 11\.22; the oldest that is supported is 12/],
    [['PostgreSQL 8.0.2 on i686, Redshift 1.0.1', '80002', 'd', 'u'], /no PostgreSQL/],
    [['PostgreSQL 9.6.1 on x', '90601', 'd', 'u'], /no PostgreSQL|oldest/],
    [['CockroachDB CCL v23.1', '130000', 'd', 'u'], /CockroachDB/],
    [['PostgreSQL 11.2-YB-2.20.0 on x', '110002', 'd', 'u'], /YB/],
    [['PostgreSQL 12.12 (Greenplum Database 7.0.0)', '120012', 'd', 'u'], /Greenplum/],
  ])('%s', async (row, said) => {
    await expect(askServer(says(...row))).rejects.toThrow(said);
  });

  it('one that does not know the question', async () => {
    const session = { ...says(), rows: () => Promise.reject(new SqlError('unknown function', { code: '42883' })) };
    await expect(askServer(session)).rejects.toThrow(/this is no PostgreSQL: .*unknown function/);
  });
});

describe.skipIf(spawnSync('openssl', ['version']).error !== undefined)('TLS', () => {
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const USED = 'SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()';
  let url: string;

  beforeAll(async () => {
    const days = ['-days', '2', '-nodes', '-newkey', 'rsa:2048'];
    openssl('req', '-x509', ...days, '-subj', '/CN=our authority', '-keyout', 'ca.key', '-out', 'ca.crt');
    openssl('req', '-x509', ...days, '-subj', '/CN=another', '-keyout', 'other.key', '-out', 'other.crt');
    for (const name of ['server', 'client']) {
      openssl('req', ...days.slice(2), '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
      fs.writeFileSync(file(`${name}.ext`), 'subjectAltName=DNS:db.example.org');
      const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', `${name}.ext`];
      openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.crt`);
    }
    for (const name of ['server.key', 'server.crt', 'ca.crt']) {
      const text = fs.readFileSync(file(name), 'utf8').trimEnd();
      // by the server, whose user the key has to belong to
      await admin.run(`COPY (SELECT unnest(string_to_array('${text}', E'\\n'))) TO PROGRAM 'umask 077; cat > ${name}'`);
    }
    await admin.run(`ALTER SYSTEM SET ssl_ca_file = 'ca.crt'`);
    await admin.run('ALTER SYSTEM SET ssl = on');
    await admin.run('SELECT pg_catalog.pg_reload_conf()');
    url = `postgres://postgres:postgres@db.example.org:${port}/postgres?hostaddr=127.0.0.1`;
    for (let tries = 0; tries < 50 && String(await ask(url, {}, USED)) !== 't'; tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
  });

  it.each([
    ['disable', {}, 'f'],
    ['allow', {}, 'f'],
    ['prefer', {}, 't'],
    ['require', {}, 't'],
    ['no-verify', { PGSSLROOTCERT: 'other.crt' }, 't'],
    ['require', { PGSSLROOTCERT: 'ca.crt' }, 't'],
    ['verify-ca', { PGSSLROOTCERT: 'ca.crt' }, 't'],
    ['verify-full', { PGSSLROOTCERT: 'ca.crt' }, 't'],
    ['require', { PGSSLNEGOTIATION: 'direct' }, 't'],
    ['require', { PGCHANNELBINDING: 'require' }, 't'],
    ['require', { PGSSLCERT: 'client.crt', PGSSLKEY: 'client.key' }, 't'],
  ])('sslmode=%s %j', async (mode, env, used) => {
    const files = Object.entries(env).map(([name, value]) => [name, /\.\w+$/.test(value) ? file(value) : value]);
    expect(await ask(url, { PGSSLMODE: mode, ...(Object.fromEntries(files) as NodeJS.ProcessEnv) }, USED)).toEqual([
      used,
    ]);
  });

  it.each([
    ['verify-full', {}, /needs the certificate of the authority.*sslrootcert=system/],
    ['verify-ca', { PGSSLROOTCERT: 'nowhere.crt' }, /sslrootcert .*nowhere\.crt can not be read/],
    ['verify-ca', { PGSSLROOTCERT: 'other.crt' }, /certificate/],
    ['require', { PGSSLROOTCERT: 'other.crt' }, /certificate/],
    ['verify-full', { PGSSLROOTCERT: 'system' }, /certificate/],
    [
      'disable',
      { PGCHANNELBINDING: 'require' },
      /channel_binding=require is asked for, and the server does not offer it/,
    ],
    ['require', { PGSSLCERT: 'client.crt' }, /no key to it/],
    ['require', { PGSSLCERT: 'client.crt', PGSSLKEY: 'ca.key' }, /can not be used/],
  ])('sslmode=%s %j is refused', async (mode, env, said) => {
    const files = Object.entries(env).map(([name, value]) => [name, /\.\w+$/.test(value) ? file(value) : value]);
    expect(await refusal(url, { PGSSLMODE: mode, ...(Object.fromEntries(files) as NodeJS.ProcessEnv) })).toMatch(said);
  });

  it('a name that the certificate is not for', async () => {
    const other = url.replace('db.example.org', 'elsewhere.example.org');
    const env = { PGSSLROOTCERT: file('ca.crt') };
    expect(await ask(other, { ...env, PGSSLMODE: 'verify-ca' }, USED)).toEqual(['t']);
    expect(await refusal(other, { ...env, PGSSLMODE: 'verify-full' })).toMatch(/elsewhere\.example\.org/);
  });

  it("the user's own files", async () => {
    fs.mkdirSync(file('.postgresql'), { recursive: true });
    fs.copyFileSync(file('other.crt'), file('.postgresql/root.crt'));
    expect(await refusal(url, { PGSSLMODE: 'require', HOME: folder })).toMatch(/certificate/);
    fs.copyFileSync(file('ca.crt'), file('.postgresql/root.crt'));
    expect(await ask(url, { PGSSLMODE: 'verify-full' }, USED)).toEqual(['t']);
    fs.rmSync(file('.postgresql'), { recursive: true });
  });

  it.skipIf(process.platform === 'win32')('a key that others can read', async () => {
    fs.copyFileSync(file('client.key'), file('open.key'));
    fs.chmodSync(file('open.key'), 0o644);
    const env = { PGSSLMODE: 'require', PGSSLCERT: file('client.crt'), PGSSLKEY: file('open.key') };
    expect(await refusal(url, env)).toMatch(/open\.key \(sslkey\) can be read by others/);
  });
});
