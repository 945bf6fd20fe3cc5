import {
  describeDifference,
  diffSnapshots,
  readRows,
  snapshot,
  snapshotKinds,
  watchCatalogs,
  type Server,
  type Session,
  type Watched,
} from '@idempotify/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readers } from '../../packages/database/src/catalog/snapshot.ts';
import { catalogsOf, views } from '../../packages/database/src/catalog/watch.ts';
import { outerServers, testServers } from '../support/servers.ts';
import { changes } from './changes.ts';

test('every kind of object has its changes', () => {
  const changed = changes.flatMap(({ expect: lines }) => lines);
  // a label needs a provider, which is a library that the server was started with
  const untested = snapshotKinds.filter(
    (kind) => kind !== 'security label' && !changed.some((line) => line.replace(/^\w+ /, '').startsWith(`${kind} `)),
  );
  expect(untested).toEqual([]);
});

describe.each(testServers)('the catalog on $name', ({ major, embedded, start }) => {
  let server: Server;
  let session: Session;
  beforeAll(async () => {
    server = await start({ extensions: ['citext'] });
    session = await server.connect(await server.createDatabase());
  });
  afterAll(() => server.close());

  const known = changes.filter(
    ({ since = 0, until = Infinity, realServer }) => since <= major && major <= until && !(realServer && embedded),
  );

  test.each(known)('sees: $title', async ({ setup = '', change, expect: expected }) => {
    await session.query(`BEGIN; ${setup}`);
    try {
      const before = await snapshot(session);
      await session.query(change);
      const differences = diffSnapshots(before, await snapshot(session));
      const seen = differences.map(({ kind, name, change: what, before: was }) => {
        const properties =
          what === 'changed'
            ? `: ${Object.keys(was ?? {})
                .sort()
                .join(', ')}`
            : '';
        return `${what} ${kind} ${name}${properties}`;
      });
      expect(seen.sort()).toEqual([...expected].sort());
    } finally {
      await session.query('ROLLBACK');
    }
    expect(session.inTransaction).toBe(false);
  });

  test('gives the same for the same SQL, whatever else was there before', async () => {
    const databases = [await server.createDatabase(), await server.createDatabase()];
    const snapshots = [];
    for (const [at, name] of databases.entries()) {
      const other = await server.connect(name);
      // other OIDs, other positions of columns
      if (at === 1)
        await other.query('CREATE SCHEMA junk; CREATE TABLE junk.t (id serial PRIMARY KEY); DROP SCHEMA junk CASCADE');
      // each in a schema of its own; what takes a name that the database has once only is left out
      for (const [number, { setup = '', change }] of known.entries()) {
        await other.query(`BEGIN; CREATE SCHEMA s${number}; SET LOCAL search_path = s${number}`);
        try {
          await other.query(`${at === 1 ? 'CREATE TABLE first (a int);' : ''} ${setup}; ${change}`);
          await other.query(`DROP TABLE IF EXISTS first; COMMIT`);
        } catch {
          await other.query('ROLLBACK');
        }
      }
      snapshots.push(await snapshot(other));
      // the second replay would find the roles of the first
      await other.close();
      await server.dropDatabase(name);
      await session.query('DROP ROLE IF EXISTS idempotify_r, idempotify_s');
    }
    const [a, b] = snapshots;
    if (!a || !b) throw new Error('no snapshots');
    expect(diffSnapshots(a, b, { columnOrder: true }).map(describeDifference)).toEqual([]);
    const kinds = [...a.objects.keys()];
    expect(kinds.length).toBeGreaterThan(35);
    expect(kinds.filter((kind) => !snapshotKinds.includes(kind))).toEqual([]);
  });

  test('a watch knows every catalog that an object is read from', async () => {
    const [catalogs] = await session.query(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v')`,
    );
    const all = new Set((catalogs?.rows ?? []).map(({ name }) => name ?? ''));
    // relations have their own way; extensions, as those of which every kind leaves out the members
    const otherwise = ['pg_class', 'pg_attribute', 'pg_depend'];
    for (const reader of readers.filter(({ ofRelation }) => !ofRelation)) {
      const read = (reader.sql(server.versionNumber).match(/\bpg_\w+/g) ?? []).filter((word) => all.has(word));
      const known = new Set([...catalogsOf(reader, server.versionNumber), ...otherwise, ...Object.keys(views)]);
      expect(
        read.filter((name) => !known.has(name)),
        reader.kind,
      ).toEqual([]);
    }
  });

  test('does not mind the order of columns, unless told so', async () => {
    await session.query('BEGIN; CREATE TABLE o (a int, b int, c int)');
    const before = await snapshot(session);
    await session.query('ALTER TABLE o DROP a; ALTER TABLE o ADD a int');
    const after = await snapshot(session);
    await session.query('ROLLBACK');
    expect(diffSnapshots(before, after)).toEqual([]);
    expect(diffSnapshots(before, after, { columnOrder: true })).toEqual([
      {
        kind: 'column order',
        name: 'public.o',
        change: 'changed',
        before: { columns: ['a', 'b', 'c'] },
        after: { columns: ['b', 'c', 'a'] },
      },
    ]);
  });

  test('is read whatever the settings of the session are, and leaves them alone', async () => {
    await session.query(
      `BEGIN; CREATE TABLE s (a timestamptz DEFAULT '2020-01-01 00:00:00+00', i interval DEFAULT '1 day 2 hours', d date DEFAULT '2020-02-01')`,
    );
    const before = await snapshot(session);
    await session.query(
      `SET search_path = pg_catalog; SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German'; SET IntervalStyle = 'iso_8601'; SET quote_all_identifiers = on`,
    );
    expect(diffSnapshots(before, await snapshot(session))).toEqual([]);
    const [zone] = await session.query('SHOW TimeZone');
    expect(zone?.rows).toEqual([{ TimeZone: 'Asia/Tokyo' }]);
    await session.query('ROLLBACK');
  });

  test.each(['DISCARD ALL', 'DEALLOCATE ALL'])('is read after %s as before', async (sql) => {
    const before = [await snapshot(session), await readRows(session)];
    await session.query(sql);
    expect([await snapshot(session), await readRows(session)]).toEqual(before);
    await session.query('BEGIN');
    const inside = [await snapshot(session), await readRows(session)];
    await session.query('DEALLOCATE ALL');
    expect([await readRows(session), await snapshot(session)]).toEqual(inside.reverse());
    await session.query('ROLLBACK');
  });

  test('says in one line what is different', async () => {
    await session.query('BEGIN; CREATE TABLE s (a int DEFAULT 1, b int)');
    const before = await snapshot(session);
    await session.query('ALTER TABLE s ALTER a SET DEFAULT 2, DROP b, ADD c int');
    const lines = diffSnapshots(before, await snapshot(session)).map(describeDifference);
    await session.query('ROLLBACK');
    expect(lines).toEqual([
      'column public.s.a: default should be 1 but is 2',
      'column public.s.b is missing',
      'column public.s.c should not be there',
    ]);
  });

  // it takes long, and what it finds comes from how transactions work
  if (!outerServers.some((server) => server.major === major && server.embedded === embedded)) return;

  test('a watch sees in a transaction what a whole snapshot would', async () => {
    const name = await server.createDatabase();
    let other = await server.connect(name);
    let memory: Watched | undefined;
    let alone = 0;
    for (const [number, { title, setup = '', change }] of known.entries()) {
      // each in a schema of its own, in a database with many objects; what takes a name that a database has once gets its own
      let database = name;
      const inside = `CREATE SCHEMA w${number}; SET search_path = w${number}`;
      try {
        // roles are those of all databases
        if (setup.includes('ROLE')) throw new Error('not in every schema');
        await other.query(`BEGIN; ${inside}; ${setup}; COMMIT`);
      } catch {
        alone++;
        await other.query('ROLLBACK');
        await other.close();
        database = await server.createDatabase();
        other = await server.connect(database);
        await other.query(`${inside}; ${setup}`);
      }
      await other.query('BEGIN');
      const watch = await watchCatalogs(other, database === name ? memory : undefined);
      if (database === name) memory = watch.watched;
      const seesAll = async (when: string): Promise<void> => {
        const [watched, whole] = [await watch.look(), await snapshot(other)];
        const differences = diffSnapshots(whole, watched, { columnOrder: true });
        expect(differences.map(describeDifference), `${title}, ${when}`).toEqual([]);
      };
      await seesAll('before');
      const back = await watch.mark();
      await other.query(`SAVEPOINT here; SET search_path = w${number}`);
      let works = true;
      try {
        await other.query(change);
      } catch {
        // PostgreSQL does not let every statement into a transaction
        works = false;
      }
      if (works) {
        await seesAll('done');
        await seesAll('looked at again');
      }
      await other.query('ROLLBACK TO SAVEPOINT here');
      await back();
      await seesAll('taken back');
      if (works) {
        await other.query(change);
        await seesAll('done again');
      }
      await other.query('ROLLBACK; RESET search_path');
      if (database === name) continue;
      await other.close();
      await server.dropDatabase(database);
      await session.query('DROP ROLE IF EXISTS idempotify_r, idempotify_s');
      other = await server.connect(name);
    }
    expect(alone).toBeLessThan(known.length / 2);
    await other.close();
    await server.dropDatabase(name);
  });
});
