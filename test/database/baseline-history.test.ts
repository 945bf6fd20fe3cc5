/** A live database against its history: databases that stand at every statement of it, and databases that somebody has touched. */
import { toolByName } from '@idempotify/core';
import {
  compareReplayed,
  readLiveInside,
  replayHistory,
  scriptOf,
  startPGlite,
  type HistoryComparison,
  type LiveCatalog,
  type Replayed,
  type Server,
  type Session,
} from '@idempotify/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asLive } from '../support/live.ts';
import { outerRealServers } from '../support/servers.ts';

const prisma = toolByName('prisma')!;

const history = [
  `-- CreateEnum
CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN');
CREATE TABLE "User" ("id" SERIAL PRIMARY KEY, "email" TEXT NOT NULL, "role" "Role" NOT NULL DEFAULT 'USER');
CREATE UNIQUE INDEX "User_email_key" ON "User" ("email");`,
  `CREATE TABLE "Post" ("id" SERIAL PRIMARY KEY, "title" VARCHAR(50) NOT NULL, "authorId" INTEGER NOT NULL);
ALTER TABLE "Post" ADD CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User" ("id") ON DELETE CASCADE;
CREATE TABLE "Old" ("id" INTEGER PRIMARY KEY, "note" TEXT);
CREATE VIEW "Titles" AS SELECT "title" FROM "Post";`,
  `ALTER TABLE "Post" ADD COLUMN "slug" TEXT;
DROP VIEW "Titles";
ALTER TABLE "Post" ALTER COLUMN "title" SET DATA TYPE VARCHAR(200);
CREATE VIEW "Titles" AS SELECT "id", "title" FROM "Post";
CREATE OR REPLACE VIEW "Titles" AS SELECT "id", "title" FROM "Post" WHERE "id" > 0;
ALTER TABLE "User" RENAME COLUMN "email" TO "mail";
ALTER INDEX "User_email_key" RENAME TO "User_mail_key";`,
  `ALTER TYPE "Role" ADD VALUE 'GUEST';`,
  `CREATE FUNCTION "touch"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER "touch" BEFORE UPDATE ON "Post" FOR EACH ROW EXECUTE FUNCTION "touch"();
DROP TABLE "Old";
ALTER TABLE "User" ADD COLUMN "seen" TIMESTAMPTZ DEFAULT now();`,
  `CREATE INDEX "Post_slug_idx" ON "Post" ("slug");
COMMENT ON TABLE "Post" IS 'what is written';
ALTER TABLE "Post" RENAME TO "Article";`,
];

const files = (texts: readonly string[]): { path: string; text: () => string }[] =>
  texts.map((text, at) => ({ path: `000${at + 1}_step/migration.sql`, text: () => text }));

const replay = (server: Server, texts: readonly string[], more: object = {}): Promise<Replayed> =>
  replayHistory({ server, tool: prisma, migrations: files(texts), confined: false, ...more });

const statements = (text: string): readonly string[] => scriptOf(text, 'x/migration.sql', prisma).sql;

/** `there there missing` for the migrations, or the statements of one. */
const verdicts = ({ migrations }: HistoryComparison, of?: number): string =>
  (of === undefined ? migrations : migrations[of]!.statements).map(({ verdict }) => verdict).join(', ');

let server: Server;
beforeAll(async () => {
  server = await startPGlite();
});
afterAll(() => server.close());

/** A live database that may be touched. */
class Live {
  readonly session: Session;
  constructor(session: Session) {
    this.session = session;
  }
  static async with(sql: string, on = server): Promise<Live> {
    const live = new Live(await on.connect(await on.createDatabase()));
    await live.session.query(sql);
    return live;
  }
  /** What it is with that done, which is then undone. */
  async but(sql: string): Promise<LiveCatalog> {
    await this.session.query('BEGIN');
    try {
      if (sql !== '') await this.session.query(sql);
      return await readLiveInside(asLive(this.session));
    } finally {
      await this.session.query('ROLLBACK');
    }
  }
}

let empty: Live;
beforeAll(async () => {
  empty = await Live.with('');
});
afterAll(() => empty.session.close());

describe('at every statement', () => {
  test('of the history', async () => {
    const replayed = await replay(server, history);
    expect(replayed.migrations.flatMap(({ statements }) => statements.flatMap(({ reason }) => reason ?? []))).toEqual(
      [],
    );
    const live = await Live.with('');
    let done = 0;
    for (const [index, text] of history.entries()) {
      for (const [at, sql] of ['', ...statements(text)].entries()) {
        if (at === 0 && index > 0) continue;
        await live.session.query(sql);
        const result = compareReplayed(replayed, await live.but(''));
        const whole = at === statements(text).length;
        const where = `${index + 1}, statement ${at}`;
        expect({ where, markable: result.markable }).toEqual({ where, markable: whole ? index + 1 : index });
        expect({ where, differences: result.differences, extra: result.extra }).toEqual({
          where,
          differences: [],
          extra: [],
        });
        if (at > 0) done++;
        expect({ where, stand: result.stand }).toEqual({
          where,
          stand: done === 0 ? undefined : { migration: index, statement: at - 1 },
        });
        expect({ where, gaps: result.gaps }).toEqual({ where, gaps: [] });
      }
    }
    await live.session.close();
  });
});

describe('touched by hand', () => {
  let replayed: Replayed;
  let live: Live;
  beforeAll(async () => {
    replayed = await replay(server, history);
    live = await Live.with(history.join('\n').replace('\nALTER TYPE "Role" ADD VALUE \'GUEST\';', ''));
    await live.session.query(`ALTER TYPE "Role" ADD VALUE 'GUEST'`);
  });
  afterAll(() => live.session.close());

  const compare = async (
    sql: string,
    options: Parameters<typeof compareReplayed>[2] = {},
  ): Promise<HistoryComparison> => compareReplayed(replayed, await live.but(sql), options);
  const told = ({ differences, extra }: HistoryComparison): string[] => [
    ...differences.map(
      ({ change, kind, name, by }) => `${change} ${kind} ${name} by ${by.migration + 1}.${by.statement + 1}`,
    ),
    ...extra.map(({ kind, name }) => `extra ${kind} ${name}`),
  ];

  test('nothing', async () => {
    const result = await compare('');
    expect(told(result)).toEqual([]);
    expect(result).toMatchObject({ markable: 6, stand: { migration: 5, statement: 2 } });
    expect(result).not.toHaveProperty('obstacle');
    expect(verdicts(result)).toBe('there, there, there, there, there, there');
    // Post has another name now, and Old is gone
    expect(verdicts(result, 1)).toBe('there, overwritten, overwritten, there');
  });

  test.each([
    ['ALTER TABLE "User" ADD COLUMN extra text', ['extra column public."User".extra'], 6],
    ['CREATE TABLE mine (id serial PRIMARY KEY, x int UNIQUE)', ['extra table public.mine'], 6],
    ['CREATE INDEX mine ON "User" (seen)', ['extra index public.mine'], 6],
    [`ALTER TYPE "Role" ADD VALUE 'MORE'`, ['extra enum public."Role"'], 6],
    ['CREATE ROLE reader; GRANT SELECT ON "User" TO reader', ['extra table public."User"'], 6],
    ['CREATE VIEW mine AS SELECT 1 AS x; COMMENT ON VIEW mine IS $$x$$', ['extra view public.mine'], 6],
    ['ALTER TABLE "User" ALTER COLUMN "mail" TYPE varchar(99)', ['different column public."User".mail by 3.6'], 2],
    ['ALTER TABLE "Article" ALTER COLUMN slug SET NOT NULL', ['different column public."Article".slug by 6.3'], 5],
    ['DROP INDEX "Post_slug_idx"', ['missing index public."Post_slug_idx" by 6.1'], 5],
    ['DROP INDEX "User_mail_key"', ['missing index public."User_mail_key" by 3.7'], 0],
    ['DROP VIEW "Titles"', ['missing view public."Titles" by 3.4'], 2],
    ['CREATE TABLE "Old" ("id" INTEGER PRIMARY KEY, "note" TEXT)', ['left over table public."Old" by 5.3'], 4],
  ] as const)('%s', async (sql, expected, markable) => {
    const result = await compare(sql);
    expect(told(result)).toEqual(expected);
    expect(result.markable).toBe(markable);
    expect(result.stand).toEqual({ migration: 5, statement: 2 });
  });

  test('a table is missing: what stands behind it is not there', async () => {
    const result = await compare('DROP TABLE "Article" CASCADE');
    expect(told(result)).toEqual([
      'missing table public."Post" by 2.1',
      'missing sequence public."Post_id_seq" by 2.1',
      'missing view public."Titles" by 3.4',
    ]);
    expect(result).toMatchObject({ markable: 1, stand: { migration: 4, statement: 3 } });
  });

  test('what is accepted may be so', async () => {
    const sql = 'DROP INDEX "Post_slug_idx"; ALTER TABLE "Article" ALTER COLUMN slug SET NOT NULL';
    const accept = new Set(['index public."Post_slug_idx"', 'column public."Article".slug']);
    const result = await compare(sql, { accept });
    expect(told(result)).toEqual([]);
    expect(result.markable).toBe(6);
  });

  test('what a migration tool has made is nobody’s business', async () => {
    const sql = `CREATE TABLE _prisma_migrations (id serial PRIMARY KEY); COMMENT ON TABLE _prisma_migrations IS 'x';
      CREATE SCHEMA drizzle; CREATE TABLE drizzle.__drizzle_migrations (id serial PRIMARY KEY)`;
    expect(told(await compare(sql))).toEqual([]);
  });

  test('a gap: what is behind a missing migration is not marked', async () => {
    const sql =
      'DROP TRIGGER touch ON "Article"; DROP FUNCTION touch(); ALTER TABLE "User" DROP COLUMN seen; CREATE TABLE "Old" ("id" INTEGER PRIMARY KEY, "note" TEXT)';
    const result = await compare(sql);
    expect(verdicts(result)).toBe('there, there, there, there, missing, partly');
    expect(result).toMatchObject({ markable: 4, gaps: [4], obstacle: { migration: 4, why: 'missing' } });
  });

  test('columns and labels in another order', async () => {
    const result = await compare(
      'ALTER TABLE "User" DROP COLUMN role; ALTER TABLE "User" ADD COLUMN role "Role" NOT NULL DEFAULT \'USER\'',
    );
    expect(result).toMatchObject({ markable: 6, order: [{ kind: 'column order', name: 'public."User"' }] });
  });
});

describe('what no catalog tells', () => {
  const replays = new Map<string, Promise<Replayed>>();
  const compare = async (texts: readonly string[], sql: string, assumeData = false): Promise<HistoryComparison> => {
    const key = texts.join('\0');
    if (!replays.has(key)) replays.set(key, replay(server, texts));
    return compareReplayed(await replays.get(key)!, await empty.but(sql), { assumeData });
  };

  const table = 'CREATE TABLE a (id int PRIMARY KEY, n int)';
  const other = 'CREATE TABLE b (id int)';

  test('rows: an assumption, and only in front of what is certainly there', async () => {
    const texts = [table, 'INSERT INTO a VALUES (1); UPDATE a SET n = 1;', other, 'DELETE FROM a;'];
    const [without, assumed] = [
      await compare(texts, `${table}; ${other}`),
      await compare(texts, `${table}; ${other}`, true),
    ];
    expect(verdicts(without)).toBe('there, untold, there, untold');
    expect(verdicts(without, 1)).toBe('data, data');
    expect(without).toMatchObject({ markable: 1, withData: 3, obstacle: { migration: 1, why: 'data' } });
    expect(assumed).toMatchObject({ markable: 3, withData: 3, obstacle: { migration: 3, why: 'untold' } });
  });

  test('rows of a migration that the tool has as applied', async () => {
    const replayed = await replay(server, [table, 'INSERT INTO a VALUES (1);', other]);
    const live = await empty.but(`${table}; ${other}`);
    expect(compareReplayed(replayed, live, { recorded: new Set([1]) })).toMatchObject({ markable: 3 });
    expect(compareReplayed(replayed, live, { recorded: new Set([0]) })).toMatchObject({ markable: 1 });
  });

  test('rows at the end of a file that is committed as a whole', async () => {
    expect(await compare([`${table}; INSERT INTO a VALUES (1);`], table, true)).toMatchObject({ markable: 1 });
    expect(await compare([`BEGIN; ${table}; COMMIT; INSERT INTO a VALUES (1);`], table, true)).toMatchObject({
      markable: 0,
    });
  });

  test('what leaves nothing behind makes no difference', async () => {
    const texts = [
      table,
      `SET lock_timeout = '5s'; DROP TABLE IF EXISTS never; SELECT set_config('search_path', '', false);`,
      '',
      `CREATE TABLE public.b (id int)`,
    ];
    const result = await compare(texts, `${table}; ${other}`);
    expect(verdicts(result, 1)).toBe('nothing, nothing, nothing');
    expect(result).toMatchObject({ markable: 4 });
    expect(await compare(texts, table)).toMatchObject({ markable: 1, obstacle: { migration: 3, why: 'missing' } });
  });

  test('a table that was dropped again proves nothing by not being there', async () => {
    const texts = [table, 'CREATE TABLE c (id int);', 'DROP TABLE c;', other];
    const before = await compare(texts, table);
    expect(verdicts(before)).toBe('there, untold, untold, missing');
    expect(before).toMatchObject({ markable: 1, stand: { migration: 0, statement: 0 } });
    expect(await compare(texts, `${table}; ${other}`)).toMatchObject({ markable: 4 });
  });

  test('a table that was dropped behind what is there', async () => {
    const texts = ['CREATE TABLE c (id int);', table, 'DROP TABLE c;'];
    expect(await compare(texts, table)).toMatchObject({ markable: 3, differences: [] });
    expect(await compare(texts, `${table}; CREATE TABLE c (id int)`)).toMatchObject({ markable: 2, differences: [] });
  });

  test('what can not be replayed', async () => {
    const texts = [table, 'CREATE EXTENSION no_such;', other];
    const result = await compare(texts, `${table}; ${other}`);
    expect(verdicts(result)).toBe('there, not run, there');
    expect(result.migrations[1]!.statements[0]!.reason).toContain('no_such');
    expect(result).toMatchObject({ markable: 1, obstacle: { migration: 1, why: 'not run' } });
    expect(verdicts(await compare([table, 'CREATE TABLE (;'], table))).toBe('there, not run');
    // what was dropped behind it is known to be
    const later = [table, 'CREATE TABLE c (id int);', 'CREATE EXTENSION no_such;', 'DROP TABLE c;', other];
    expect(await compare(later, `${table}; ${other}`)).toMatchObject({ markable: 2 });
  });
});

describe('surroundings', () => {
  test('names without a schema are made where the live connection makes them', async () => {
    const texts = [
      'CREATE TABLE a (id int); CREATE INDEX a_id ON a (id);',
      'CREATE SCHEMA audit; CREATE TABLE audit.log (id int);',
    ];
    const replayed = await replay(server, texts, { schema: 'app' });
    const catalog = await empty.but(`CREATE SCHEMA app; SET search_path = app; ${texts.join(' ')}`);
    expect(catalog.schema).toBe('app');
    expect(compareReplayed(replayed, catalog)).toMatchObject({ markable: 2, differences: [], extra: [] });
  });

  test('roles of the live database, other owners and their rights', async () => {
    const texts = [
      'CREATE TABLE a (id int); GRANT SELECT ON a TO web;',
      'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$; REVOKE ALL ON FUNCTION f() FROM PUBLIC;',
    ];
    const sql = `CREATE ROLE web; CREATE ROLE app; GRANT CREATE ON SCHEMA public TO app; SET ROLE app; ${texts.join(' ')}; RESET ROLE`;
    const catalog = await empty.but(sql);
    const replayed = await replay(server, texts, { roles: catalog.roles });
    const result = compareReplayed(replayed, catalog);
    expect(result).toMatchObject({ markable: 2, differences: [] });
    expect(result.extra).toEqual([]);
    const revoked = compareReplayed(replayed, await empty.but(`${sql}; REVOKE SELECT ON a FROM web`));
    expect(revoked).toMatchObject({
      markable: 0,
      differences: [{ change: 'different', expected: { 'grants: SELECT TO web': true } }],
    });
  });
});

describe.each(outerRealServers)('a live $name, replayed on PGlite', ({ start }) => {
  const texts = [
    `CREATE TABLE a (id int GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL DEFAULT (now() AT TIME ZONE 'utc'), kind text CHECK (kind IN ('x', 'y')), PRIMARY KEY (id));
    CREATE TABLE p (id bigint GENERATED BY DEFAULT AS IDENTITY, at date NOT NULL, CONSTRAINT p_pk PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
    CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    CREATE DOMAIN code AS text NOT NULL CHECK (VALUE <> '');
    CREATE INDEX a_at ON a ((EXTRACT(year FROM (at AT TIME ZONE 'utc'))), lower(substring(kind FROM 1 FOR 2))) WHERE kind IS NOT NULL;`,
    `CREATE VIEW one AS SELECT a.id, extract(epoch FROM a.at) AS s, trim(both FROM kind) AS k, position('x' IN kind) AS p FROM a WHERE a.id > 0;
    CREATE VIEW two AS SELECT one.id, (SELECT count(*) FROM a b WHERE b.id = one.id) AS n FROM one UNION ALL SELECT a.id, 1 FROM a;
    CREATE MATERIALIZED VIEW three AS SELECT two.n, array_agg(two.id ORDER BY two.id) AS ids FROM two GROUP BY two.n;
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
    CREATE TRIGGER t BEFORE UPDATE OF kind ON a FOR EACH ROW WHEN (OLD.kind IS DISTINCT FROM NEW.kind) EXECUTE FUNCTION f();
    CREATE RULE r AS ON DELETE TO a DO ALSO INSERT INTO a (kind) VALUES (OLD.kind);
    ALTER TABLE a ENABLE ROW LEVEL SECURITY;
    CREATE POLICY po ON a USING (kind = 'x' AND EXISTS (SELECT FROM p WHERE p.id = a.id));
    GRANT ALL ON a TO PUBLIC;
    GRANT CREATE ON SCHEMA public TO PUBLIC;
    ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC;`,
  ];

  test('what versions print in different ways is the same', async () => {
    const old = await start();
    try {
      const live = await Live.with(texts.join(' '), old);
      const replayed = await replay(server, texts);
      expect(replayed.migrations.flatMap(({ statements }) => statements.flatMap(({ reason }) => reason ?? []))).toEqual(
        [],
      );
      const told = (result: HistoryComparison): object => ({ ...result, migrations: [], version: [] });
      expect(told(compareReplayed(replayed, await live.but('')))).toMatchObject({
        markable: 2,
        differences: [],
        extra: [],
      });
      for (const sql of [
        'CREATE OR REPLACE VIEW one AS SELECT a.id, extract(epoch FROM a.at) AS s, trim(both FROM kind) AS k, 0 AS p FROM a WHERE a.id > 0',
        "ALTER TABLE a ALTER at SET DEFAULT (now() AT TIME ZONE 'cet')",
        'ALTER TABLE p ALTER at SET DEFAULT now()',
      ]) {
        const changed = compareReplayed(replayed, await live.but(sql));
        expect({ sql, changes: changed.differences.map(({ change }) => change) }).toEqual({
          sql,
          changes: changed.differences.map(() => 'different'),
        });
        expect(changed.differences.length).toBeGreaterThan(0);
      }
      await live.session.close();
    } finally {
      await old.close();
    }
  });
});
