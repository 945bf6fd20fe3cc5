/** What the reporters of `verify` make of a report: on the terminal, as JSON, for a CI system, and for a reviewer. */
import type { CheckResult, DifferenceReport, Failure, Place, Run, RunKind } from '@idempotify/database';
import { type Server, type Session, startPGlite } from '@idempotify/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { colorsFor } from '../../packages/cli/src/terminal.ts';
import type { FolderProof, MigrationReport, VerifyReport } from '../../packages/cli/src/verify/report.ts';
import {
  folderHeading,
  migrationLine,
  verifyHtml,
  verifyJson,
  verifyJunit,
  verifySummary,
} from '../../packages/cli/src/verify/reporters/index.ts';
import { matrixOf } from '../../packages/cli/src/verify/reporters/matrix.ts';

const plain = colorsFor({}, false);

/** Nothing of it may come out as it is: markup, quotes, a line separator, a change of direction, controls, half a pair. */
const HOSTILE = `<script>alert("1")</script>'&\u2028\u202e\x1b[31m\x00\ufffe\ud800`;
const SPELLED_OUT = '\\u{2028}\\u{202e}\\x1b[31m\\x00\\u{fffe}\\u{d800}';

const CHECKS = ['fresh', 'second run', 'interrupted', 'rows', 'drift'] as const;

function checks(runs: number, other: Partial<Record<CheckResult['check'], Partial<CheckResult>>> = {}): CheckResult[] {
  return CHECKS.map((check) => ({ check, verdict: 'proven', runs, reasons: [], ...other[check] }));
}

const run = (kind: RunKind, statement?: number, k?: number): Run => ({
  kind,
  verdict: statement === undefined ? 'proven' : 'failed',
  ...(k === undefined ? {} : { k }),
  ...(statement === undefined ? {} : { statement }),
});

function failure(given: Partial<Failure> & Pick<Failure, 'check' | 'kind' | 'title'>): Failure {
  return { differences: [], rows: [], sequences: [], ...given };
}

/** The statements of a text that ends each with `;` at the end of a line. */
function places(sql: string): Place[] {
  return [...sql.matchAll(/\S[^;]*;/g)].map(({ index, 0: text }) => {
    const before = sql.slice(0, index).split('\n');
    const column = before.at(-1)!.length + 1;
    return {
      line: before.length,
      column,
      start: index,
      end: index + text.length - 1,
      text: text.slice(0, -1).replace(/\s+/g, ' '),
    };
  });
}

function migration(name: string, other: Partial<MigrationReport> = {}): MigrationReport {
  return {
    path: `prisma/migrations/${name}/migration.sql`,
    name,
    status: 'proven',
    cached: false,
    original: { from: 'git', path: `HEAD:prisma/migrations/${name}/migration.sql` },
    unprovable: [],
    ms: 312,
    checks: checks(3),
    statements: [],
    runs: [],
    failures: [],
    notes: [],
    ...other,
  };
}

const ORDERS = `-- Orders get a total.
CREATE TABLE IF NOT EXISTS "orders" (
  "id" serial PRIMARY KEY
);
CREATE INDEX IF NOT EXISTS "orders_id_idx" ON "orders" ("id");
ALTER TABLE "orders"
  ADD COLUMN "total" numeric NOT NULL DEFAULT 0;
CREATE INDEX IF NOT EXISTS "orders_total_idx" ON "orders" ("total");
`;

const duplicate = {
  code: '42701',
  message: 'column "total" of relation "orders" already exists',
  hint: 'Choose another name.',
};
const again = {
  check: 'interrupted',
  kind: 'interrupted file',
  statement: 2,
  error: duplicate,
  advice: 'Write ADD COLUMN IF NOT EXISTS.',
} as const;

/** Raises at its third statement as soon as that one was there before. */
const raising = migration('20240105_orders', {
  status: 'failed',
  sql: ORDERS,
  statements: places(ORDERS),
  checks: checks(4, { 'second run': { verdict: 'failed' }, interrupted: { verdict: 'failed' } }),
  runs: [
    run('replay'),
    run('fresh'),
    run('second run', 2),
    run('interrupted file', undefined, 1),
    run('interrupted file', undefined, 2),
    run('interrupted file', 2, 3),
    run('interrupted file', 2, 4),
    { kind: 'drift', verdict: 'proven', statement: 0 },
  ],
  failures: [
    failure({ ...again, check: 'second run', kind: 'second run', title: 'The second run raised an error.' }),
    failure({
      ...again,
      k: 3,
      after: 'ALTER TABLE "orders"',
      title: 'Stopped after 3 statements, it raised an error.',
    }),
    failure({ ...again, k: 4, after: 'CREATE INDEX', title: 'Stopped after 4 statements, it raised an error.' }),
  ],
});

const difference = (given: Partial<DifferenceReport> & Pick<DifferenceReport, 'name' | 'change' | 'text'>) => ({
  kind: 'column',
  before: null,
  after: null,
  ...given,
});

const SETTINGS = `CREATE TABLE IF NOT EXISTS settings (id serial PRIMARY KEY, value text);
DELETE FROM settings WHERE value IS NULL;
INSERT INTO settings (value) VALUES ('a');
`;

/** Raises nothing, and does harm. */
const harmful = migration('20240107_settings', {
  status: 'failed',
  sql: SETTINGS,
  statements: places(SETTINGS),
  checks: checks(2, { rows: { verdict: 'failed' } }),
  runs: [run('fresh'), { kind: 'rows written later', verdict: 'failed' }],
  failures: [
    failure({
      check: 'rows',
      kind: 'rows written later',
      title: 'After rows had been written, the run changed what is there.',
      differences: [
        difference({
          name: 'public.settings.value',
          change: 'changed',
          before: { type: 'text', default: null },
          after: { type: 'character varying(20)', default: "'x'::character varying" },
          text: 'column public.settings.value: type should be text but is character varying(20)',
        }),
        difference({
          kind: 'index',
          name: 'public.settings_idx',
          change: 'missing',
          text: 'index public.settings_idx is missing',
        }),
        ...Array.from({ length: 6 }, (_, at) =>
          difference({
            name: `public.settings.c${at}`,
            change: 'extra',
            text: `column public.settings.c${at} should not be there`,
          }),
        ),
      ],
      rows: [
        {
          table: 'public.settings',
          missing: ['{"id": "1", "value": null}'],
          extra: [],
          missingCount: 1200,
          extraCount: 0,
        },
      ],
      sequences: [{ sequence: 'public.settings_id_seq', expected: '5', found: '3' }],
      advice: 'Insert only what is not there.',
    }),
  ],
});

const BACKFILL = `UPDATE accounts SET token = md5(random()::text);\n`;

const unproven = migration('20240109_backfill', {
  status: 'unproven',
  sql: BACKFILL,
  statements: places(BACKFILL),
  checks: checks(2, { rows: { verdict: 'unproven', reasons: ['The values are random.'] } }),
  unprovable: [{ line: 1, column: 1, reason: 'random() differs in each run.', advice: 'Write the values down.' }],
  notes: ['Nothing refers to accounts.token.'],
});

const hostile = migration(`x${HOSTILE}`, {
  path: `m/${HOSTILE}.sql`,
  status: 'failed',
  original: { from: 'folder', path: HOSTILE },
  sql: `SELECT 1; ${HOSTILE};\n`,
  statements: [{ line: 1, column: 11, start: 10, end: 10 + HOSTILE.length, text: HOSTILE }],
  checks: checks(1, { fresh: { verdict: 'failed', reasons: [HOSTILE] } }),
  runs: [run('fresh', 0)],
  unprovable: [{ line: 1, reason: HOSTILE, advice: HOSTILE }],
  notes: [HOSTILE],
  failures: [
    failure({
      check: 'fresh',
      kind: 'fresh',
      title: HOSTILE,
      after: HOSTILE,
      statement: 0,
      error: { code: HOSTILE, message: HOSTILE, detail: HOSTILE, hint: HOSTILE },
      differences: [
        {
          kind: HOSTILE,
          name: HOSTILE,
          change: 'changed',
          before: { [HOSTILE]: HOSTILE },
          after: { [HOSTILE]: [HOSTILE] },
          text: HOSTILE,
        },
      ],
      rows: [{ table: HOSTILE, missing: [HOSTILE], extra: [HOSTILE], missingCount: 1, extraCount: 1 }],
      sequences: [{ sequence: HOSTILE, expected: HOSTILE, found: HOSTILE }],
      advice: HOSTILE,
    }),
  ],
});

const proven = migration('20240101_init');
const cached = migration('20240103_users', { cached: true });
const elsewhere = migration('20240111_later', { status: 'elsewhere', checks: [], ms: 0 });

function report(
  migrations: readonly MigrationReport[],
  other: Partial<VerifyReport> = {},
  folder: Partial<FolderProof> = {},
): VerifyReport {
  const count = (status: MigrationReport['status']): number => migrations.filter((one) => one.status === status).length;
  const failed = count('failed');
  return {
    version: 1,
    program: '0.2.0',
    server: 'PGlite 18.3',
    checks: CHECKS,
    folders: [
      {
        path: 'prisma/migrations',
        tool: 'prisma',
        title: 'Prisma Migrate',
        transactions: 'Sends each file as one text, which PostgreSQL runs in one transaction.',
        migrations,
        ...folder,
      },
    ],
    errors: [],
    totals: {
      migrations: migrations.length,
      proven: count('proven'),
      cached: migrations.filter((one) => one.cached).length,
      failed,
      unproven: count('unproven'),
      elsewhere: count('elsewhere'),
      runs: 6120,
      ms: 130_000,
    },
    exitCode: failed > 0 ? 1 : 0,
    ...other,
  };
}

const wholeHistory: FolderProof['wholeHistory'] = {
  verdict: 'failed',
  failed: [
    {
      path: 'prisma/migrations/20240105_orders/migration.sql',
      line: 3,
      column: 1,
      statement: 'ALTER TABLE "orders"',
      error: duplicate,
    },
  ],
  stopped: [
    {
      path: 'prisma/migrations/20240101_init/migration.sql',
      line: 2,
      column: 1,
      statement: 'DO $idempotify$ …',
      error: { code: 'P0001', message: 'idempotify: table "User" is there with another definition' },
    },
  ],
  differences: [
    difference({
      kind: 'table',
      name: 'public.old_users',
      change: 'extra',
      text: 'table public.old_users should not be there',
    }),
    difference({
      kind: 'index',
      name: 'public.users_idx',
      change: 'missing',
      text: 'index public.users_idx is missing',
    }),
    difference({
      name: 'public.a.b',
      change: 'changed',
      before: { type: 'text' },
      after: { type: 'integer' },
      text: 'column public.a.b: type should be text but is integer',
    }),
  ],
  rows: [{ table: 'public.kinds', missing: [], extra: ['{"id": "1"}'], missingCount: 0, extraCount: 1 }],
};

const everything = report(
  [proven, cached, raising, harmful, unproven, elsewhere],
  {
    shard: { index: 2, of: 4 },
    errors: [{ message: 'could not be read', path: 'prisma/migrations/x.sql' }],
    exitCode: 2,
  },
  { wholeHistory },
);

describe('on the terminal', () => {
  it('says in one line what is fine', () => {
    expect(migrationLine(proven, plain)).toBe('  ✓ 20240101_init  proven  15 runs  0.3 s\n');
    expect(migrationLine(cached, plain)).toBe('  ✓ 20240103_users  proven earlier\n');
    expect(migrationLine(elsewhere, plain)).toBe('  · 20240111_later  not checked here\n');
    expect(folderHeading(everything.folders[0]!, plain)).toContain(
      'Prisma Migrate, 6 migrations in prisma/migrations\n',
    );
  });

  it('tells the same error of several runs once, and shows where each run came to', () => {
    expect(migrationLine(raising, plain)).toBe(`  ✗ 20240105_orders  failed  20 runs  0.3 s
    3 runs with the same outcome: second run; file stopped after 3 and 4 statements
      prisma/migrations/20240105_orders/migration.sql:6:1 statement 3: ALTER TABLE "orders" ADD COLUMN "total" numeric NOT NULL DEFAULT 0
      42701 column "total" of relation "orders" already exists
        hint: Choose another name.
      what to do: Write ADD COLUMN IF NOT EXISTS.
    statement             1  2  3  4
    from the start        ✓  ✓  ✓  ✓  same result
    second run            ✓  ✓  ✗  ·  raised an error
    file stopped after 1  ✓  ✓  ✓  ✓  same result
    file stopped after 2  ✓  ✓  ✓  ✓  same result
    file stopped after 3  ✓  ✓  ✗  ·  raised an error
    file stopped after 4  ✓  ✓  ✗  ·  raised an error
    another shape         ✗  ·  ·  ·  refused, as it should
    ✓ ran   ✗ raised an error   · not reached
`);
  });

  it('tells what came out differently, and not more of it than helps', () => {
    const text = migrationLine(harmful, plain);
    expect(text).toContain('      column public.settings.value: type should be text but is character varying(20)\n');
    expect(text).toContain('      and 3 more differences\n');
    expect(text).not.toContain('public.settings.c3');
    expect(text).toContain(
      '      table public.settings: 1,200 rows missing\n        missing {"id": "1", "value": null}\n',
    );
    expect(text).toContain('        missing: and 1,199 more rows\n');
    expect(text).toContain(
      '      sequence public.settings_id_seq should be at 5 but is at 3: it would give out numbers again\n',
    );
    expect(text).toContain('      what to do: Insert only what is not there.\n');
    // nothing was raised anywhere
    expect(text).not.toContain('✓');
  });

  it('says why something is not proven', () => {
    expect(migrationLine(unproven, plain)).toBe(`  ? 20240109_backfill  not proven  10 runs  0.3 s
    not provable prisma/migrations/20240109_backfill/migration.sql:1:1 random() differs in each run.
      what to do: Write the values down.
    not provable prisma/migrations/20240109_backfill/migration.sql The values are random.
    note Nothing refers to accounts.token.
`);
  });

  it('sums up', () => {
    expect(verifySummary(everything, plain))
      .toBe(`✗ whole history of prisma/migrations, run again over the database that it leaves: does not come out the same; guards stopped 1 file
    stopped by their guards, since a later file has changed what they make:
      prisma/migrations/20240101_init/migration.sql:2:1 idempotify: table "User" is there with another definition
    1 file raised an error:
      prisma/migrations/20240105_orders/migration.sql:3:1 ALTER TABLE "orders"
        42701 column "total" of relation "orders" already exists
          hint: Choose another name.
    left over:
      table public.old_users
    lost:
      index public.users_idx
    changed:
      column public.a.b: type should be text but is integer
    rows:
      table public.kinds: 1 row too many
not proven 1 migration: random() differs in each run. (20240109_backfill)
not proven 1 migration: The values are random. (20240109_backfill)
error prisma/migrations/x.sql: could not be read
Part 2 of 4: 6 migrations: 2 proven (1 earlier), 2 failed, 1 not proven, 1 left to the other parts; 6,120 runs in 2 min 10 s on PGlite 18.3; 1 error
`);
  });

  it('says nothing of runs when everything was known', () => {
    const known = report([cached]);
    const text = verifySummary({ ...known, server: '', totals: { ...known.totals, runs: 0 } }, plain);
    expect(text).toBe('1 migration: 1 proven (1 earlier)\n');
  });

  it('lets nothing through that disturbs a terminal', () => {
    const all = report(
      [hostile],
      { errors: [{ message: HOSTILE, path: HOSTILE }] },
      { path: HOSTILE, title: HOSTILE, wholeHistory },
    );
    const text = folderHeading(all.folders[0]!, plain) + migrationLine(hostile, plain) + verifySummary(all, plain);
    expect(text).toContain('\\u{202e}');
    expect(text).not.toMatch(/[\u2028\u202e\x1b\x00]|\p{Surrogate}/u);
  });
});

describe('the matrix', () => {
  const many = migration('many', {
    statements: Array.from({ length: 100 }, (_, at) => ({
      line: at + 1,
      column: 1,
      start: at,
      end: at + 1,
      text: 'x',
    })),
    runs: [
      run('fresh'),
      ...Array.from({ length: 100 }, (_, at) => run('interrupted file', at < 40 ? undefined : 39, at + 1)),
    ],
  });

  it('puts together neighbours that say the same when it gets too large', () => {
    const matrix = matrixOf(many, { columns: 12, rows: 20 })!;
    expect(matrix.columns.map(({ from, to }) => [from, to])).toEqual([
      [0, 38],
      [39, 39],
      [40, 99],
    ]);
    expect(matrix.rows.map(({ label, cells, result }) => [label, ...cells, result])).toEqual([
      ['from the start', 'ok', 'ok', 'ok', 'same result'],
      ['file stopped after 1 to 40', 'ok', 'ok', 'ok', 'same result'],
      ['file stopped after 41 to 100', 'ok', 'raised', 'not reached', 'raised an error'],
    ]);
  });

  it('is left out when that does not help', () => {
    const runs = many.runs.map((one, at) => run('interrupted file', at % 50, at));
    expect(matrixOf({ ...many, runs }, { columns: 12, rows: 20 })).toBeUndefined();
    expect(matrixOf(proven, { columns: 12, rows: 20 })).toBeUndefined();
  });

  it('does not claim that a statement ran when nobody knows which one raised the error', () => {
    const lost = { ...raising, runs: [{ kind: 'fresh', verdict: 'failed' }] as const };
    const failures = [failure({ check: 'fresh', kind: 'fresh', title: 'raised', error: duplicate })];
    const matrix = matrixOf({ ...lost, failures }, { columns: 12, rows: 20 })!;
    expect(matrix.rows).toEqual([
      {
        label: 'from the start',
        failed: true,
        cells: ['unknown', 'unknown', 'unknown', 'unknown'],
        result: 'raised an error',
      },
    ]);
  });
});

it('writes the report as one JSON document', () => {
  const text = verifyJson(report([hostile]));
  expect(text.endsWith('\n')).toBe(true);
  expect(JSON.parse(text)).toEqual(report([hostile]));
});

describe('for programs that read XML', () => {
  let server: Server;
  let session: Session;
  beforeAll(async () => {
    server = await startPGlite();
    session = await server.connect(await server.createDatabase());
  });
  afterAll(() => server.close());

  const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

  /** PostgreSQL has libxml2 in it. Throws when the text isn't a well-formed document. */
  async function xpath(xml: string, expression: string): Promise<string[]> {
    const sql = `SELECT unnest(xpath(${quoted(expression)}, XMLPARSE(DOCUMENT ${quoted(xml)})))::text AS found`;
    const [result] = await session.query(sql);
    return result!.rows.map(({ found }) => found!);
  }

  it('reads XML strictly', async () => {
    await expect(xpath('<a><b></a>', '/a')).rejects.toThrow(/XML/);
    await expect(xpath('<a>\x01</a>', '/a')).rejects.toThrow(/XML/);
  });

  it('writes JUnit XML with a case per migration and check', async () => {
    const xml = await verifyJunit(everything);
    expect(xml.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n')).toBe(true);
    // 5 migrations with 5 checks, the whole history, one error; nothing of what another shard proves
    const suites = '/testsuites/testsuite';
    expect(await xpath(xml, '/testsuites/@*')).toEqual(['idempotify verify', '27', '4', '1', '1', '130.000']);
    expect(await xpath(xml, `${suites}/@name`)).toEqual(['prisma/migrations', 'idempotify']);
    expect(await xpath(xml, `${suites}[1]/@tests | ${suites}[1]/@failures | ${suites}[1]/@skipped`)).toEqual([
      '26',
      '4',
      '1',
    ]);
    expect(await xpath(xml, 'count(//testcase)')).toEqual(['27']);
    expect(await xpath(xml, '//testcase[failure]/@name')).toEqual([
      'second run',
      'interrupted',
      'rows',
      'whole history',
    ]);
    expect(await xpath(xml, '//testcase[@classname="20240101_init"]/@name')).toEqual([...CHECKS]);
    expect(await xpath(xml, '//testcase[@classname="20240101_init"]/@time')).toEqual(Array(5).fill('0.062'));
    expect(await xpath(xml, '//testcase[@classname="20240103_users"]/@time')).toEqual(Array(5).fill('0.000'));
    expect(await xpath(xml, '//skipped/@message')).toEqual(['not proven: The values are random.']);
    expect(await xpath(xml, '//error/@message')).toEqual(['could not be read']);
    const [text] = await xpath(xml, '//testcase[@name="interrupted"]/failure/text()');
    expect(text).toContain('2 runs with the same outcome: file stopped after 3 and 4 statements\n');
    expect(text).toContain('prisma/migrations/20240105_orders/migration.sql:6:1 ALTER TABLE "orders"');
    expect(text).toContain('42701 column "total" of relation "orders" already exists\n');
    expect(text).toContain('what to do: Write ADD COLUMN IF NOT EXISTS.');
  });

  it('shows failed and unproven migrations that no check answers for', async () => {
    const failed = migration('a', { status: 'failed', checks: [], failures: raising.failures });
    const open = migration('b', { status: 'unproven', unprovable: unproven.unprovable });
    const xml = await verifyJunit(report([failed, open]));
    expect(await xpath(xml, '//testcase[failure]/@classname')).toEqual(['a']);
    expect(await xpath(xml, '//testcase[skipped]/@classname')).toEqual(['b']);
    expect(await xpath(xml, '//skipped/@message')).toEqual(['not proven: random() differs in each run.']);
    const [text] = await xpath(xml, '//skipped/text()');
    expect(text).toContain('migration.sql:1:1 random() differs in each run.\nwhat to do: Write the values down.');
  });

  it('spells out in JUnit XML what XML does not allow', async () => {
    const xml = await verifyJunit(
      report([hostile], { errors: [{ message: HOSTILE, path: HOSTILE }] }, { path: HOSTILE }),
    );
    const [name] = await xpath(xml, '/testsuites/testsuite[1]/@name');
    expect(name).toBe(`&lt;script&gt;alert("1")&lt;/script&gt;'&amp;${SPELLED_OUT}`);
    expect(await xpath(xml, '//failure/@message')).toHaveLength(1);
  });

  describe('the HTML report', () => {
    it('is well-formed, and every link and label in it leads somewhere', async () => {
      const twin = { ...raising, path: 'other/migration.sql' };
      for (const one of [everything, report([hostile]), report([raising, twin]), report([proven]), report([])]) {
        const html = verifyHtml(one);
        const ids = await xpath(html, '//@id');
        expect(new Set(ids).size).toBe(ids.length);
        for (const target of await xpath(html, '//a/@href')) expect(ids).toContain(target.slice(1));
        for (const target of await xpath(html, '//@aria-labelledby')) expect(ids).toContain(target);
        const regions = await xpath(html, '//*[@role="region"]/@aria-label');
        expect(new Set(regions).size).toBe(regions.length);
        expect(await xpath(html, 'count(//h1)')).toEqual(['1']);
      }
    });

    it('shows a failed migration with its matrix, its errors and its SQL', async () => {
      const html = verifyHtml(everything);
      expect(await xpath(html, '//h1/text()')).toEqual(['Failed: 2 of 6 migrations']);
      const article = '//article[contains(h3, "20240105_orders")]';
      const matrix = `${article}//table[contains(@class, "matrix")]`;
      expect(await xpath(html, `${matrix}/caption/text()`)).toEqual(['Statements in each run']);
      expect(await xpath(html, `${matrix}//tr[th = "second run"]/td/text()`)).toEqual([
        'ok',
        'ok',
        'raised',
        'not reached',
        'raised an error',
      ]);
      expect(await xpath(html, `${article}//mark/text()`)).toEqual([
        'ALTER TABLE "orders"',
        'ADD COLUMN "total" numeric NOT NULL DEFAULT 0',
      ]);
      expect(await xpath(html, `${article}//span[@class = "said"]/text()`)).toEqual([
        '^ raised here: 42701 column "total" of relation "orders" already exists',
      ]);
      expect(await xpath(html, '//section[h2 = "What needs attention"]//a/text()')).toEqual([
        '20240105_orders',
        '20240107_settings',
        '20240109_backfill',
        'whole history of prisma/migrations',
      ]);
    });

    it('shows what came out differently', async () => {
      const html = verifyHtml(everything);
      const row = '//article[contains(h3, "20240107_settings")]//tr';
      expect(await xpath(html, `${row}[contains(th, "settings.value")]/td/text()`)).toEqual([
        'type',
        'text',
        'character varying(20)',
      ]);
      expect(await xpath(html, `${row}[contains(th, "settings_idx")]/td/text()`)).toEqual([
        'the whole object',
        'there',
        'missing',
      ]);
      expect(await xpath(html, `${row}[td = "missing"]/td/text()`)).toContain('and 1,199 more rows');
      expect(await xpath(html, `${row}[th = "public.settings_id_seq"]/td/text()`)).toEqual(['5', '3']);
      expect(
        await xpath(html, '//section[contains(h2, "whole history")]//tr[contains(th, "old_users")]/td/text()'),
      ).toEqual(['the whole object', 'not there', 'there']);
    });

    it('lets no text become markup', async () => {
      const html = verifyHtml(
        report(
          [hostile],
          { errors: [{ message: HOSTILE, path: HOSTILE }], server: HOSTILE },
          { path: HOSTILE, title: HOSTILE, transactions: HOSTILE },
        ),
      );
      expect(await xpath(html, '//script')).toEqual([]);
      expect(html).not.toMatch(/[\u2028\u202e\x00-\x08\x0b-\x1f\ufffe]|\p{Surrogate}/u);
      const attributes = new Set(await xpath(html, '//@*[starts-with(name(), "on") or name() = "src"]'));
      expect(attributes.size).toBe(0);
      expect(await xpath(html, '//article/h3/text()')).toEqual([
        `x&lt;script&gt;alert("1")&lt;/script&gt;'&amp;${SPELLED_OUT} `,
      ]);
    });
  });
});

describe('the HTML file', () => {
  it('needs nothing from outside and runs nothing', () => {
    const html = verifyHtml(everything);
    expect(html).toContain(
      `content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`,
    );
    expect(html).not.toMatch(/https?:|\/\/|url\(|@import|<script|<link|<img|javascript:/i);
  });

  it.each([
    ['Proven: the migration can be run again', report([proven])],
    ['Proven: all 2 migrations can be run again', report([proven, cached])],
    ['Proven: all 2 migrations', report([proven, cached], { checks: ['fresh'] })],
    ['Proven: 1 of 2 migrations; the others were not checked here', report([proven, elsewhere])],
    ['Not proven: nothing failed, but 1 migration could not be shown to be right', report([proven, unproven])],
    ['Failed: 1 of 2 migrations', report([proven, raising], { errors: everything.errors })],
    ['Failed: the whole history, run again, does not come out the same', report([proven], {}, { wholeHistory })],
    ['Incomplete: not everything could be run', report([unproven], { errors: everything.errors })],
    ['Nothing was checked', report([])],
  ])('has its verdict in the heading: %s', (heading, one) => {
    expect(verifyHtml(one)).toMatch(new RegExp(`<h1 class="[^"]*">${heading}</h1>`));
  });

  it('stays small for a long history, and for a long file', () => {
    const rows = Array.from({ length: 815 }, (_, at) => migration(`2024${at}_some_quite_usual_name_of_a_migration`));
    const long = `${'SELECT 1 FROM generate_series(1, 10);\n'.repeat(10_000)}SELECT 'x${'x'.repeat(1_000_000)}';\n`;
    const last = long.lastIndexOf('SELECT');
    const place: Place = { line: 10_001, column: 1, start: last, end: long.length - 2, text: 'SELECT' };
    const big = { ...raising, sql: long, statements: places(ORDERS).map((one, at) => (at === 2 ? place : one)) };
    const html = verifyHtml(report([...rows, big, harmful, unproven]));
    expect(html.length).toBeLessThan(400_000);
    expect(html).toContain('9,994 more lines');
    expect(html).toContain('<span class="no">10001</span>');
    expect(html.match(/<tr>/g)!.length).toBeGreaterThan(815);
  });
});
