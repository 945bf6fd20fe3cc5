/** A text of pg_dump becomes a baseline: it makes what the dump makes, again and again, and raises where something else is there. */
import fs from 'node:fs';
import {
  baselineFromDump,
  baselineSql,
  diffSnapshots,
  snapshot,
  type BaselineOptions,
  type Server,
  type Session,
  type Snapshot,
} from '@idempotify/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anyRealServer, testServers } from '../support/servers.ts';

// made by pg_dump 15 of a server 15 and by pg_dump 18 of a server 18, from schema.sql beside them
const dumps = [15, 18].map((major) => ({
  major,
  text: fs.readFileSync(new URL(`fixtures/dump/pg${major}.sql`, import.meta.url), 'utf8'),
}));
const [fifteen = { major: 0, text: '' }] = dumps;

/** A dump of one statement. */
const dump = (...statements: string[]): string =>
  `-- Dumped from database version 18.4\n-- Dumped by pg_dump version 18.4\n\nSELECT pg_catalog.set_config('search_path', '', false);\n\n${statements.join('\n\n')}\n`;
const sqlOf = (text: string, options?: BaselineOptions): string =>
  baselineSql(baselineFromDump(text, options).baseline);

const ROLES = `DO $$ DECLARE r text; BEGIN FOREACH r IN ARRAY ARRAY['dump_owner', 'dump_reader'] LOOP
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) THEN EXECUTE format('CREATE ROLE %I', r); END IF; END LOOP; END $$;`;

/** What psql would send; its copy of a materialized view is empty, ours is filled. */
const plain = (text: string): string =>
  text
    .replaceAll(/^\\.*$/gm, '')
    // a server of another major may not know it
    .replaceAll(/^SET transaction_timeout.*$/gm, '')
    .replaceAll('WITH NO DATA', '');

describe.each([...testServers.filter(({ embedded }) => embedded), ...anyRealServer])('on $name', ({ start }) => {
  let server: Server;
  /** An empty database. */
  let session: Session;
  beforeAll(async () => {
    server = await start();
    session = await server.connect(await server.createDatabase());
    await session.query(`SET client_min_messages = error; ${ROLES}`);
  });
  afterAll(() => server.close());

  /** Runs the scripts one behind the other, then looks; nothing stays. */
  async function after<T>(scripts: readonly string[], look: () => Promise<T>): Promise<T> {
    await session.query('BEGIN');
    try {
      for (const script of scripts) await session.query(script);
      return await look();
    } finally {
      await session.query('ROLLBACK');
    }
  }
  const state = (): Promise<Snapshot> => snapshot(session);
  const rows = async (sql: string): Promise<unknown> => (await session.query(sql))[0]?.rows;

  describe.each(dumps)('a dump of $major', ({ text }) => {
    const sql = sqlOf(text);
    const blocks = sql.split(/(?<=\nEND \$idempotify(?:_\d+)?\$;\n)/);
    let made: Snapshot;
    beforeAll(async () => {
      made = await after([sql], state);
    });

    test('makes what the dump makes, but for what is left out', async () => {
      const other = await after([plain(text), 'RESET search_path'], state);
      const differences = diffSnapshots(other, made).map(({ kind, name }) => `${kind} ${name}`);
      expect(differences.filter((line) => !line.includes('_prisma_migrations'))).toEqual([
        'user mapping public ON other',
      ]);
    });

    test('leaves the settings of the session as they were', async () => {
      const settings = await after([`SET search_path = pg_temp, public; SET DateStyle = 'SQL, DMY'`, sql], () =>
        rows(
          `SELECT current_setting('search_path') AS a, current_setting('check_function_bodies') AS b, current_setting('role') AS c, current_setting('DateStyle') AS d`,
        ),
      );
      expect(settings).toEqual([{ a: 'pg_temp, public', b: 'on', c: 'none', d: 'SQL, DMY' }]);
    });

    test.each([0.4, 0.8])('goes on where a part of it has run: %s', async (share) => {
      const parts = blocks.slice(0, Math.round(blocks.length * share)).join('');
      expect(diffSnapshots(made, await after([parts, sql], state))).toEqual([]);
    });

    test('makes again what is missing', async () => {
      const loss = `DROP FUNCTION shop.next_code CASCADE; DROP VIEW shop.per_customer; DROP INDEX shop.orders_double; DROP TABLE shop.log_rest;
        DROP TRIGGER touch ON shop.customers; DROP POLICY own ON shop.orders; ALTER TABLE shop.customers DROP CONSTRAINT known_kind;
        ALTER TABLE shop.customers ENABLE TRIGGER off; DROP SEQUENCE shop.orders_id_seq CASCADE;
        REVOKE ALL ON shop.customers FROM dump_reader CASCADE; COMMENT ON TABLE shop.customers IS 'other'`;
      expect(diffSnapshots(made, await after([sql, loss, sql], state))).toEqual([]);
    });
  });

  describe('over something else', () => {
    const sql = sqlOf(dumps[1]?.text ?? '');
    beforeAll(() => session.query(`BEGIN; ${sql}`));
    afterAll(() => session.query('ROLLBACK'));

    test.each([
      ['ALTER TABLE shop.log ADD COLUMN more integer', 'table shop.log (its columns)'],
      ['ALTER TABLE shop.log ALTER what TYPE character varying', 'table shop.log (its columns)'],
      ['ALTER TABLE shop.customers ALTER changed SET NOT NULL', 'table shop.customers (its NOT NULLs)'],
      [`ALTER TABLE shop.customers ALTER name SET DEFAULT 'x'`, 'column shop.customers.name (its default)'],
      ['ALTER TABLE shop.customers ADD CHECK (id > 0)', 'table shop.customers (constraints, triggers'],
      [
        `ALTER TABLE shop.customers DROP CONSTRAINT known_kind, ADD CONSTRAINT known_kind CHECK (kind <> '')`,
        'constraint known_kind on shop.customers',
      ],
      ['DROP INDEX shop.orders_double; CREATE INDEX orders_double ON shop.orders (id)', 'index shop.orders_double'],
      ['ALTER SEQUENCE shop.numbers CACHE 8', 'sequence shop.numbers'],
      [`ALTER TYPE shop.state ADD VALUE 'more'`, 'type shop.state'],
      ['ALTER DOMAIN shop.amount DROP NOT NULL', 'domain shop.amount'],
      ['ALTER FUNCTION shop.touched() SECURITY DEFINER', 'function shop.touched()'],
      [
        `CREATE OR REPLACE PROCEDURE shop.tidy(days integer) LANGUAGE sql AS 'SELECT 1'`,
        'procedure shop.tidy(integer)',
      ],
      ['DROP VIEW shop.per_customer; CREATE TABLE shop.per_customer ()', 'view shop.per_customer'],
      ['ALTER POLICY all_of_them ON shop.orders TO dump_reader', 'policy all_of_them on shop.orders'],
      [`ALTER SERVER other OPTIONS (SET host 'x')`, 'foreign server other'],
      [
        'CREATE OR REPLACE VIEW shop.per_customer AS SELECT id, name, 1::bigint AS n FROM shop.customers',
        'view shop.per_customer',
      ],
      [
        'DROP RULE keep ON shop.orders; CREATE RULE keep AS ON DELETE TO shop.orders DO NOTHING',
        'rule keep on shop.orders',
      ],
    ])('raises where something else is there: %s', async (change, name) => {
      await session.query(`SAVEPOINT whole; ${change}`);
      const error = await session.query(sql).catch(String);
      await session.query('ROLLBACK TO whole');
      expect(error).toContain('another definition than the baseline of');
      expect(error).toContain(name);
    });
  });

  test('changes nothing and locks nothing when it runs again', async () => {
    const again = await server.connect(await server.createDatabase());
    const sql = sqlOf(fifteen.text);
    await again.query(`SET client_min_messages = error; ${ROLES}`);
    await again.query(sql);
    await again.query('BEGIN');
    await again.query(sql);
    const [result] = await again.query(`SELECT txid_current_if_assigned() AS id,
      (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation' AND mode <> 'AccessShareLock') AS locks`);
    await again.close();
    expect(result?.rows).toEqual([{ id: null, locks: '0' }]);
  });

  test('default privileges of the target give nothing away', async () => {
    const sql = sqlOf(
      dump(
        'CREATE TABLE public.t (id integer);',
        'CREATE FUNCTION public.f() RETURNS integer\n    LANGUAGE sql\n    AS $$select 1$$;',
      ),
    );
    const defaults =
      'ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO dump_reader; ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC';
    const given = await after([defaults, sql], () =>
      rows(
        `SELECT has_table_privilege('dump_reader', 'public.t', 'SELECT') AS t, has_function_privilege('dump_reader', 'public.f()', 'EXECUTE') AS f`,
      ),
    );
    expect(given).toEqual([{ t: 'f', f: 't' }]);
  });

  test('owners and grants of roles that are not there are skipped', async () => {
    const sql = sqlOf(
      dump(
        'CREATE TABLE public.t (id integer);',
        'ALTER TABLE public.t OWNER TO nobody_here;',
        'GRANT SELECT ON TABLE public.t TO nobody_here;\nGRANT SELECT ON TABLE public.t TO dump_reader;',
        'ALTER DEFAULT PRIVILEGES FOR ROLE nobody_here GRANT SELECT ON TABLES TO dump_reader;',
      ),
    );
    const given = await after([sql, sql], () =>
      rows(`SELECT has_table_privilege('dump_reader', 'public.t', 'SELECT') AS t`),
    );
    expect(given).toEqual([{ t: 't' }]);
  });
});

describe('the text', () => {
  test('psql commands, settings and data are no part of it', () => {
    const sql = sqlOf(fifteen.text);
    expect(fifteen.text).toMatch(/^\\restrict/m);
    expect(sql).not.toMatch(/^\\/m);
    expect(sql).not.toMatch(/^SET |^SELECT /m);
    // tools that split at semicolons
    expect(
      sql.split('\n').filter((line) => line.startsWith('-- ') && line.includes(';') && !line.includes('$_$')),
    ).toEqual([]);
  });

  test('what is left out is said', () => {
    const { baseline, problems } = baselineFromDump(fifteen.text);
    expect(problems).toEqual([]);
    expect(baseline.version).toBe(150018);
    expect(baseline.roles).toEqual(['dump_owner', 'dump_reader', 'postgres']);
    expect(baseline.leftOut).toEqual([
      expect.objectContaining({ kind: 'user mapping', name: 'for PUBLIC on server other' }),
      expect.objectContaining({ kind: 'table', name: 'public._prisma_migrations' }),
    ]);
    expect(baselineSql(baseline)).not.toContain('s3cret');
    expect(sqlOf(fifteen.text, { secrets: true })).toContain('s3cret');
  });

  test('secrets are what they are for a live database', () => {
    const text = dump(
      `CREATE SERVER a FOREIGN DATA WRAPPER w OPTIONS (aws_secret_access_key 's3cret');`,
      `CREATE SERVER b FOREIGN DATA WRAPPER w OPTIONS (url 'https://me:s3cret@example.org/');`,
      `CREATE USER MAPPING FOR PUBLIC SERVER c OPTIONS (api_token 's3cret');`,
      `CREATE SERVER c FOREIGN DATA WRAPPER w OPTIONS (host 'example.org', keepalives '1');`,
    );
    const { baseline, problems } = baselineFromDump(text);
    expect(problems).toEqual([]);
    expect(baseline.leftOut.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'foreign server a',
      'foreign server b',
      'user mapping for PUBLIC on server c',
    ]);
    expect(baselineSql(baseline)).toContain('CREATE SERVER c');
    expect(baselineSql(baseline)).not.toContain('s3cret');
  });

  test.each([
    `CREATE FOREIGN DATA WRAPPER w OPTIONS (password 's3cret');`,
    `CREATE FOREIGN TABLE public.t (id integer) SERVER s OPTIONS (api_key 's3cret');`,
    `CREATE FOREIGN TABLE public.t (id integer OPTIONS (token 's3cret')) SERVER s;`,
  ])('a secret that can not be left out is refused: %s', (statement) => {
    const { problems } = baselineFromDump(dump(statement));
    expect(problems).toEqual([expect.objectContaining({ message: expect.stringMatching(/may hold a secret/) })]);
    expect(JSON.stringify(problems)).not.toContain('s3cret');
    expect(baselineFromDump(dump(statement), { secrets: true }).problems).toEqual([]);
  });

  test('rows and positions of sequences are left out, all of them', () => {
    const text = dump(
      'CREATE TABLE public.t (id integer);',
      'COPY public.t (id) FROM stdin;\n1\n2;\n\\.\n',
      'INSERT INTO public.t VALUES (3);',
      `SELECT pg_catalog.setval('public.t_id_seq', 3, true);`,
    );
    const { baseline, problems } = baselineFromDump(text);
    expect(problems).toEqual([]);
    expect(baseline.leftOut.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'rows public.t',
      'position of the sequence public.t_id_seq',
    ]);
    expect(baselineSql(baseline)).not.toMatch(/INSERT|COPY|setval/);
  });

  test.each([
    ['DROP TABLE public.t;', /--clean/],
    ['\\connect other', /another database/],
    ['CREATE TABEL public.t (id integer);', /syntax error/],
    ['ANALYZE;', /no such statement/],
    [`SELECT public.do_it();`, /can not be told/],
    ['ALTER TABLE public.t DROP COLUMN a;', /no such change/],
    [`SET client_encoding = 'LATIN1';`, /not in UTF-8/],
    ['SET standard_conforming_strings = off;', /backslash/],
    ['ALTER TABLE public.t OWNER TO a, ENABLE ROW LEVEL SECURITY;', /several changes/],
  ])('is refused with %s', (statement, message) => {
    const { problems } = baselineFromDump(dump('CREATE TABLE public.a (id integer);', statement));
    expect(problems).toEqual([
      expect.objectContaining({
        line: 8,
        column: 1,
        message: expect.stringMatching(message),
        advice: expect.any(String),
      }),
    ]);
  });

  test.each([
    ['PGDMP\u0001', /custom format/],
    ['\0C\0R', /UTF-8/],
    ['-- nothing\n', /no statement/],
  ])('is refused when it is no dump: %j', (text, message) => {
    expect(baselineFromDump(text).problems).toEqual([
      expect.objectContaining({ message: expect.stringMatching(message) }),
    ]);
  });

  test('line ends of Windows and a byte order mark mean nothing', () => {
    const { text } = fifteen;
    expect(sqlOf(`\uFEFF${text.replaceAll('\n', '\r\n')}`)).toBe(sqlOf(text));
  });

  test('only what was asked for', () => {
    const kinds = (options: BaselineOptions): string => sqlOf(fifteen.text, options);
    expect(kinds({ comments: false })).not.toContain('COMMENT ON');
    expect(kinds({ owners: false })).not.toContain('OWNER TO');
    expect(kinds({ grants: false })).not.toMatch(/GRANT|REVOKE/);
    const { baseline } = baselineFromDump(fifteen.text, { exclude: ['shop.customers', '"Back ""office"""'] });
    expect(baselineSql(baseline)).not.toContain('CREATE TABLE shop.customers');
    expect(baseline.leftOut).toContainEqual({
      kind: 'constraint',
      name: 'orders_customer_fkey on shop.orders',
      reason: 'it needs shop.customers, which is left out',
    });
    expect(baseline.leftOut).toContainEqual(
      expect.objectContaining({ kind: 'schema', name: '"Back ""office"""', reason: 'excluded by ""Back ""office""""' }),
    );
    expect(() => baselineFromDump(fifteen.text, { schemas: ['nowhere'] })).toThrow(/nowhere/);
  });

  test('the examples of the documentation', () => {
    const page = fs.readFileSync(new URL('../../docs/baseline-from-dump.md', import.meta.url), 'utf8');
    const example = (name: string): string =>
      new RegExp(`^\`\`\`sql ${name}\\n([^]*?)^\`\`\``, 'm').exec(page)?.[1] ?? '';
    const { baseline, problems } = baselineFromDump(example('dump'), { grants: false });
    expect(problems).toEqual([]);
    expect(baseline.objects.map(({ sql }) => sql).join('\n')).toBe(example('baseline'));
  });
});
