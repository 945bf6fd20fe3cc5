/** Types, routines, operators, casts, languages, collations, text search: read from one database, made in another. */
import fs from 'node:fs';
import {
  baselineSql,
  connectServer,
  describeDifference,
  diffSnapshots,
  openLive,
  readBaseline,
  snapshot,
  type Baseline,
  type BaselineOptions,
  type Server,
  type Session,
  type Snapshot,
} from '@idempotify/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type OwnServer } from '../support/servers.ts';

const text = fs.readFileSync(new URL('fixtures/baseline-kinds.sql', import.meta.url), 'utf8');
/** `--- title`, or `--- 14+ title` for what older servers don't know. */
const sections = text.split(/^--- /m).flatMap((section) => {
  const [, since, title, sql] = /^(?:(\d+)\+ )?(.*)\n([^]*)$/.exec(section) ?? [];
  return title === undefined ? [] : [{ since: Number(since ?? 0), title, sql: sql ?? '' }];
});

/** Of the servers so far, by their versions. */
const files = new Map<number, string>();

describe.each([14, 18])('on PostgreSQL %i', (major) => {
  let own: OwnServer;
  let server: Server;
  let source: string;
  let copy: string;
  let baseline: Baseline;
  let file: string;
  let wanted: Snapshot;

  const open = (database: string): Promise<Session> => server.connect(database);
  const differences = async (session: Session): Promise<string[]> =>
    diffSnapshots(wanted, await snapshot(session)).map(describeDifference);

  beforeAll(async () => {
    own = await startPostgres(major);
    server = await connectServer(own.url);
    source = await server.createDatabase();
    copy = await server.createDatabase();
    const session = await open(source);
    for (const { since, title, sql } of sections) {
      if (since > major) continue;
      await session.query(sql).catch((error: unknown) => {
        throw new Error(`${title}: ${String(error)}`, { cause: error });
      });
    }
    wanted = await snapshot(session);
    await session.close();
    baseline = await read(source);
    file = baselineSql(baseline);
    files.set(major, file);
    const target = await open(copy);
    await target.query(file);
    await target.close();
  });
  afterAll(async () => {
    await server?.close();
    await own?.stop();
  });

  async function read(database: string, options: BaselineOptions = {}): Promise<Baseline> {
    const url = new URL(own.url);
    url.pathname = database;
    const live = await openLive({ connectionString: url.href });
    try {
      return await readBaseline(live, options);
    } finally {
      await live.close();
    }
  }

  // what no statement can make, and what the report says about it
  const lost = 'operator n.<|||(box,point) is missing';

  it('makes them in an empty database', async () => {
    expect(await differences(await open(copy))).toEqual([lost]);
    expect(baseline.leftOut.filter(({ kind }) => kind === 'operator').map(({ name }) => name)).toEqual([
      'n.<|||(box,point)',
    ]);
  });

  it('gives the same text for the copy', async () => {
    const again = baselineSql(await read(copy));
    const lines = (sql: string): string[] => sql.split('\n').filter((line) => !line.startsWith('-- Baseline of'));
    expect(lines(again)).toEqual(lines(file));
  });

  it('takes along what some of the schemas need and no schema has', async () => {
    const some = await read(source, { schemas: ['n', 'n2'] });
    const session = await open(await server.createDatabase());
    await session.query(baselineSql(some));
    const missing = (await differences(session)).filter((line) => !line.includes('ewline'));
    expect(missing.sort()).toEqual([lost]);
  });

  it('compares bodies to the byte, and what PostgreSQL prints anew each time by what it says', async () => {
    const made = `CREATE FUNCTION public.f(a text[] DEFAULT (ARRAY['a'::varchar, 'b'::varchar])::text[]) RETURNS text LANGUAGE sql AS $$ SELECT 'a b' $$;
      CREATE PROCEDURE public.p() LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'a b'; END $$;`;
    const name = await server.createDatabase();
    await (await open(name)).query(made);
    const text = baselineSql(await read(name));
    const session = await open(await server.createDatabase());
    await session.query(text);
    await session.query(text);
    await session.query(`CREATE OR REPLACE FUNCTION public.f(a text[] DEFAULT (ARRAY['a'::varchar, 'b'::varchar])::text[]) RETURNS text LANGUAGE sql AS $$ SELECT 'ab' $$;
      CREATE OR REPLACE PROCEDURE public.p() LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'ab'; END $$;`);
    await expect(session.query(text)).rejects.toThrow(
      /baseline of: function public\.f\(text\[\]\), function public\.p\(\)$/,
    );
  });

  it('leaves out what may be a secret, of columns too', async () => {
    const name = await server.createDatabase();
    await (
      await open(name)
    )
      .query(`CREATE FOREIGN DATA WRAPPER w OPTIONS (password 's3cret'); CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (url 'https://me:s3cret@example.org/');
      CREATE FOREIGN TABLE public.t (id integer OPTIONS (token 's3cret', place '1')) SERVER s OPTIONS (api_key 's3cret')`);
    const some = await read(name);
    expect(baselineSql(some)).not.toContain('s3cret');
    expect(baselineSql(some)).toContain("place '1'");
    expect(
      some.leftOut
        .filter(({ kind }) => kind === 'option')
        .map(({ name: of }) => of)
        .sort(),
    ).toEqual([
      'api_key of the foreign table public.t',
      'password of the foreign-data wrapper w',
      'token of the column public.t.id',
      'url of the server s',
    ]);
    expect(baselineSql(await read(name, { secrets: true }))).toContain("token 's3cret'");
  });

  it('leaves out what would make a plain table of a hypertable useless', async () => {
    const name = await server.createDatabase();
    await (
      await open(name)
    ).query(`CREATE SCHEMA _timescaledb_functions; CREATE TABLE public.metrics (at timestamptz);
      CREATE FUNCTION _timescaledb_functions.insert_blocker() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'blocked'; END $$;
      CREATE TRIGGER ts_insert_blocker BEFORE INSERT ON public.metrics FOR EACH ROW EXECUTE FUNCTION _timescaledb_functions.insert_blocker()`);
    const made = await read(name, { schemas: ['public'] });
    expect(made.leftOut).toContainEqual(
      expect.objectContaining({ kind: 'trigger', name: 'ts_insert_blocker on public.metrics' }),
    );
    const session = await open(await server.createDatabase());
    await session.query(baselineSql(made));
    await session.query('INSERT INTO public.metrics VALUES (now())');
  });

  it('goes on where it was broken off, be it between the halves of what is made in two steps', async () => {
    const session = await open(await server.createDatabase());
    await session.query(baseline.head);
    const halfway = baseline.objects.findLastIndex(({ sql }) => sql.includes('the body comes later'));
    for (const { sql } of baseline.objects.slice(0, halfway)) await session.query(sql);
    await session.query(file);
    expect(await differences(session)).toEqual([lost]);
  });

  it('takes what an older server has, and finds nothing to do then', async () => {
    const older = files.get(14) ?? '';
    expect(older).not.toBe('');
    const session = await open(await server.createDatabase());
    await session.query(older);
    const made = await snapshot(session);
    await session.query(older);
    expect(diffSnapshots(made, await snapshot(session))).toEqual([]);
    // a name for NOT NULL, and a standard form for locales, are what newer servers add
    const other = diffSnapshots(wanted, made).filter(({ kind }) => kind === 'operator' || kind === 'type');
    expect(other.map(describeDifference)).toEqual([lost]);
  });

  it('makes again what is gone', async () => {
    const session = await open(copy);
    await session.query(`
      DROP TYPE n.vc, n.cr, n.int42, n.dloop CASCADE;
      ALTER DOMAIN n.da DROP CONSTRAINT da_check;
      ALTER DOMAIN n.dn DROP NOT NULL;
      ALTER DOMAIN n.dempty DROP DEFAULT;
      DROP OPERATOR n.=== (box, box) CASCADE;
      ALTER OPERATOR FAMILY n.fam USING btree DROP OPERATOR 1 (int4, int2);
      ALTER OPERATOR FAMILY pg_catalog.integer_ops USING btree DROP OPERATOR 3 (int4, box);
      DROP FUNCTION n.tfp CASCADE;
      DROP PROCEDURE n.p0;
      DROP COLLATION n.icu1 CASCADE;
      DROP LANGUAGE "my Lang" CASCADE;
      DROP ACCESS METHOD "my AM" CASCADE;
      DROP TRANSFORM FOR int LANGUAGE sql CASCADE;
      DROP TEXT SEARCH DICTIONARY n.syn CASCADE;
      DROP CONVERSION n.myd`);
    expect((await differences(session)).length).toBeGreaterThan(30);
    await session.query('SET search_path = n, n2');
    await session.query(file);
    expect(await differences(session)).toEqual([lost]);
  });
});
