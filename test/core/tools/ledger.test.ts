import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPGlite, type Server, type Session } from '@idempotify/database';
import { applyEdits, tools } from '@idempotify/core';
import { tool } from './folders.ts';

const hash = (algorithm: string, content: string | Buffer) => createHash(algorithm).update(content).digest('hex');
const bytes = (text: string) => Buffer.from(text, 'utf8');
const ledger = (name: string) => tool(name).ledger!;

describe('checksums', () => {
  const text = 'CREATE TABLE "ä" ();\r\n';
  it('Prisma and Drizzle: SHA-256 of the bytes', () => {
    // FIPS 180-2, appendix B.1
    expect(ledger('prisma').checksum('abc', 'x/migration.sql')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    for (const name of ['prisma', 'drizzle', 'drizzle-v1']) {
      expect(ledger(name).checksum(bytes(`\uFEFF${text}`), 'x')).toBe(hash('sha256', bytes(`\uFEFF${text}`)));
      expect(ledger(name).checksum(Buffer.from([0xff, 0x00]), 'x')).toBe(hash('sha256', Buffer.from([0xff, 0x00])));
    }
  });

  it('sqlx: SHA-384 of the bytes', () => {
    // FIPS 180-2, appendix D.1
    expect(ledger('sqlx').checksum('abc', '1_x.sql')).toBe(
      'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
    );
    expect(ledger('sqlx').checksum(bytes(text), '1_x.sql')).toBe(hash('sha384', bytes(text)));
  });

  it('postgres-migrations: SHA-1 of name and text', () => {
    expect(ledger('postgres-migrations').checksum(bytes(text), '/x/1_a.sql')).toBe(hash('sha1', `1_a.sql${text}`));
    expect(ledger('postgres-migrations').checksum(text, 'C:\\x\\1_a.sql')).toBe(hash('sha1', `1_a.sql${text}`));
  });

  it('Flyway: CRC-32 of the lines without their ends, signed', () => {
    // the check value of CRC-32: 0xCBF43926 over 123456789
    for (const form of ['123456789', '1234\n56789\n', '1234\r\n56789', '1\r2345\r\n\n\n6789', '\uFEFF123456789']) {
      expect(ledger('flyway').checksum(bytes(form), 'V1__x.sql'), JSON.stringify(form)).toBe(String(0xcbf43926 | 0));
    }
    expect(ledger('flyway').checksum('', 'V1__x.sql')).toBe('0');
    expect(ledger('flyway').checksum('123456788', 'V1__x.sql')).not.toBe(String(0xcbf43926 | 0));
  });

  it('Liquibase: MD5 over the MD5 of the SQL without white space', () => {
    const one = (sql: string, attributes = '') =>
      ledger('liquibase').checksum(`--liquibase formatted sql\n--changeset a:1${attributes}\n${sql}`, 'x.sql');
    // what Liquibase's own test keeps for `select 1` (UpgradeChecksumVersionIntegrationTest, changeset 3)
    const known = 'a:1 9:3b78b9910981c62ca27148640fad7bc2';
    for (const form of [
      'select 1',
      'select 1\n',
      '\n select\t1\r\n\r\n',
      '--comment why\nselect\n--rollback select 2;\n1\n',
      '--preconditions onFail:HALT\n--precondition-sql-check expectedResult:0 select 3\n--validCheckSum: any\nselect 1\n/* liquibase rollback\nselect 4;\n*/\n',
      '--ignoreLines:1\nselect 5\nselect 1',
    ]) {
      expect(one(form), form).toBe(known);
    }
    expect(one('select 1', ' splitStatements:false endDelimiter:/')).toBe(known);
    expect(one('select 1;')).not.toBe(known);
    expect(one('select 1 -- comment')).not.toBe(known);
    expect(one('select ${x}')).toBe('a:1 unknown: it holds ${…}');
    const md5 = (each: string) => hash('md5', each);
    expect(one("SELECT 'ä';\nGO\n")).toBe(`a:1 9:${md5(`9:${md5("SELECT'ä';GO")}:`)}`);
  });
});

describe('Graphile Migrate', () => {
  const graphile = tool('graphile-migrate');
  const edit = (text: string) => applyEdits(text, graphile.fileEdits!(text, true));
  const sign = (previous: string, body: string) =>
    `sha1:${hash('sha1', `${previous === '-' ? '' : previous}\n${body.trim()}`.trim() + '\n')}`;
  // the hash that Graphile Migrate's own tests keep for this body (makeMigrations)
  const body = 'create table if not exists foo (id serial primary key);';
  const known = 'sha1:e00ec93314a423ee5cc68d1182ad52f16442d7df';

  it('leaves a committed file alone whose hash is right', () => {
    expect(sign('-', body)).toBe(known);
    expect(edit(`--! Previous: -\n--! Hash: ${known}\n\n${body}\n`)).toBe(
      `--! Previous: -\n--! Hash: ${known}\n\n${body}\n`,
    );
    const next = sign(known, 'select 1;');
    const text = `--! Previous: ${known}\n--! Hash: ${next}\n--! Message: two\n\n\n  select 1;\n\n`;
    expect(edit(text)).toBe(text);
  });

  it('declares one that was edited, once', () => {
    const text = `--! Previous: -\n--! Hash: ${known}\n\n${body} -- edited\n`;
    expect(edit(text)).toBe(`--! AllowInvalidHash\n${text}`);
    expect(edit(edit(text))).toBe(edit(text));
    expect(edit(`\uFEFF${text.replaceAll('\n', '\r\n')}`)).toMatch(
      /^\uFEFF--! AllowInvalidHash\r\n--! Previous: -\r\n/,
    );
    const { up } = graphile.sections(edit(text), 'committed/000001.sql');
    expect(up.map((range) => edit(text).slice(range.start, range.end))).toEqual([`\n${body} -- edited\n`]);
  });

  it('does nothing to what is not committed', () => {
    expect(edit('select 1;\n')).toBe('select 1;\n');
  });
});

describe('statements for the ledger', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startPGlite();
  });
  afterAll(() => server.close());

  async function inDatabase<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const database = await server.createDatabase();
    const session = await server.connect(database);
    try {
      return await work(session);
    } finally {
      await session.close();
      await server.dropDatabase(database);
    }
  }
  const values = async (session: Session, sql: string) =>
    (await session.query(sql)).at(-1)!.rows.map((row) => Object.values(row).map(String).join(' '));

  const [before, after] = [bytes("SELECT 'ä';\n"), bytes("SELECT 'ä', 2;\n")];
  const liquibaseText = (sql: string) =>
    bytes(`--liquibase formatted sql\n--changeset a'b:one\n${sql}\n--changeset a:two\nSELECT 1;\n`);

  interface Case {
    readonly tool: string;
    readonly path: string;
    readonly table: string;
    /** With the checksum that it is to find, as SQL. */
    readonly rows: (old: string) => string;
    readonly read: string;
    readonly old: string;
    readonly expected: (old: string, now: string) => string[];
    readonly before?: Buffer;
    readonly after?: Buffer;
  }
  const crc = (content: Buffer) => ledger('flyway').checksum(content, '');
  const cases: Case[] = [
    {
      tool: 'prisma',
      path: "/x/prisma/migrations/20250101_it's/migration.sql",
      table:
        'CREATE TABLE "_prisma_migrations" (id serial, checksum varchar(64) NOT NULL, migration_name varchar(255) NOT NULL)',
      rows: (old) =>
        `INSERT INTO "_prisma_migrations" (checksum, migration_name) VALUES ('${old}', '20250101_it''s'), ('other', '20250101_it''s'), ('${old}', 'another')`,
      read: 'SELECT checksum FROM "_prisma_migrations" ORDER BY id',
      old: hash('sha256', before),
      expected: (old, now) => [now, 'other', old],
    },
    {
      tool: 'prisma',
      path: '/x/1_a/migration.sql',
      table:
        'CREATE TABLE "_prisma_migrations" (id serial, checksum varchar(64) NOT NULL, migration_name varchar(255) NOT NULL)',
      rows: (old) => `INSERT INTO "_prisma_migrations" (checksum, migration_name) VALUES ('${old}', '1_a')`,
      read: 'SELECT checksum FROM "_prisma_migrations"',
      // applied from a checkout with other line ends
      old: hash('sha256', before.toString().replace('\n', '\r\n')),
      expected: (_old, now) => [now],
    },
    ...['drizzle', 'drizzle-v1'].map((name): Case => ({
      tool: name,
      path: '/x/0000_a.sql',
      table:
        'CREATE SCHEMA drizzle; CREATE TABLE drizzle.__drizzle_migrations (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint)',
      rows: (old) => `INSERT INTO drizzle.__drizzle_migrations (hash) VALUES ('${old}'), ('other')`,
      read: 'SELECT hash FROM drizzle.__drizzle_migrations ORDER BY id',
      old: hash('sha256', before),
      expected: (_old, now) => [now, 'other'],
    })),
    {
      tool: 'sqlx',
      path: '/x/0012_a.up.sql',
      table: 'CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, checksum bytea NOT NULL)',
      rows: (old) =>
        `INSERT INTO _sqlx_migrations VALUES (12, decode('${old}', 'hex')), (13, decode('${old}', 'hex')), (14, '\\x00')`,
      read: `SELECT encode(checksum, 'hex') FROM _sqlx_migrations ORDER BY version`,
      old: hash('sha384', before),
      expected: (old, now) => [now, old, '00'],
    },
    {
      tool: 'flyway',
      path: "/x/db/V1_2__it's.sql",
      table:
        'CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50), script varchar(1000), checksum int)',
      rows: (old) =>
        `INSERT INTO flyway_schema_history VALUES (1, '1.2', 'sub/V1_2__it''s.sql', ${old}), (2, '1.2', 'V1_2__other.sql', ${old}), (3, '1.2', 'V1_2__it''s.sql', 7)`,
      read: 'SELECT checksum FROM flyway_schema_history ORDER BY installed_rank',
      old: crc(before),
      expected: (old, now) => [now, old, '7'],
    },
    {
      tool: 'postgres-migrations',
      path: '/x/0012_a.sql',
      table: 'CREATE TABLE migrations (id integer PRIMARY KEY, name varchar(100), hash varchar(40))',
      rows: (old) => `INSERT INTO migrations VALUES (12, 'a', '${old}'), (13, 'b', '${old}')`,
      read: 'SELECT hash FROM migrations ORDER BY id',
      old: hash('sha1', Buffer.concat([bytes('0012_a.sql'), before])),
      expected: (old, now) => [now, old],
    },
    {
      tool: 'liquibase',
      path: "/x/db/it's.sql",
      before: liquibaseText('SELECT 1;'),
      after: liquibaseText('SELECT 2;'),
      table:
        'CREATE TABLE databasechangelog (n serial, id varchar(255), author varchar(255), filename varchar(255), md5sum varchar(35))',
      rows: (old) =>
        `INSERT INTO databasechangelog (id, author, filename, md5sum) VALUES ('one', 'a''b', 'db/it''s.sql', '${old}'), ('one', 'a''b', 'db/other.sql', '${old}'), ('two', 'a', 'db/it''s.sql', '${old}'), ('one', 'a''b', 'db/it''s.sql', '8:0')`,
      read: 'SELECT md5sum FROM databasechangelog ORDER BY n',
      old: `9:${hash('md5', `9:${hash('md5', 'SELECT1;')}:`)}`,
      expected: (old) => [`9:${hash('md5', `9:${hash('md5', 'SELECT2;')}:`)}`, old, old, '8:0'],
    },
  ];

  it.each(cases)('$tool: $path', async (each) => {
    const [was, is] = [each.before ?? before, each.after ?? after];
    const sql = ledger(each.tool).sql([{ path: each.path, before: was, after: is }]);
    expect(sql).toMatch(/;\n$/);
    await inDatabase(async (session) => {
      await session.query(each.table);
      await session.query(each.rows(each.old));
      await session.query(sql);
      expect(await values(session, each.read)).toEqual(
        each.expected(each.old, ledger(each.tool).checksum(is, each.path)),
      );
      // and a second time, which changes nothing
      await session.query(sql);
      expect(await values(session, each.read)).toEqual(
        each.expected(each.old, ledger(each.tool).checksum(is, each.path)),
      );
    });
    expect(ledger(each.tool).sql([{ path: each.path, before: was, after: was }])).toBe('');
    expect(ledger(each.tool).sql([])).toBe('');
  });

  it('Prisma: nothing to do when only the line ends differ', () => {
    expect(ledger('prisma').sql([{ path: 'a/migration.sql', before: bytes('a\r\n'), after: bytes('a\n') }])).toBe('');
  });

  it('Liquibase: a checksum that depends on properties is left to Liquibase', async () => {
    const text = (sql: string) =>
      bytes(`--liquibase formatted sql logicalFilePath:a/b.sql\n--changeset a:1\n${sql} \${x};\n`);
    const sql = ledger('liquibase').sql([{ path: '/x/c.sql', before: text('SELECT 1'), after: text('SELECT 2') }]);
    expect(sql).toBe(
      "UPDATE databasechangelog SET md5sum = NULL WHERE id = '1' AND author = 'a' AND filename = 'a/b.sql';\n",
    );
    expect(ledger('liquibase').sql([{ path: '/x/c.sql', before: text('SELECT 1'), after: text('SELECT  1') }])).toBe(
      '',
    );
  });

  it('are tried here for every tool that has a ledger', () => {
    expect(tools.filter((each) => each.ledger).map((each) => each.name)).toEqual(
      [...new Set(cases.map((each) => each.tool))].sort((a, b) => tools.indexOf(tool(a)) - tools.indexOf(tool(b))),
    );
  });
});
