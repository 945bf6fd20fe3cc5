/** What the rules about reruns say, against what a real server does. */
import { lintFile, prepareRules, toolByName, type Finding, type Tool } from '@idempotify/core';
import { diffSnapshots, snapshot, SqlError, type Server, type Session } from '@idempotify/database';
import { ruleSet } from '@idempotify/rules';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServers } from '../support/servers.ts';
import { secondRuns } from './second-runs.ts';

const rules = prepareRules(ruleSet('rerun'));
const sql = toolByName('sql') as Tool;

const findingsIn = (text: string, pgVersion: number, tool = sql): readonly Finding[] =>
  lintFile({ path: '001_case.sql', text, tool, pgVersion }, rules, { fixes: false }).findings.filter(({ rule }) =>
    rule.startsWith('rerun-'),
  );

/** All rows of all tables, without their order, and where the sequences stand. */
async function rows(session: Session): Promise<string> {
  const [tables] = await session.query(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname !~ '^pg_' AND schemaname <> 'information_schema' ORDER BY 1",
  );
  const [sequences] = await session.query(
    "SELECT format('%I.%I', schemaname, sequencename) AS name, last_value FROM pg_sequences ORDER BY 1",
  );
  const out: unknown[] = [sequences?.rows];
  for (const { name } of tables?.rows ?? []) {
    const [content] = await session.query(`SELECT t::text AS line FROM ${name} AS t ORDER BY 1`);
    out.push([name, content?.rows]);
  }
  return JSON.stringify(out);
}

type Second = { readonly type: 'same' | 'changed' } | { readonly type: 'error'; readonly text: string };

/** What a second run of a statement does, in a transaction that goes on. */
async function secondRun(session: Session, statement: string): Promise<Second> {
  const before = { catalogs: await snapshot(session), rows: await rows(session) };
  await session.query('SAVEPOINT second');
  try {
    await session.query(statement);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    await session.query('ROLLBACK TO SAVEPOINT second');
    return { type: 'error', text: `${error.message} (${error.code})` };
  }
  const differences = diffSnapshots(before.catalogs, await snapshot(session));
  return { type: differences.length > 0 || before.rows !== (await rows(session)) ? 'changed' : 'same' };
}

describe.each(testServers)('second runs on $name', ({ major, start }) => {
  let server: Server;
  let session: Session;
  beforeAll(async () => {
    server = await start({ extensions: ['citext'] });
    session = await server.connect(await server.createDatabase());
  });
  afterAll(() => server.close());

  describe.each(secondRuns)('after $before', ({ before, statements }) => {
    test.each(statements)('%s', async (statement) => {
      await session.query('BEGIN');
      try {
        if (before) await session.query(before);
        await session.query(statement);
        const second = await secondRun(session, statement);
        const found = findingsIn(statement, Math.min(major, 14));
        expect(found.length, JSON.stringify(second)).toBe(second.type === 'same' ? 0 : 1);
        const quoted = /fails with (.*), so /.exec(found[0]?.message ?? '')?.[1];
        if (quoted !== undefined) expect(second).toEqual({ type: 'error', text: quoted });
        else if (second.type === 'error')
          console.log(`${statement}\n   ${second.text}\n   ${found[0]?.rule} ${found[0]?.message}`);
      } finally {
        await session.query('ROLLBACK');
      }
    });
  });
});
