/** What the rules about reruns say, against what a real server does. */
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRewriter } from '@idempotify/codemods';
import {
  Catalog,
  applyToHistory,
  entangled,
  lintFile,
  parseSql,
  prepareRules,
  quickSecondRuns,
  readEffect,
  secondRuns as involvedSecondRuns,
  toolByName,
  type Effect,
  type Finding,
  type Statement,
  type Tool,
} from '@idempotify/core';
import { diffSnapshots, snapshot, SqlError, type Server, type Session } from '@idempotify/database';
import { ruleSet } from '@idempotify/rules';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { proofServers, testServers } from '../support/servers.ts';
import { secondRuns } from './second-runs.ts';

const rules = prepareRules(ruleSet('rerun'));
const sql = toolByName('sql') as Tool;

const findingsIn = (text: string, pgVersion: number, history?: () => Catalog): readonly Finding[] =>
  lintFile({ path: '001_case.sql', text, tool: sql, pgVersion, ...(history ? { history } : {}) }, rules, {
    fixes: false,
  }).findings.filter(({ rule }) => rule.startsWith('rerun-'));

const effectsOf = (statements: readonly Statement[], text: string): (Effect | undefined)[] =>
  statements.map((statement) => (statement.tag === '' ? undefined : readEffect(statement, text, 14)));

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

describe.each(proofServers)('second runs on $name', ({ major, start }) => {
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
      } finally {
        await session.query('ROLLBACK');
      }
    });
  });

  test.each([
    'ALTER TABLE s.t DROP COLUMN IF EXISTS a',
    'ALTER TABLE s.t DROP CONSTRAINT IF EXISTS t_check',
    'ALTER TABLE s.t ADD COLUMN IF NOT EXISTS b int',
    'CREATE INDEX IF NOT EXISTS i ON s.t (id)',
  ])('where the table is gone by the end: %s', async (statement) => {
    const rename = 'ALTER TABLE s.t RENAME TO u';
    const text = `${statement};\n${rename};`;
    await session.query('BEGIN');
    try {
      await session.query('CREATE SCHEMA s; CREATE TABLE s.t (id int, a int CHECK (a > 0))');
      await session.query(text);
      const told = findingsIn(text, Math.min(major, 14)).map(
        ({ message }) => /fails with (.*), so /.exec(message)?.[1] ?? message,
      );
      for (const [index, again] of [statement, rename].entries())
        expect(await secondRun(session, again)).toEqual({ type: 'error', text: told[index] });
    } finally {
      await session.query('ROLLBACK');
    }
  });
});

interface Case {
  readonly name: string;
  readonly min_pg: number;
  readonly setup?: string;
  readonly migration: string;
}

/** The shared cases lie beside the project, not in it. */
const shared = fileURLToPath(new URL('../../../shared/cases/cases-open.json', import.meta.url));
const cases: readonly Case[] = fs.existsSync(shared) ? (JSON.parse(fs.readFileSync(shared, 'utf8')) as Case[]) : [];

const examples = fileURLToPath(new URL('../../examples', import.meta.url));
const exampleFiles = fs
  .readdirSync(examples, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.sql'))
  .sort()
  .map((name) => ({ name, text: fs.readFileSync(`${examples}/${name}`, 'utf8') }));

const migrations = [...exampleFiles, ...cases.map(({ name, migration }) => ({ name, text: migration }))];

/** Positions of the statements of which a second run does harm. */
const positions = (runs: readonly unknown[]): number[] => [...runs.keys()].filter((index) => runs[index] !== undefined);

test.each([...migrations, ...secondRuns.flatMap(({ statements }) => statements.map((text) => ({ name: text, text })))])(
  'a look at the tree says the same as the symbolic catalog: $name',
  ({ text }) => {
    const { statements } = parseSql(text);
    const quick = quickSecondRuns(statements, text, 14);
    if (!quick) return;
    const involved = involvedSecondRuns(effectsOf(statements, text), undefined, () => entangled(statements, text));
    expect(positions(quick)).toEqual(positions(involved));
    expect(quick.map((run) => run?.fails)).toEqual(involved.map((run) => run?.fails));
  },
);

test.each(migrations)('what is reported is what the rewriter changes or refuses: $name', ({ text }) => {
  const rewriter = createRewriter({ guard: 'shape', pgVersion: 14 }, sql, { before: () => [] });
  const { statements, notes } = rewriter.rewrite({ path: '001_case.sql', text });
  // a refusal leaves the whole file as it is
  if (notes.length > 0) return;
  const fine = new Set(
    statements.filter(({ outcome }) => outcome === 'rerunnable').map(({ line, column }) => `${line}:${column}`),
  );
  const reported = findingsIn(text, 14).map(({ line, column }) => `${line}:${column}`);
  expect(reported.filter((place) => fine.has(place))).toEqual([]);
});

interface Stops {
  /** Statements that fail at a rerun from one of the stops. */
  readonly failing: ReadonlySet<number>;
  /** Those that run again without an error where something is not as it was in the end. */
  readonly changing: ReadonlySet<number>;
}

/** Runs a file up to each of its statements, and then again up to there. */
async function stops(session: Session, texts: readonly string[]): Promise<Stops> {
  const failing = new Set<number>();
  const changing = new Set<number>();
  for (let k = 0; k < texts.length; k++) {
    await session.query(texts[k] as string);
    // a rerun comes in another session
    await session.query('SET CONSTRAINTS ALL IMMEDIATE; SAVEPOINT stop; DISCARD TEMP; RESET search_path');
    const before = { catalogs: await snapshot(session), rows: await rows(session) };
    const ran: number[] = [];
    for (let index = 0; index <= k; index++) {
      await session.query('SAVEPOINT step');
      try {
        await session.query(texts[index] as string);
        await session.query('SET CONSTRAINTS ALL IMMEDIATE');
        ran.push(index);
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        await session.query('ROLLBACK TO SAVEPOINT step');
        failing.add(index);
      }
    }
    await session.query('DISCARD TEMP; RESET search_path');
    const after = await snapshot(session);
    if (diffSnapshots(before.catalogs, after).length > 0 || before.rows !== (await rows(session)))
      for (const index of ran) changing.add(index);
    await session.query('ROLLBACK TO SAVEPOINT stop');
  }
  return { failing, changing };
}

const NEW_ROWS = 'the harm is done to rows that have been written since, and here nobody writes any';

/** Cases in which a statement is reported that does no harm on this server, and why that is right all the same. */
const UNSEEN: Readonly<Record<string, string>> = {
  'set-not-null-then-drop-not-null': NEW_ROWS,
  'partition-attach-existing': NEW_ROWS,
  'add-before-drop-one-alter': NEW_ROWS,
  'delete-all-then-reseed': NEW_ROWS,
  'setval-constant': 'the sequence has not been used in between',
  'enum-swap-via-text': 'here the way to another type and back happens to lose nothing',
  'update-before-enum-swap': 'here the way to another type and back happens to lose nothing',
  'replace-partition-same-name': NEW_ROWS,
};
/** Cases in which a statement fails for no reason of its own. */
const FOLLOWS: Readonly<Record<string, string>> = {
  'temp-table-transform': 'the temporary table could not be made again',
  'domain-lifecycle': 'PostgreSQL has an internal error about the savepoints around it (XX000)',
};

/** Statements that a transaction block does not take. */
const ALONE = /\b(?:concurrently|vacuum|begin|commit|add\s+value|create\s+database|subscription)\b/i;

describe.skipIf(cases.length === 0)('the shared cases, stopped after every statement and run again', () => {
  let server: Server;
  let session: Session;
  beforeAll(async () => {
    server = await (testServers[0] as (typeof testServers)[number]).start({
      extensions: ['citext', 'pgcrypto', 'pg_trgm', 'uuid-ossp', 'hstore', 'btree_gist'],
    });
    session = await server.connect(await server.createDatabase());
  });
  afterAll(() => server.close());

  test.each(cases.filter(({ migration }) => !ALONE.test(migration)))(
    '$name',
    async ({ name, setup = '', migration, min_pg }) => {
      const { statements } = parseSql(migration);
      const history = (): Catalog => {
        const catalog = new Catalog();
        applyToHistory(catalog, effectsOf(parseSql(setup).statements, setup), '0');
        return catalog;
      };
      const found = findingsIn(migration, Math.max(14, min_pg), history);
      const texts = statements.map(({ range }) => migration.slice(range.start, range.end));
      const reported = [...statements.keys()].filter((index) =>
        found.some(({ start }) => start === statements[index]?.range.start),
      );
      await session.query('BEGIN');
      try {
        if (setup) await session.query(setup);
        const { failing, changing } = await stops(session, texts);
        const missed = [...failing].filter((index) => !reported.includes(index));
        expect(
          missed.map((index) => texts[index]),
          'fail and are not reported',
        ).toEqual(name in FOLLOWS ? expect.anything() : []);
        const harmless = reported.filter((index) => !failing.has(index) && !changing.has(index));
        expect(
          harmless.map((index) => texts[index]),
          'are reported and do no harm',
        ).toEqual(name in UNSEEN ? expect.anything() : []);
        if (changing.size > 0 && failing.size === 0) expect(reported, 'something changes').not.toEqual([]);
      } finally {
        await session.query('ROLLBACK');
      }
    },
  );
});
