/**
 * What a file drops and makes again. A rerun of the whole file drops the new one, with all that an application has written by then, so
 * what holds rows must be refused; what holds none may be made again as often as one likes.
 */
import { createRewriter, type FileResult } from '@idempotify/codemods';
import { toolByName } from '@idempotify/core';
import type { Server, Session } from '@idempotify/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { proveRerun } from '../support/proof.ts';
import { proofServers } from '../support/servers.ts';

interface Loss {
  readonly name: string;
  readonly setup?: string;
  readonly migration: string;
  /** What an application, or a later migration, does once the file has run. */
  readonly live: string;
  /** One value, which a rerun must not change. */
  readonly kept: string;
  /** What the report names. */
  readonly reason: RegExp;
  /** Earlier migrations are not shown to the rewriter. */
  readonly blind?: boolean;
}

const T = { live: 'INSERT INTO t VALUES (1);', kept: 'SELECT count(*) FROM t', reason: /table "t" with its data/ };
const OTHER = 'CREATE TABLE other (id int);';
const dropped = 'DROP TABLE IF EXISTS t;';

const losses: readonly Loss[] = [
  { name: 'a table', migration: `${dropped} CREATE TABLE t (a int);`, ...T },
  {
    name: 'a table that was there',
    setup: 'CREATE TABLE t (a int);',
    migration: 'DROP TABLE t; CREATE TABLE t (a int);',
    ...T,
  },
  { name: 'a table, CASCADE', migration: 'DROP TABLE IF EXISTS t CASCADE; CREATE TABLE t (a int);', ...T },
  { name: 'a table that is made IF NOT EXISTS', migration: `${dropped} CREATE TABLE IF NOT EXISTS t (a int);`, ...T },
  { name: 'one of two tables', migration: 'DROP TABLE IF EXISTS s, t; CREATE TABLE t (a int);', ...T },
  { name: 'a table made by a query', migration: `${dropped} CREATE TABLE t AS SELECT 0 AS a;`, ...T },
  { name: 'a table made by SELECT INTO', migration: `${dropped} SELECT 0 AS a INTO t;`, ...T },
  { name: 'a table, in a transaction', migration: `BEGIN; ${dropped} CREATE TABLE t (a int); COMMIT;`, ...T },
  { name: 'a table, in a block', migration: `DO $$ BEGIN ${dropped} CREATE TABLE t (a int); END $$;`, ...T },
  {
    name: 'a table whose DROP has an EXCEPTION part',
    migration: `DO $$ BEGIN DROP TABLE t; EXCEPTION WHEN undefined_table THEN NULL; END $$; CREATE TABLE t (a int);`,
    ...T,
  },
  {
    name: 'a table whose DROP asks for the name',
    migration: `DO $$ BEGIN IF to_regclass('t') IS NOT NULL THEN DROP TABLE t; END IF; END $$; CREATE TABLE t (a int);`,
    ...T,
  },
  {
    name: 'a table that a function drops',
    migration: `CREATE OR REPLACE FUNCTION clear() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ${dropped} END $$;
SELECT clear(); CREATE TABLE t (a int);`,
    live: T.live,
    kept: T.kept,
    reason: /clear\(\)/,
  },
  {
    name: 'a column',
    setup: 'CREATE TABLE t (id int);',
    migration: 'ALTER TABLE t DROP COLUMN IF EXISTS a; ALTER TABLE t ADD COLUMN a int;',
    live: 'INSERT INTO t VALUES (1, 1);',
    kept: 'SELECT sum(a) FROM t',
    reason: /column "a" with its data/,
    blind: true,
  },
  {
    name: 'a sequence',
    migration: 'DROP SEQUENCE IF EXISTS s; CREATE SEQUENCE s;',
    live: `SELECT nextval('s');`,
    kept: 'SELECT last_value::text || is_called FROM s',
    reason: /sequence "s" .*hand out used numbers/,
  },
  {
    name: 'a sequence that was there',
    setup: 'CREATE SEQUENCE s;',
    migration: 'DROP SEQUENCE s; CREATE SEQUENCE s;',
    live: `SELECT nextval('s');`,
    kept: 'SELECT last_value::text || is_called FROM s',
    reason: /sequence "s" .*hand out used numbers/,
  },
  {
    name: 'a schema',
    migration: 'DROP SCHEMA IF EXISTS s CASCADE; CREATE SCHEMA s;',
    live: 'CREATE TABLE s.t (a int);',
    kept: `SELECT to_regclass('s.t') IS NULL`,
    reason: /schema "s" with all that is in it/,
  },
  {
    name: 'a schema with a table',
    migration: 'DROP SCHEMA IF EXISTS s CASCADE; CREATE SCHEMA s; CREATE TABLE s.t (a int);',
    live: 'INSERT INTO s.t VALUES (1);',
    kept: 'SELECT count(*) FROM s.t',
    reason: /schema "s" with all that is in it/,
  },
  {
    name: 'an extension',
    migration: 'DROP EXTENSION IF EXISTS citext CASCADE; CREATE EXTENSION citext;',
    live: `CREATE TABLE t (a citext);`,
    kept: `SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'a'`,
    reason: /extension "citext" with the rows and columns/,
  },
  {
    name: 'a domain, CASCADE',
    migration: 'DROP DOMAIN IF EXISTS d CASCADE; CREATE DOMAIN d AS int;',
    live: `CREATE TABLE t (a d);`,
    kept: `SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'a'`,
    reason: /domain "d" with the columns/,
  },
  {
    name: 'all rows, by TRUNCATE',
    setup: 'CREATE TABLE t (a int);',
    migration: 'TRUNCATE t;',
    ...T,
    reason: /all rows of "t" would be deleted/,
  },
  {
    name: 'all rows, by DELETE',
    setup: 'CREATE TABLE t (a int);',
    migration: 'DELETE FROM t WHERE true;',
    ...T,
    reason: /all rows of "t" would be deleted/,
  },
  {
    name: 'all rows of a new table',
    migration: 'CREATE TABLE IF NOT EXISTS t (a int); TRUNCATE t;',
    ...T,
    reason: /all rows of "t" would be deleted/,
  },
];

interface Harmless {
  readonly name: string;
  readonly setup?: string;
  readonly migration: string;
  readonly live?: string;
  readonly rows?: string;
}

const harmless: readonly Harmless[] = [
  { name: 'a view', setup: OTHER, migration: 'DROP VIEW IF EXISTS v; CREATE VIEW v AS SELECT id FROM other;' },
  {
    name: 'a materialized view',
    setup: OTHER,
    migration: 'DROP MATERIALIZED VIEW IF EXISTS v; CREATE MATERIALIZED VIEW v AS SELECT id FROM other;',
  },
  {
    name: 'a function',
    migration: `DROP FUNCTION IF EXISTS f(int); CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT a';`,
  },
  {
    name: 'an index and a constraint',
    setup: 'CREATE TABLE t (a int);',
    migration: `DROP INDEX IF EXISTS i; CREATE INDEX i ON t (a);
ALTER TABLE t DROP CONSTRAINT IF EXISTS c; ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0);`,
    live: 'INSERT INTO t VALUES (1);',
  },
  {
    name: 'a type',
    setup: OTHER,
    migration: `DROP TYPE IF EXISTS mood; CREATE TYPE mood AS ENUM ('sad'); ALTER TABLE other ADD COLUMN mood mood;`,
    live: `INSERT INTO other VALUES (1, 'sad');`,
  },
  {
    name: 'a table that gets another shape',
    setup: 'CREATE TABLE t (a int);',
    migration: 'DROP TABLE IF EXISTS t; CREATE TABLE t (a text, b int);',
    rows: 'INSERT INTO t VALUES (1);',
    live: `INSERT INTO t VALUES ('x', 1);`,
  },
  {
    name: 'a table that another takes the name of',
    setup: 'CREATE TABLE t (a int); CREATE TABLE u (a int, b int);',
    migration: 'DROP TABLE IF EXISTS t; ALTER TABLE u RENAME TO t;',
    rows: 'INSERT INTO u VALUES (1, 1);',
    live: 'INSERT INTO t VALUES (2, 2);',
  },
  {
    name: 'a schema whose table gets another shape',
    setup: 'CREATE SCHEMA s; CREATE TABLE s.t (a int);',
    migration: 'DROP SCHEMA s CASCADE; CREATE SCHEMA s; CREATE TABLE s.t (a int, b int);',
    rows: 'INSERT INTO s.t VALUES (1);',
    live: 'INSERT INTO s.t VALUES (2, 2);',
  },
  {
    name: 'a table that goes with its schema',
    setup: 'CREATE SCHEMA s;',
    migration: 'CREATE TABLE s.t (a int); DROP SCHEMA s CASCADE;',
  },
  {
    name: 'a temporary table that is emptied',
    setup: OTHER,
    migration: 'CREATE TEMP TABLE work (id int); TRUNCATE work;',
  },
  {
    name: 'rows that are deleted in front of a step that lasts',
    setup: 'CREATE TABLE t (a int);',
    migration: 'TRUNCATE t; ALTER TABLE t ADD COLUMN b int NOT NULL;',
    rows: 'INSERT INTO t VALUES (1);',
    live: 'INSERT INTO t VALUES (1, 1);',
  },
];

const prisma = toolByName('prisma');

function rewrite({ setup, blind, migration }: Loss | (Harmless & { blind?: boolean })): FileResult {
  if (!prisma) throw new Error('there is no tool "prisma"');
  const history = { before: () => (setup && !blind ? [{ path: '0/migration.sql', read: () => setup }] : []) };
  return createRewriter({ guard: 'shape', pgVersion: 14 }, prisma, history).rewrite({
    path: '1/migration.sql',
    text: migration,
  });
}

describe.each(proofServers)('dropped and made again on $name', ({ start }) => {
  let server: Server;
  beforeAll(async () => {
    server = await start({ extensions: ['citext'] });
  });
  afterAll(() => server.close());

  async function value(session: Session, sql: string): Promise<string> {
    return JSON.stringify((await session.query(sql)).at(-1)?.rows);
  }

  test.each(losses)('$name is refused', async (loss) => {
    const { text, statements } = rewrite(loss);
    const refused = statements.filter(({ outcome }) => outcome === 'refused');
    expect(refused.map(({ message }) => message).join('\n')).toMatch(loss.reason);
    expect(text).toBe(loss.migration);

    // and rightly so: left to itself, the second run loses something
    const database = await server.createDatabase();
    const session = await server.connect(database);
    try {
      await session.query(`${loss.setup ?? ''}\n${loss.migration}`);
      await session.query(loss.live);
      const before = await value(session, loss.kept);
      await session.query(loss.migration);
      expect(await value(session, loss.kept)).not.toBe(before);
    } finally {
      await session.close();
      await server.dropDatabase(database);
    }
  });

  test.each(harmless)('$name is not', async (one) => {
    const { text, statements } = rewrite(one);
    expect(statements.filter(({ outcome }) => outcome === 'refused')).toEqual([]);
    const failures = await proveRerun({
      server,
      setup: one.setup ?? '',
      original: one.migration,
      rewritten: text,
      ...(one.rows === undefined ? {} : { rows: one.rows }),
      ...(one.live === undefined ? {} : { live: one.live }),
    });
    const complaints = failures.map(({ message }) => message);
    expect(complaints, `${complaints.join('\n')}\n\n${text}`).toEqual([]);
  });
});

test('a DROP of what only the server knows never meets what the file has made', () => {
  const loop = `DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE tablename LIKE 'old%' LOOP EXECUTE 'DROP TABLE IF EXISTS ' || name; END LOOP;
END $$;`;
  for (const drop of [loop, 'DROP OWNED BY CURRENT_USER;']) {
    const { statements } = rewrite({ name: '', migration: `${drop} CREATE TABLE t (a int);` });
    expect(statements.map(({ outcome }) => outcome)).toEqual(['pattern', 'guarded']);
    const alone = rewrite({ name: '', setup: OTHER, migration: `${drop} CREATE INDEX i ON other (id);` });
    expect(alone.statements[0]?.outcome).toBe('rerunnable');
  }
});
