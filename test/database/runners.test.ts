import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import {
  ConnectionError,
  SqlError,
  connectServer,
  pgliteExtensions,
  scratchPrefix,
  snapshot,
  diffSnapshots,
  startPGlite,
  type PostgresServer,
  type Server,
} from '@idempotify/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outerRealServers, realServers, startPostgres, testServers, type OwnServer } from '../support/servers.ts';

async function ask(server: Server, database: string, sql: string): Promise<Record<string, string | null>[]> {
  const session = await server.connect(database);
  try {
    return (await session.query(sql)).at(-1)?.rows ?? [];
  } finally {
    await session.close();
  }
}

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('there was no error');
}

describe.each(testServers)('$name', ({ major, start }) => {
  let server: Server;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());

  test('tells its version', () => {
    expect(Math.trunc(server.versionNumber / 10000)).toBe(major);
  });

  test('keeps databases apart and copies a template', async () => {
    const one = await server.createDatabase();
    await ask(
      server,
      one,
      'CREATE TABLE t (a int); INSERT INTO t VALUES (1); CREATE SEQUENCE q; SELECT nextval($$q$$)',
    );
    const two = await server.createDatabase();
    const copy = await server.createDatabase(one);
    await ask(server, one, 'INSERT INTO t VALUES (2)');
    expect(await ask(server, two, `SELECT to_regclass('t') AS t`)).toEqual([{ t: null }]);
    expect(await ask(server, copy, 'SELECT a, (SELECT last_value FROM q) AS q FROM t')).toEqual([{ a: '1', q: '1' }]);
    expect(await ask(server, one, 'SELECT count(*) AS n FROM t')).toEqual([{ n: '2' }]);
    for (const name of [one, two, copy]) await server.dropDatabase(name);
    expect(await errorOf(server.connect(one))).toBeInstanceOf(ConnectionError);
  });

  test('copies a copy that was changed', async () => {
    const one = await server.createDatabase();
    await ask(server, one, 'CREATE TABLE t (a int)');
    const two = await server.createDatabase(one);
    await ask(server, two, 'ALTER TABLE t ADD b int');
    const three = await server.createDatabase(two);
    expect(
      await ask(server, three, `SELECT count(*) AS n FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0`),
    ).toEqual([{ n: '2' }]);
    for (const name of [one, two, three]) await server.dropDatabase(name);
  });

  test('gives every value as the text that PostgreSQL prints', async () => {
    const name = await server.createDatabase();
    const sql = `SELECT 9007199254740993 AS big, true AS yes, ARRAY[1, NULL] AS list, '{"a": 1}'::json AS json, '2020-01-02'::date AS day, NULL AS none, '\\x00ff'::bytea AS bytes`;
    expect(await ask(server, name, sql)).toEqual([
      {
        big: '9007199254740993',
        yes: 't',
        list: '{1,NULL}',
        json: '{"a": 1}',
        day: '2020-01-02',
        none: null,
        bytes: '\\x00ff',
      },
    ]);
    await server.dropDatabase(name);
  });

  test('sends a text as one implicit transaction', async () => {
    const name = await server.createDatabase();
    const session = await server.connect(name);
    const results = await session.query(
      'CREATE TABLE a (x int); INSERT INTO a VALUES (1), (2); SELECT x FROM a ORDER BY x; SELECT 1 AS one',
    );
    expect(results.map(({ rows }) => rows)).toEqual([[], [], [{ x: '1' }, { x: '2' }], [{ one: '1' }]]);
    expect(await session.query(' -- nothing\n')).toEqual([]);

    const error = await errorOf(session.query('CREATE TABLE b (); CREATE TABLE a ()'));
    expect(error).toBeInstanceOf(SqlError);
    expect((error as SqlError).code).toBe('42P07');
    expect(await session.query(`SELECT to_regclass('b') AS b`)).toEqual([{ rows: [{ b: null }] }]);

    // what was committed by the text itself stays
    await errorOf(session.query('BEGIN; CREATE TABLE b (); COMMIT; CREATE TABLE c (); SELECT 1 / 0'));
    expect(await session.query(`SELECT to_regclass('b') AS b, to_regclass('c') AS c`)).toEqual([
      { rows: [{ b: 'b', c: null }] },
    ]);
    await session.close();
    await server.dropDatabase(name);
  });

  test('says where and why a statement was refused', async () => {
    const name = await server.createDatabase();
    const error = (await errorOf(ask(server, name, 'SELECT 1;\nSELECT ä FROM nowhere'))) as SqlError;
    expect(error.message).toBe('relation "nowhere" does not exist');
    expect(error.fields).toMatchObject({ code: '42P01', position: 25 });
    const constraint = (await errorOf(
      ask(server, name, 'CREATE TABLE t (a int CONSTRAINT k CHECK (a > 0)); INSERT INTO t VALUES (0)'),
    )) as SqlError;
    expect(constraint.fields).toMatchObject({
      code: '23514',
      table: 't',
      constraint: 'k',
      detail: 'Failing row contains (0).',
    });
    await server.dropDatabase(name);
  });

  test('knows whether a transaction is open, and rolls it back with the session', async () => {
    const name = await server.createDatabase();
    const session = await server.connect(name);
    expect(session.inTransaction).toBe(false);
    await session.query('BEGIN; CREATE TABLE t ()');
    expect(session.inTransaction).toBe(true);
    await errorOf(session.query('SELECT 1 / 0'));
    expect(session.inTransaction).toBe(true);
    await session.query('ROLLBACK; BEGIN; CREATE TABLE t ()');
    await session.close();
    expect(await ask(server, name, `SELECT to_regclass('t') AS t`)).toEqual([{ t: null }]);
    await server.dropDatabase(name);
  });

  test('has nothing of an earlier session in a new one', async () => {
    const name = await server.createDatabase();
    const settings = `SELECT current_user AS who, current_setting('search_path') AS path, current_setting('work_mem') AS memory`;
    const before = await ask(server, name, settings);
    await ask(
      server,
      name,
      `CREATE TEMPORARY TABLE tmp (); CREATE ROLE idempotify_r; PREPARE p AS SELECT 1; SET search_path = nowhere; SET work_mem = '1MB';
       SELECT pg_catalog.pg_advisory_lock(1); SET SESSION AUTHORIZATION idempotify_r`,
    );
    expect(await ask(server, name, settings)).toEqual(before);
    expect(
      await ask(
        server,
        name,
        `SELECT to_regclass('pg_temp.tmp') AS tmp, (SELECT count(*) FROM pg_prepared_statements) AS prepared, pg_try_advisory_lock(1) AS free`,
      ),
    ).toEqual([{ tmp: null, prepared: '0', free: 't' }]);
    await ask(server, name, 'DROP ROLE idempotify_r');
    await server.dropDatabase(name);
  });

  test('can do what no transaction can', async () => {
    const name = await server.createDatabase();
    await ask(server, name, 'CREATE TABLE t (a int)');
    await ask(server, name, 'CREATE INDEX CONCURRENTLY i ON t (a)');
    await ask(server, name, 'VACUUM t');
    const error = (await errorOf(ask(server, name, 'SELECT 1; CREATE INDEX CONCURRENTLY j ON t (a)'))) as SqlError;
    expect(error.code).toBe('25001');
    await server.dropDatabase(name);
  });

  test('rejects what is used against the rules', async () => {
    const name = await server.createDatabase();
    const session = await server.connect(name);
    expect((await errorOf(server.createDatabase(name))).message).toContain('is in use');
    expect((await errorOf(session.query('SELECT 1\0; DROP TABLE t'))).message).toContain('NUL');
    await session.close();
    expect((await errorOf(session.query('SELECT 1'))).message).toBe('this session is closed');
    await session.close();
    await server.dropDatabase(name);
    expect((await errorOf(server.dropDatabase(name))).message).toContain('no scratch database');
    expect((await errorOf(server.dropDatabase('postgres'))).message).toContain('no scratch database');
    expect((await errorOf(server.createDatabase('postgres'))).message).toContain('no scratch database');
  });

  test('ends the sessions of a database that is dropped', async () => {
    const name = await server.createDatabase();
    const session = await server.connect(name);
    await session.query('BEGIN');
    await server.dropDatabase(name);
    expect(await errorOf(session.query('SELECT 1'))).toBeInstanceOf(ConnectionError);
  });
});

describe('PGlite', () => {
  test('keeps more databases than it holds in memory', async () => {
    const server = await startPGlite({ ready: 1 });
    const names = [];
    for (const value of [1, 2, 3]) {
      const name = await server.createDatabase();
      await ask(server, name, `CREATE TABLE t AS SELECT ${value} AS a`);
      names.push(name);
    }
    for (const [at, name] of names.entries())
      expect(await ask(server, name, 'SELECT a FROM t')).toEqual([{ a: String(at + 1) }]);
    await server.close();
  });

  test('has one session per database', async () => {
    const server = await startPGlite();
    const name = await server.createDatabase();
    await server.connect(name);
    expect((await errorOf(server.connect(name))).message).toContain('can have only one');
    await server.close();
  });

  test('loads the extensions that it is asked for', async () => {
    const server = await startPGlite({ extensions: ['citext', 'uuid-ossp', 'pg_trgm'] });
    const name = await server.createDatabase();
    const sql = `CREATE EXTENSION citext; CREATE EXTENSION "uuid-ossp"; CREATE EXTENSION pg_trgm; SELECT 'A'::citext = 'a' AS same, similarity('word', 'word') AS alike`;
    expect(await ask(server, name, sql)).toEqual([{ same: 't', alike: '1' }]);
    // a copy has them too
    expect(await ask(server, await server.createDatabase(name), `SELECT 'A'::citext = 'a' AS same`)).toEqual([
      { same: 't' },
    ]);
    await server.close();
  });

  test('says which extension it does not have', async () => {
    expect((await errorOf(startPGlite({ extensions: ['citext', 'postgis'] }))).message).toMatch(
      /^PGlite does not ship the extension "postgis" \(it has amcheck, .*\); use a real server instead$/,
    );
    const server = await startPGlite();
    const name = await server.createDatabase();
    expect((await errorOf(ask(server, name, 'CREATE EXTENSION citext'))).message).toBe(
      'extension "citext" is not available',
    );
    await server.close();
  });

  test('knows all extensions of the package', () => {
    const folder = path.dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite/contrib/amcheck'));
    const modules = fs.readdirSync(folder).filter((file) => file.endsWith('.js'));
    // auto_explain is a library without an extension
    const names = modules.map((file) => path.basename(file, '.js')).filter((name) => name !== 'auto_explain');
    expect(pgliteExtensions.map((name) => name.replace('-', '_')).sort()).toEqual(names.sort());
  });

  test('survives that a database breaks down', async () => {
    const server = await startPGlite();
    const [broken, fine] = [await server.createDatabase(), await server.createDatabase()];
    await ask(server, fine, 'CREATE TABLE t ()');
    const session = await server.connect(broken);
    await session.query('CREATE TABLE t (a int)');
    // there is nobody to copy from, and PGlite leaves
    const error = await errorOf(session.query('COPY t FROM STDIN'));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(await errorOf(server.connect(broken))).toBeInstanceOf(ConnectionError);
    expect(await ask(server, fine, `SELECT to_regclass('t') AS t`)).toEqual([{ t: 't' }]);
    await server.dropDatabase(broken);
    await server.close();
  });
});

describe('the URL of a server', () => {
  test.each(['localhost:5432/db', 'mysql://u:secret@localhost/db', 'postgres', ''])('%j is none', async (url) => {
    const error = await errorOf(connectServer(url));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toContain('looks like postgres://');
    expect(error.message).not.toContain('secret');
  });

  test('without a server behind it', async () => {
    const error = await errorOf(connectServer('postgres://u:secret@127.0.0.1:1/db'));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toMatch(/^cannot connect to 127\.0\.0\.1:1: .*ECONNREFUSED/);
    expect(error.message).not.toContain('secret');
  });
});

// IDEMPOTIFY_TEST_SERVERS=18 runs these
describe.skipIf(realServers.length === 0)('a real server', () => {
  describe.each(outerRealServers)('$name', ({ major }) => {
    let own: OwnServer;
    let server: PostgresServer;
    beforeAll(async () => {
      own = await startPostgres(major);
      server = await connectServer(own.url);
    });
    afterAll(async () => {
      await server.close();
      await own.stop();
    });
    const list = async (): Promise<string[]> => {
      const rows = await ask(server, await server.createDatabase(), 'SELECT datname FROM pg_database ORDER BY 1');
      return rows.flatMap((row) => row['datname'] ?? []);
    };

    test('leaves the database of the URL alone and drops its own', async () => {
      // somebody's database, and we as its visitor
      const owner = await server.createDatabase();
      const theirs = new URL(own.url);
      theirs.pathname = `/${owner}`;
      await ask(server, owner, 'CREATE TABLE precious (a int); INSERT INTO precious VALUES (1)');
      const before = await server.connect(owner);
      const look = async () => ({
        catalog: await snapshot(before),
        written: await before.query(
          `SELECT tup_inserted, tup_updated, tup_deleted FROM pg_stat_database WHERE datname = current_database()`,
        ),
      });
      const was = await look();

      const visitor = await connectServer(theirs.href);
      const made = await visitor.createDatabase();
      expect(made.startsWith(scratchPrefix)).toBe(true);
      await ask(visitor, made, 'CREATE TABLE t (a int); INSERT INTO t VALUES (1)');
      expect(await ask(visitor, made, 'SELECT current_database() AS name')).toEqual([{ name: made }]);
      const copy = await visitor.createDatabase(made);
      expect(await list()).toEqual(expect.arrayContaining([made, copy]));
      await visitor.close();
      const left = await list();
      expect(left).not.toContain(made);
      expect(left).not.toContain(copy);

      const is = await look();
      expect(diffSnapshots(was.catalog, is.catalog)).toEqual([]);
      expect(is.written).toEqual(was.written);
      await before.close();
    });

    test('removes what killed runs left, and nothing else', async () => {
      const name = await server.createDatabase();
      const admin = await server.connect(name);
      const orphan = `${scratchPrefix}0123456789ab_1`;
      await admin.query(`CREATE DATABASE ${orphan}`);
      await admin.query(`CREATE DATABASE ${scratchPrefix}of_somebody_else`);
      const other = await connectServer(own.url);
      const alive = await other.createDatabase();
      expect(await server.removeOrphans()).toEqual([orphan]);
      expect(await list()).toEqual(expect.arrayContaining([name, alive, `${scratchPrefix}of_somebody_else`]));
      await other.close();
      await admin.close();
    });

    test('is claimed by one run at a time, also when that has lost its lock, and its roles go with it', async () => {
      const roles = async (): Promise<unknown[]> => {
        const sql = `SELECT rolname FROM pg_roles WHERE rolname ~ '^idempotify_claim' ORDER BY 1`;
        return (await ask(server, await server.createDatabase(), sql)).map(({ rolname }) => rolname);
      };
      await ask(server, await server.createDatabase(), 'CREATE ROLE idempotify_claim_theirs');
      const one = await connectServer(own.url);
      await one.claim();
      const shared = 'GRANT CREATE ON TABLESPACE pg_default TO idempotify_claim_a';
      const made = 'CREATE ROLE idempotify_claim_a; CREATE ROLE "idempotify_claim_ä""\'b"';
      await ask(
        one,
        await one.createDatabase(),
        `${made}; CREATE TABLE t (); GRANT SELECT ON t TO idempotify_claim_a; ${shared}`,
      );
      const two = await connectServer(own.url);
      await expect(two.claim()).rejects.toThrow(/another idempotify run uses this server as disposable/);
      await two.removeRun();
      expect(await roles()).toHaveLength(3);

      const lost = `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'`;
      await ask(server, await server.createDatabase(), lost);
      await expect(two.claim()).rejects.toThrow(/another idempotify run/);
      await expect(one.removeRun()).rejects.toThrow(ConnectionError);
      expect(await roles()).toHaveLength(3);
      const again = await connectServer(own.url, { run: one.run });
      await again.removeRun();
      expect(await roles()).toEqual(['idempotify_claim_theirs']);
      await again.close();
      // its connections have been ended
      await expect(one.close()).rejects.toThrow(ConnectionError);

      await two.claim();
      await two.removeRun();
      await two.close();
      expect(await roles()).toEqual(['idempotify_claim_theirs']);
      await ask(server, await server.createDatabase(), 'DROP ROLE idempotify_claim_theirs');
      expect((await list()).filter((name) => name.includes(one.run) || name.includes(two.run))).toEqual([]);
    });

    test('reports a connection that is lost', async () => {
      const name = await server.createDatabase();
      const session = await server.connect(name);
      const [row] = (await session.query('SELECT pg_backend_pid() AS pid'))[0]?.rows ?? [];
      await ask(server, await server.createDatabase(), `SELECT pg_terminate_backend(${row?.['pid']})`);
      const error = await errorOf(session.query('SELECT 1'));
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error.message).toContain('the connection was lost');
      await session.close();
      // while it is busy
      const busy = await server.connect(name);
      const [mine] = (await busy.query('SELECT pg_backend_pid() AS pid'))[0]?.rows ?? [];
      const [lost] = await Promise.all([
        errorOf(busy.query('SELECT pg_sleep(30)')),
        ask(server, await server.createDatabase(), `SELECT pg_terminate_backend(${mine?.['pid']})`),
      ]);
      expect(lost).toBeInstanceOf(ConnectionError);
      await busy.close();
      await server.dropDatabase(name);
    });
  });
});
