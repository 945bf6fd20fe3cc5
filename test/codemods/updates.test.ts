/** UPDATEs: one that is left alone must change nothing the second time, and one that is refused must really be able to. */
import type { Server, Session } from '@idempotify/database';
import { toolByName } from '@idempotify/core';
import { createRewriter } from '@idempotify/codemods';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { proofServers } from '../support/servers.ts';

const OBJECTS = `INSERT INTO t (id, c, s, n) VALUES
  (1, NULL, 'a', 0), (2, '{}', 'b', 1), (3, '{"b": []}', 'c', 2), (4, '{"k": 0, "a": {"b": 1}}', 'd', 3),
  (5, '{"k": 7, "old": true, "list": [1, 2]}', NULL, 4), (6, '{"k": "x", "a": null}', 'x', NULL);`;
const ARRAYS = `INSERT INTO t (id, c, s, n) VALUES (21, '[]', 'a', 0), (22, '[1, {"k": 1}]', 'b', 1), (23, '"k"', 'k', 5), (24, '5', 'old', 6);`;
const SETUP = `CREATE TABLE t (id int PRIMARY KEY, c jsonb, s text, n int);
CREATE TABLE m (old text, new text, id int, n int);
INSERT INTO m VALUES ('a', 'b', 1, 1), ('b', 'c', 2, 2), ('c', 'd', 3, 3), ('x', 'x', 4, 9);`;

/** Left alone, whatever the rows are. */
const settling = [
  `UPDATE t SET c = jsonb_set(c, '{k}', '1') WHERE jsonb_typeof(c) = 'object'`,
  `UPDATE t SET c = jsonb_set(c, '{a,b}', '1'::jsonb) WHERE c ->> 'k' IS NOT NULL`,
  `UPDATE t SET c = jsonb_set(jsonb_set(c, '{a}', '{}'), ARRAY['a', 'b'], to_jsonb(id)) WHERE c ->> 'k' = '7'`,
  `UPDATE t SET c = c - 'old' WHERE jsonb_typeof(c) <> 'number' AND jsonb_typeof(c) <> 'string' AND jsonb_typeof(c) <> 'null'`,
  `UPDATE t SET c = (c || '{"k": 2}') - 'old' WHERE c -> 'k' = '7'`,
  `UPDATE t SET c = c || jsonb_build_object('k', id) WHERE c ->> 'k' IN ('7', 'x')`,
  `UPDATE t SET c = c || '{"z": 1}' WHERE c @> '{"k": 7}'`,
  `UPDATE t SET c = coalesce(c, '{}')`,
  `UPDATE t SET s = m.new FROM (VALUES ('a', 'A'), ('b', 'B')) AS m (old, new) WHERE t.s = m.old`,
  `UPDATE t SET s = m.new FROM (VALUES ('a', 'a'), ('b', 'B')) AS m (old, new) WHERE t.s = m.old`,
  `UPDATE t SET s = m.new FROM m WHERE t.id = m.id AND t.s IS DISTINCT FROM m.new`,
  `UPDATE t SET s = m.new, n = m.n FROM m WHERE t.id = m.id AND (t.s, t.n) != (m.new, m.n)`,
  `UPDATE t SET n = m.n FROM m WHERE t.id = m.id AND m.n > t.n`,
  `UPDATE t SET s = (SELECT m.new FROM m WHERE m.id = t.id)`,
  `UPDATE t SET s = m.new FROM m WHERE t.id = m.id AND t.s = 'a'`,
];

/** Left alone; the rows are objects or NULL, as the statement itself takes them to be. */
const settlingObjects = [
  `UPDATE t SET c = coalesce(c, '{}') || '{"k": 1}'`,
  `UPDATE t SET c = CASE WHEN c IS NULL OR c = 'null'::jsonb THEN '{}'::jsonb ELSE c END || jsonb_build_object('k', true)`,
  `UPDATE t SET c = CASE WHEN c IS NULL THEN '{"k": 1}'::jsonb WHEN NOT (c ? 'k') THEN jsonb_set(c, '{k}', '1'::jsonb) ELSE c END WHERE c <> 'null'`,
  `UPDATE t SET c = (coalesce(nullif(c, 'null'::jsonb), '{}'::jsonb) || jsonb_build_object('k', n)) - 'old'`,
];

/** Refused, and here is why: a second run does change something. */
const repeating = [
  `UPDATE t SET c = jsonb_set(c, '{list,5}', '1') WHERE c ->> 'k' = '7'`,
  `UPDATE t SET c = jsonb_set(c, '{5}', '1') WHERE jsonb_typeof(c) = 'array'`,
  `UPDATE t SET c = c || '{"k": 1}' WHERE jsonb_typeof(c) = 'array'`,
  `UPDATE t SET c = coalesce(c, '[]') || jsonb_build_object('k', n)`,
  `UPDATE t SET c = jsonb_set(c, '{k}', to_jsonb((c ->> 'k')::int + 1)) WHERE c ->> 'k' = '7' OR c ->> 'k' = '8'`,
  `UPDATE t SET c = CASE WHEN c IS NULL THEN '{"k": 2}'::jsonb WHEN c ->> 'k' IS NOT NULL THEN jsonb_set(c, '{k}', '1') ELSE c END`,
  `UPDATE t SET c = CASE WHEN c ? 'old' THEN c - 'old' ELSE jsonb_set(c, '{old}', '1') END WHERE c ->> 'k' = '7'`,
  `UPDATE t SET c = c - 0 WHERE jsonb_typeof(c) = 'array'`,
  `UPDATE t SET s = m.new FROM (VALUES ('a', 'b'), ('b', 'c')) AS m (old, new) WHERE t.s = m.old`,
  `UPDATE t SET s = m.new FROM m WHERE t.s = m.old`,
  `UPDATE t SET s = m.new FROM m WHERE t.s || '' = m.old`,
  `UPDATE t SET s = (SELECT m.new FROM m WHERE m.old = t.s)`,
  `UPDATE t SET s = m.new FROM m JOIN m AS o ON o.old = m.old WHERE m.old IN (t.s)`,
  `UPDATE t SET n = n + 1`,
];

const prisma = toolByName('prisma');

function left(sql: string): boolean {
  if (!prisma) throw new Error('there is no tool "prisma"');
  const result = createRewriter({ guard: 'shape', pgVersion: 14 }, prisma, {
    before: () => [{ path: '0/migration.sql', read: () => SETUP }],
  }).rewrite({ path: '1/migration.sql', text: `${sql};` });
  expect(result.problems).toEqual([]);
  return result.statements.every(({ outcome }) => outcome === 'rerunnable');
}

describe.each(proofServers)('UPDATE on $name', ({ start }) => {
  let server: Server;
  let session: Session;
  beforeAll(async () => {
    server = await start();
    session = await server.connect(await server.createDatabase());
  });
  afterAll(() => server.close());

  /** Are the rows after a second run the same as after the first? */
  async function settles(sql: string, rows: string): Promise<boolean> {
    await session.query(`BEGIN;\n${SETUP}\n${rows}`);
    try {
      const first = await once(sql);
      return (await once(sql)) === first;
    } finally {
      await session.query('ROLLBACK');
    }
  }

  async function once(sql: string): Promise<string> {
    const results = await session.query(`${sql};\nSELECT t::text AS row FROM t ORDER BY id;`);
    return JSON.stringify(results.at(-1)?.rows);
  }

  test.each(settling)('%s', async (sql) => {
    expect(left(sql)).toBe(true);
    expect(await settles(sql, OBJECTS + ARRAYS)).toBe(true);
  });

  test.each(settlingObjects)('%s', async (sql) => {
    expect(left(sql)).toBe(true);
    expect(await settles(sql, OBJECTS)).toBe(true);
  });

  test.each(repeating)('%s', async (sql) => {
    expect(left(sql)).toBe(false);
    expect(await settles(sql, OBJECTS + ARRAYS)).toBe(false);
  });
});
