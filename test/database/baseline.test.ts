/** The whole baseline on a schema with every kind of object, judged by our snapshot and by pg_dump. */
import { existsSync, readFileSync } from 'node:fs';
import { baselineSql, openLive, readBaseline, snapshot } from '@idempotify/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  Scratch,
  apply,
  compareDumps,
  compareSnapshots,
  dropSome,
  nameOf,
  random,
  refusals,
  runAgain,
  runLocked,
  statementsOf,
  within,
} from '../support/baseline-fidelity.mjs';
import { anyRealServer, realServers, startPostgres, type OwnServer } from '../support/servers.ts';

const kitchenSink = new URL('../../../shared/baseline/kitchen-sink.sql', import.meta.url);

// a file without any test counts as broken
if (realServers.length === 0) test.skip('a baseline of the kitchen sink: only on real servers (npm run test:servers)');

describe.skipIf(!existsSync(kitchenSink)).each(realServers)('a baseline of the kitchen sink, $name', (each) => {
  let server: OwnServer;
  let scratch: Scratch;
  let source: string;
  let copy: string;
  let text: string;

  beforeAll(async () => {
    server = await startPostgres(each.major);
    scratch = await Scratch.open(server.url);
    source = await scratch.create();
    // statement by statement: older servers do not know all of it
    await apply(source, readFileSync(kitchenSink, 'utf8'), 'statements');
    const session = await openLive({ connectionString: source });
    try {
      text = baselineSql(await readBaseline(session, { secrets: true }));
    } finally {
      await session.close();
    }
    copy = await scratch.create();
  });
  afterAll(async () => {
    await scratch?.close();
    await server?.stop();
  });

  test('over an empty database gives all of it', async () => {
    expect((await apply(copy, text)).errors).toEqual([]);
    const ours = await compareSnapshots(source, copy);
    expect(ours.differences).toEqual([]);
    expect(ours.total.of).toBeGreaterThan(500);
    const theirs = await compareDumps(source, copy);
    expect(theirs.differences).toEqual([]);
    expect(theirs.total.of).toBeGreaterThan(300);
  });

  test('over what is there does nothing, and waits for nobody', async () => {
    for (const [url, mode] of [
      [copy, 'query'],
      [source, 'statements'],
    ] as const) {
      const again = await runAgain(url, text, mode);
      expect(again.errors).toEqual([]);
      expect(again.notices).toEqual([]);
      expect(again.changed).toEqual([]);
      expect(again.wrote).toBe(false);
      expect(again.locks.filter((lock) => !lock.startsWith('AccessShareLock'))).toEqual([]);
    }
    expect((await runLocked(source, text)).errors).toEqual([]);
  });

  describe.skipIf(!anyRealServer.includes(each))('in between', () => {
    test('over a half of it makes the rest', async () => {
      const next = random(1);
      for (let round = 0; round < 2; round++) {
        const half = await scratch.create(nameOf(source));
        expect(await dropSome(half, 25, next)).toHaveLength(25);
        expect((await apply(half, text)).errors).toEqual([]);
        // a partition that is attached once more gets its index attached with it, which PostgreSQL does by itself
        const { differences } = await compareSnapshots(source, half);
        expect(differences.filter(({ kind, after }) => kind !== 'index' || after?.['parent'] == null)).toEqual([]);
        await scratch.drop(half);
      }
    });

    test('after a part of its statements makes the rest', async () => {
      const statements = statementsOf(text);
      const stopped = await scratch.create();
      expect((await apply(stopped, statements.slice(0, statements.length / 2).join('\n;'))).errors).toEqual([]);
      expect((await apply(stopped, text, 'statements')).errors).toEqual([]);
      expect((await compareSnapshots(source, stopped)).differences).toEqual([]);
      await scratch.drop(stopped);
    });

    test('over something else refuses, names it and changes nothing', async () => {
      const found = await refusals(copy, text, 1, random(1));
      expect(found.length).toBeGreaterThan(20);
      for (const { what, outcome, message } of found) {
        expect([what, outcome, message]).toEqual([what, expect.stringMatching(/^(named|put right)$/), message]);
      }
      await within(copy, async (database) => {
        const before = await snapshot(database);
        await database.query('ALTER TABLE ks.users ADD COLUMN of_somebody integer');
        const { errors } = await apply(copy, text, 'statements');
        expect(errors.map(({ message }) => message)).toEqual([
          expect.stringContaining('another definition than the baseline of: table ks.users'),
        ]);
        await database.query('ALTER TABLE ks.users DROP COLUMN of_somebody');
        expect((await snapshot(database)).objects).toEqual(before.objects);
      });
    });
  });
});
