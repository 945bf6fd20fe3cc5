/** The proofs prove nothing unless they fail for files that are wrong: rewrites that are right, and broken ones. */
import type { Server } from '@idempotify/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BadCase, proveDrift, proveRerun, type Failure, type Rerun } from '../support/proof.ts';
import { outerServers } from '../support/servers.ts';

const guard = (condition: string, statement: string): string =>
  `DO $g$ BEGIN IF ${condition} THEN ${statement}; END IF; END $g$;\n`;
const noColumn = (table: string, column: string): string =>
  `NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('${table}') AND attname = '${column}' AND NOT attisdropped)`;
const hasColumn = (table: string, column: string): string => noColumn(table, column).replace('NOT EXISTS', 'EXISTS');

type Case = Omit<Rerun, 'server'>;

const account = `
CREATE TABLE account (id int PRIMARY KEY, mail text NOT NULL, balance int NOT NULL DEFAULT 0);
INSERT INTO account VALUES (1, 'a@example.org', 5), (2, 'b@example.org', 0);
`;

/** Original and a rewrite that is right. */
const files = {
  table: {
    setup: account,
    original: `CREATE TABLE item (id int PRIMARY KEY, account int NOT NULL REFERENCES account);
CREATE INDEX item_account_idx ON item (account);
ALTER TABLE account ADD COLUMN note text, ADD COLUMN age int;
ALTER TABLE account ADD CONSTRAINT account_age_check CHECK (age > 0);`,
    rewritten: `CREATE TABLE IF NOT EXISTS item (id int PRIMARY KEY, account int NOT NULL REFERENCES account);
CREATE INDEX IF NOT EXISTS item_account_idx ON item (account);
ALTER TABLE account ADD COLUMN IF NOT EXISTS note text, ADD COLUMN IF NOT EXISTS age int;
${guard(`NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'account'::regclass AND conname = 'account_age_check')`, 'ALTER TABLE account ADD CONSTRAINT account_age_check CHECK (age > 0)')}`,
  },
  rename: {
    setup: account,
    original: `ALTER TABLE account RENAME COLUMN mail TO email;
ALTER TABLE account ADD COLUMN mail text;`,
    rewritten:
      guard(noColumn('account', 'email'), 'ALTER TABLE account RENAME COLUMN mail TO email') +
      'ALTER TABLE account ADD COLUMN IF NOT EXISTS mail text;',
  },
  retype: {
    setup: account,
    original: `ALTER TABLE account ALTER COLUMN balance TYPE bigint USING balance * 100;`,
    rewritten: guard(
      `(SELECT atttypid FROM pg_attribute WHERE attrelid = 'account'::regclass AND attname = 'balance') = 'int'::regtype`,
      'ALTER TABLE account ALTER COLUMN balance TYPE bigint USING balance * 100',
    ),
  },
  moveRows: {
    setup: account,
    original: `CREATE TABLE mail (account int PRIMARY KEY, mail text NOT NULL);
INSERT INTO mail SELECT id, mail FROM account;
ALTER TABLE account DROP COLUMN mail;`,
    rewritten: `CREATE TABLE IF NOT EXISTS mail (account int PRIMARY KEY, mail text NOT NULL);
${guard(hasColumn('account', 'mail'), `EXECUTE 'INSERT INTO mail SELECT id, mail FROM account ON CONFLICT DO NOTHING'`)}
ALTER TABLE account DROP COLUMN IF EXISTS mail;`,
    live: `INSERT INTO account (id) VALUES (3); INSERT INTO mail VALUES (3, 'c@example.org'); UPDATE mail SET mail = 'x' WHERE account = 1`,
  },
  seed: {
    setup: `${account} CREATE TABLE color (id serial PRIMARY KEY, name text NOT NULL, made timestamptz NOT NULL DEFAULT now());`,
    original: `INSERT INTO color (name) VALUES ('red');`,
    rewritten: `INSERT INTO color (name) SELECT 'red' WHERE NOT EXISTS (SELECT FROM color WHERE name = 'red');`,
    live: `INSERT INTO color (name) VALUES ('green')`,
  },
  token: {
    setup: account,
    original: `ALTER TABLE account ADD COLUMN token uuid;
UPDATE account SET token = gen_random_uuid();
ALTER TABLE account ALTER COLUMN token SET NOT NULL;`,
    rewritten: `ALTER TABLE account ADD COLUMN IF NOT EXISTS token uuid;
UPDATE account SET token = gen_random_uuid() WHERE token IS NULL;
ALTER TABLE account ALTER COLUMN token SET NOT NULL;`,
  },
  sequence: {
    setup: `CREATE SEQUENCE number; SELECT setval('number', 10);`,
    original: 'ALTER SEQUENCE number INCREMENT BY 5;',
    rewritten: 'ALTER SEQUENCE number INCREMENT BY 5;',
    live: `SELECT nextval('number')`,
  },
  label: {
    setup: `CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE TABLE person (mood mood); INSERT INTO person VALUES ('sad');`,
    original: `ALTER TYPE mood ADD VALUE 'ok' AFTER 'sad';`,
    rewritten: `ALTER TYPE mood ADD VALUE IF NOT EXISTS 'ok' AFTER 'sad';`,
  },
  concurrently: {
    setup: account,
    original: `CREATE INDEX CONCURRENTLY account_mail_idx ON account (mail);`,
    rewritten: `${guard(`EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('account_mail_idx') AND NOT indisvalid)`, 'DROP INDEX account_mail_idx')}
CREATE INDEX CONCURRENTLY IF NOT EXISTS account_mail_idx ON account (mail);`,
    transaction: 'statement',
  },
  transactions: {
    setup: account,
    original: `BEGIN;
ALTER TABLE account ADD COLUMN a int;
ALTER TABLE account ADD COLUMN b int;
COMMIT;
ALTER TABLE account ADD COLUMN c int;`,
    rewritten: `BEGIN;
ALTER TABLE account ADD COLUMN IF NOT EXISTS a int;
ALTER TABLE account ADD COLUMN IF NOT EXISTS b int;
COMMIT;
ALTER TABLE account ADD COLUMN IF NOT EXISTS c int;`,
  },
  temporary: {
    setup: account,
    original: `CREATE TEMPORARY TABLE rich AS SELECT id FROM account WHERE balance > 0;
ALTER TABLE account ADD COLUMN rich bool NOT NULL DEFAULT false;
UPDATE account SET rich = true WHERE id IN (SELECT id FROM rich);`,
    rewritten: `CREATE TEMPORARY TABLE rich AS SELECT id FROM account WHERE balance > 0;
ALTER TABLE account ADD COLUMN IF NOT EXISTS rich bool NOT NULL DEFAULT false;
UPDATE account SET rich = true WHERE id IN (SELECT id FROM rich);`,
  },
  role: {
    setup: account,
    original: `CREATE ROLE idempotify_reader; GRANT SELECT ON account TO idempotify_reader;`,
    rewritten: `${guard(`NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'idempotify_reader')`, 'CREATE ROLE idempotify_reader')} GRANT SELECT ON account TO idempotify_reader;`,
  },
  unnamed: {
    setup: account,
    original: 'ALTER TABLE account ADD UNIQUE (mail);',
    rewritten: guard(
      `NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'account'::regclass AND pg_get_constraintdef(oid) = 'UNIQUE (mail)')`,
      'ALTER TABLE account ADD UNIQUE (mail)',
    ),
  },
  twoColumns: {
    setup: account,
    original: 'ALTER TABLE account ADD COLUMN a int, ADD COLUMN b int;',
    rewritten: `ALTER TABLE account ADD COLUMN IF NOT EXISTS a int;
ALTER TABLE account ADD COLUMN IF NOT EXISTS b int;`,
  },
  lock: {
    setup: account,
    original: 'LOCK TABLE account; ALTER TABLE account ADD COLUMN a int;',
    rewritten: 'LOCK TABLE account; ALTER TABLE account ADD COLUMN IF NOT EXISTS a int;',
    transaction: 'explicit',
  },
  enumInOneFile: {
    original: `CREATE TYPE size AS ENUM ('s', 'l');
ALTER TYPE size ADD VALUE 'm' BEFORE 'l';
CREATE TABLE shirt (size size DEFAULT 'm');`,
    rewritten: `${guard(`to_regtype('size') IS NULL`, `CREATE TYPE size AS ENUM ('s', 'l')`)}
ALTER TYPE size ADD VALUE IF NOT EXISTS 'm' BEFORE 'l';
CREATE TABLE IF NOT EXISTS shirt (size size DEFAULT 'm');`,
    transaction: 'statement',
  },
} satisfies Record<string, Case>;

interface Mutant {
  readonly title: string;
  readonly file: Case;
  /** What is wrong with it. */
  readonly rewritten: string;
  /** What has to find it, and what it has to say. */
  readonly check: Failure['check'];
  readonly says: RegExp;
  readonly k?: number;
}

function broken(
  title: string,
  file: Case,
  from: string | RegExp,
  to: string,
  check: Failure['check'],
  says: RegExp,
  k?: number,
): Mutant {
  const rewritten = file.rewritten.replace(from, to.replaceAll('$g$', '$$g$$'));
  if (rewritten === file.rewritten) throw new Error(`nothing was broken: ${title}`);
  return { title, file, rewritten, check, says, ...(k === undefined ? {} : { k }) };
}

const mutants: readonly Mutant[] = [
  // not the same as the original
  broken(
    'a swallowed statement',
    files.table,
    /CREATE INDEX.*\n/,
    '',
    'fresh',
    /index public\.item_account_idx is missing/,
  ),
  broken(
    'a swallowed action',
    files.table,
    ', ADD COLUMN IF NOT EXISTS age int',
    '',
    'fresh',
    /42703 column "age" does not exist\n {2}in: DO/,
  ),
  broken(
    'another type',
    files.table,
    'age int',
    'age bigint',
    'fresh',
    /column public\.account\.age: type should be integer but is bigint/,
  ),
  broken(
    'another order of columns',
    files.table,
    'ADD COLUMN IF NOT EXISTS note text, ADD COLUMN IF NOT EXISTS age int',
    'ADD COLUMN IF NOT EXISTS age int, ADD COLUMN IF NOT EXISTS note text',
    'fresh',
    /column order public\.account/,
  ),
  broken(
    'a lost row',
    files.moveRows,
    'FROM account ON',
    'FROM account WHERE id > 1 ON',
    'fresh',
    /public\.mail lacks \{"mail": "a@example\.org", "account": "1"\}/,
  ),
  broken(
    'a row too many',
    files.seed,
    `SELECT 'red' WHERE`,
    `SELECT unnest('{red,blue}'::text[]) WHERE`,
    'fresh',
    /public\.color has .*blue/,
  ),
  broken(
    'a syntax error at run time',
    files.table,
    'REFERENCES account',
    'REFERENCES nowhere',
    'fresh',
    /42P01 relation "nowhere" does not exist\n {2}in: CREATE TABLE/,
  ),
  broken(
    'another label order',
    files.label,
    `AFTER 'sad'`,
    `AFTER 'happy'`,
    'fresh',
    /enum public\.mood: labels should be \["sad","ok","happy"\]/,
  ),
  broken(
    'an index that nobody asked for',
    files.table,
    /$/,
    '\nCREATE INDEX IF NOT EXISTS extra ON account (mail);',
    'fresh',
    /index public\.extra should not be there/,
  ),
  broken(
    'another owner',
    files.role,
    /$/,
    ' ALTER TABLE account OWNER TO idempotify_reader;',
    'fresh',
    /table public\.account: owner should be postgres/,
  ),
  // a second run
  broken(
    'no guard',
    files.table,
    'CREATE INDEX IF NOT EXISTS',
    'CREATE INDEX',
    'second run',
    /42P07 .*\n {2}in: CREATE INDEX item_account_idx/,
  ),
  broken(
    'a guard that looks into the wrong schema',
    files.table,
    `'account'::regclass`,
    `'pg_catalog.pg_class'::regclass`,
    'second run',
    /42710 constraint "account_age_check"/,
  ),
  broken('a data step done twice', files.seed, / WHERE NOT EXISTS.*/, ';', 'second run', /public\.color has .*red/),
  broken(
    'a conversion done twice',
    files.retype,
    /DO[^]*/,
    'ALTER TABLE account ALTER COLUMN balance TYPE bigint USING balance * 100;',
    'second run',
    /public\.account lacks .*"500"/,
  ),
  broken(
    'a table made anew',
    files.table,
    'CREATE TABLE IF NOT EXISTS item',
    'DROP TABLE IF EXISTS item; CREATE TABLE item',
    'live rows',
    /public\.item lacks/,
  ),
  broken(
    'a token that changes',
    files.token,
    ' WHERE token IS NULL',
    '',
    'second run',
    /public\.account lacks .*token/,
  ),
  broken(
    'a time that changes',
    files.seed,
    /$/,
    ' UPDATE color SET made = now();',
    'second run',
    /public\.color lacks .*made/,
  ),
  broken(
    'a new table in place of the renamed one',
    files.rename,
    /DO[^]*/,
    guard(hasColumn('account', 'mail'), 'ALTER TABLE account RENAME COLUMN mail TO email') +
      'ALTER TABLE account ADD COLUMN IF NOT EXISTS mail text;',
    'second run',
    /42701 column "email"/,
  ),
  broken(
    'a sequence that is set back',
    files.sequence,
    /$/,
    ` SELECT setval('number', 10);`,
    'live rows',
    /sequence public\.number goes on at 15 instead of 20/,
  ),
  broken(
    'an unnamed constraint, added again',
    files.unnamed,
    /DO[^]*/,
    files.unnamed.original,
    'second run',
    /constraint public\.account\.account_mail_key1 should not be there/,
  ),
  // an interrupted run
  broken(
    'what remembers the state of the start',
    files.twoColumns,
    /^([^]*)ALTER/,
    `CREATE TEMPORARY TABLE start AS SELECT ${noColumn('account', 'a')} AS fresh;\n$1${'DO $g$ BEGIN IF (SELECT fresh FROM start) THEN ALTER TABLE account ADD COLUMN IF NOT EXISTS b int; END IF; END $g$;'}--`,
    'rewritten interrupted',
    /column public\.account\.b is missing/,
    2,
  ),
  broken(
    'one guard around two statements',
    files.table,
    /CREATE TABLE[^]*?\(account\);\n/,
    `${guard(`to_regclass('item') IS NULL`, 'CREATE TABLE item (id int PRIMARY KEY, account int NOT NULL REFERENCES account); CREATE INDEX item_account_idx ON item (account)')}`,
    'interrupted',
    /index public\.item_account_idx is missing/,
    1,
  ),
  broken(
    'the wrong order',
    files.moveRows,
    /(CREATE TABLE.*\n)([^]*)(ALTER TABLE.*)/,
    '$1$3\n$2',
    'fresh',
    /public\.mail lacks/,
  ),
  broken(
    'a step that trusts the one before',
    files.rename,
    /DO[^]*/,
    guard(
      noColumn('account', 'email'),
      'ALTER TABLE account RENAME COLUMN mail TO email; ALTER TABLE account ADD mail text',
    ),
    'interrupted',
    /column public\.account\.mail is missing/,
    1,
  ),
  broken(
    'an index that stays invalid',
    files.concurrently,
    /DO[^]*?\$g\$;\n/,
    // with another statement beside it there would be room for the cleanup
    'SELECT 1;\n',
    'invalid index',
    /index public\.account_mail_idx: invalid should be not set but is true/,
    1,
  ),
];

describe.each(outerServers)('on $name', ({ start }) => {
  let server: Server;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());

  test.each(Object.entries<Case>(files))('nothing is wrong with: %s', async (_name, file) => {
    expect((await proveRerun({ server, ...file })).map(({ message }) => message)).toEqual([]);
  });

  test.each(mutants)('catches $title', async ({ file, rewritten, check, says, k }) => {
    const live = check === 'live rows' && file === files.table ? 'INSERT INTO item VALUES (1, 1)' : file.live;
    const failures = await proveRerun({ server, ...file, rewritten, ...(live === undefined ? {} : { live }) });
    const found = failures.find((failure) => failure.check === check && says.test(failure.message));
    expect(found, failures.map(({ message }) => message).join('\n')).toBeDefined();
    if (k !== undefined) expect(found?.k).toBe(k);
  });

  test('an original that only works statement by statement is run so', async () => {
    const setup = `${account} CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE person (mood mood);`;
    const original = `ALTER TYPE mood ADD VALUE 'happy'; INSERT INTO person VALUES ('happy');`;
    const rewritten = `ALTER TYPE mood ADD VALUE IF NOT EXISTS 'happy'; INSERT INTO person SELECT 'happy' WHERE NOT EXISTS (SELECT FROM person);`;
    expect((await proveRerun({ server, setup, original, rewritten })).map(({ message }) => message)).toEqual([]);
    const failures = await proveRerun({ server, setup, original, rewritten: rewritten.replace(/ WHERE.*/, ';') });
    expect(failures.map(({ check }) => check)).toContain('second run');
  });

  test('rows that are given are there before the migration', async () => {
    const rows = `INSERT INTO account VALUES (3, 'c@example.org', 9)`;
    const file = { server, setup: account, rows, original: 'ALTER TABLE account ALTER balance TYPE bigint;' };
    expect(await proveRerun({ ...file, rewritten: file.original })).toEqual([]);
    const [failure] = await proveRerun({ ...file, rewritten: `DELETE FROM account WHERE id = 3; ${file.original}` });
    expect(failure?.message).toContain('public.account lacks {"id": "3", "mail": "c@example.org", "balance": "9"}');
  });

  test('says that the proof cannot be done', async () => {
    const rewritten = 'SELECT 1';
    await expect(proveRerun({ server, original: 'ALTER TABLE nowhere ADD a int', rewritten })).rejects.toThrow(BadCase);
    await expect(proveRerun({ server, original: 'ALTER TABEL t', rewritten })).rejects.toThrow(
      /original file does not parse: line 1/,
    );
    await expect(proveRerun({ server, setup: 'SELECT 1 / 0', original: rewritten, rewritten })).rejects.toThrow(
      'division by zero',
    );
    const drift = { server, setup: account, rewritten, expectMessage: '' };
    await expect(proveDrift({ ...drift, drift: 'SELECT 1' })).rejects.toThrow('the drift changes nothing');
    await expect(proveDrift({ ...drift, drift: 'SELECT 1 / 0' })).rejects.toThrow('the drift does not run');
  });

  test('a rewritten file that does not parse is wrong', async () => {
    const [failure] = await proveRerun({ server, original: 'SELECT 1', rewritten: 'SELECT 1;\nSELEC' });
    expect(failure?.message).toMatch(/^fresh\n {2}it does not parse: line 2: syntax error/);
  });

  test('leaves nothing behind for the next proof', async () => {
    const file = {
      server,
      setup: 'CREATE ROLE idempotify_r; CREATE SCHEMA x AUTHORIZATION idempotify_r;',
      original: 'CREATE ROLE idempotify_s',
    };
    for (let time = 1; time <= 2; time++) {
      expect((await proveRerun({ ...file, rewritten: file.original })).map(({ check }) => check)).toEqual([
        'second run',
        'interrupted',
      ]);
    }
  });

  const drifted = {
    setup: account,
    drift: 'ALTER TABLE account ADD COLUMN age text',
    rewritten: `CREATE TABLE IF NOT EXISTS other (id int);
DO $g$ BEGIN
  IF ${noColumn('account', 'age')} THEN ALTER TABLE account ADD COLUMN age int;
  ELSIF (SELECT atttypid FROM pg_attribute WHERE attrelid = 'account'::regclass AND attname = 'age') <> 'int'::regtype THEN
    RAISE EXCEPTION 'column account.age is text, expected integer';
  END IF;
END $g$;`,
    expectMessage: 'column account.age is text',
  };

  test('drift that raises is proven', async () => {
    expect(await proveDrift({ server, ...drifted })).toEqual([]);
    expect(await proveDrift({ server, ...drifted, expectMessage: /expected integer$/ })).toEqual([]);
  });

  test.each([
    ['that passes', /DO[^]*/, 'ALTER TABLE account ADD COLUMN IF NOT EXISTS age int;', /it raised nothing/],
    [
      'that is repaired in silence',
      /RAISE.*/,
      'ALTER TABLE account DROP age, ADD age int;',
      /column public\.account\.age: type should be text but is integer/,
    ],
    ['that raises something else', `'column account.age is text, expected integer'`, `'no'`, /P0001 no\n {2}in: DO/],
    [
      'that is changed before it is noticed',
      'CREATE TABLE IF NOT EXISTS other (id int)',
      'ALTER TABLE account ALTER age TYPE varchar',
      /column public\.account\.age: type should be text/,
    ],
  ])('catches drift %s', async (_title, from, to, says) => {
    const rewritten = drifted.rewritten.replace(from, to);
    const failures = await proveDrift({ server, ...drifted, rewritten });
    expect(failures.map(({ message }) => message).join('\n')).toMatch(says);
  });
});
