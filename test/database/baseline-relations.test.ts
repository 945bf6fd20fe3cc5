/** Parents and heirs, partitions and their keys, and definitions that do not survive a round trip to the letter. */
import { readFileSync } from 'node:fs';
import { baselineSql, openLive, readBaseline } from '@idempotify/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  Scratch,
  apply,
  compareSnapshots,
  dropSome,
  nameOf,
  random,
  runAgain,
  statementsOf,
} from '../support/baseline-fidelity.mjs';
import { outerRealServers, startPostgres, type OwnServer } from '../support/servers.ts';

const fixture = readFileSync(new URL('fixtures/baseline-relations.sql', import.meta.url), 'utf8');

async function baselineOf(url: string): Promise<string> {
  const session = await openLive({ connectionString: url });
  try {
    return baselineSql(await readBaseline(session));
  } finally {
    await session.close();
  }
}

/** PostgreSQL itself prints these in another way once they have been read back; pg_dump's come back so, too. */
const RESPELT = new Set([
  'i.t.t_s_check',
  'i.t.c',
  'i.t.r',
  'i.t_in',
  'i.t_row',
  'i.v',
  'i.m',
  'i.t.pol',
  'i.t.g',
  'i.gen.b',
  'i.gen.ru',
  'i.dom.dom_check',
]);

// a file without any test counts as broken
if (outerRealServers.length === 0) test.skip('a baseline of relations: only on real servers (npm run test:servers)');

describe.each(outerRealServers)('a baseline of relations, $name', (each) => {
  let server: OwnServer;
  let scratch: Scratch;
  let source: string;
  let copy: string;
  let text: string;

  beforeAll(async () => {
    server = await startPostgres(each.major);
    scratch = await Scratch.open(server.url);
    source = await scratch.create();
    expect((await apply(source, fixture, 'statements')).errors).toEqual([]);
    text = await baselineOf(source);
    copy = await scratch.create();
    expect((await apply(copy, text)).errors).toEqual([]);
  });
  afterAll(async () => {
    await scratch?.close();
    await server?.stop();
  });

  test('gives the same', async () => {
    const { differences } = await compareSnapshots(source, copy);
    expect(differences.filter(({ name }) => !RESPELT.has(name))).toEqual([]);
  });

  test('and the same text when it is read from the copy, from the second copy on', async () => {
    const second = await baselineOf(copy);
    const third = await scratch.create();
    expect((await apply(third, second)).errors).toEqual([]);
    expect((await baselineOf(third)).replace(nameOf(third), nameOf(copy))).toBe(second);
  });

  test('what is spelt in another way is no other definition', async () => {
    for (const url of [copy, source]) {
      const again = await runAgain(url, text, 'query');
      expect(again.errors).toEqual([]);
      expect(again.notices).toEqual([]);
      expect(again.changed).toEqual([]);
    }
  });

  test('goes on after every statement', async () => {
    const statements = statementsOf(text);
    for (let count = 2; count < statements.length; count += 7) {
      const stopped = await scratch.create();
      expect((await apply(stopped, `${statements.slice(0, count).join(';\n')};`, 'statements')).errors).toEqual([]);
      expect((await apply(stopped, text)).errors).toEqual([]);
      expect((await compareSnapshots(copy, stopped)).differences).toEqual([]);
      await scratch.drop(stopped);
    }
  });

  test('makes what was dropped', async () => {
    const next = random(7);
    const half = await scratch.create(nameOf(copy));
    expect(await dropSome(half, 12, next)).toHaveLength(12);
    expect((await apply(half, text)).errors).toEqual([]);
    const { differences } = await compareSnapshots(copy, half);
    // an heir that is made again gets the columns of a parent that has all of them, and what its parent has not proven comes as it is there
    expect(differences.filter(({ kind, name }) => kind !== 'column order' && !name.endsWith('.unproven'))).toEqual([]);
    await scratch.drop(half);
  });

  test.each([
    ['table i.f_star', 'ALTER TABLE i.f_star ALTER COLUMN f TYPE bigint'],
    ['table i.a_star', "ALTER TABLE i.a_star ALTER COLUMN a2 SET DEFAULT 'y'"],
    ['constraint c on i.t', "ALTER TABLE i.t DROP CONSTRAINT c, ADD CONSTRAINT c CHECK (s NOT IN ('q', 's'))"],
    [
      'trigger g on i.t',
      'DROP TRIGGER g ON i.t; CREATE TRIGGER g BEFORE UPDATE OF s ON i.t FOR EACH ROW EXECUTE FUNCTION i.tr()',
    ],
    ['constraint extra on i.t', 'ALTER TABLE i.t ADD CONSTRAINT extra CHECK (n > 0)'],
    ['index i.t_in', "DROP INDEX i.t_in; CREATE INDEX t_in ON i.t (s) WHERE s IN ('a', 'c')"],
  ])('names %s where it is another', async (name, sql) => {
    const other = await scratch.create(nameOf(copy));
    expect((await apply(other, sql, 'statements')).errors).toEqual([]);
    const { errors } = await apply(other, text);
    expect(errors.map(({ message }) => message).join('\n')).toContain(name);
    await scratch.drop(other);
  });
});
