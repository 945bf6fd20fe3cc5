/** The forms of the linter's report, as those who read them want them. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import draft04 from 'ajv-draft-04';
import formats from 'ajv-formats';
import type { LintFinding, LintReport } from 'idempotify';
import type { Log } from 'sarif';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeclimate } from '../../packages/cli/src/lint/reporters/codeclimate.ts';
import { gcc } from '../../packages/cli/src/lint/reporters/gcc.ts';
import { github } from '../../packages/cli/src/lint/reporters/github.ts';
import type { ReportContext } from '../../packages/cli/src/lint/reporters/reporter.ts';
import { json } from '../../packages/cli/src/lint/reporters/json.ts';
import { junit } from '../../packages/cli/src/lint/reporters/junit.ts';
import { sarif } from '../../packages/cli/src/lint/reporters/sarif.ts';
import { stylish } from '../../packages/cli/src/lint/reporters/stylish.ts';
import { colorsFor } from '../../packages/cli/src/terminal.ts';
import { build, folder, run } from './harness.ts';

const finding = (changes: Partial<LintFinding> = {}): LintFinding => ({
  rule: 'ban-drop-table',
  severity: 'warning',
  start: 0,
  end: 12,
  line: 3,
  column: 5,
  endLine: 3,
  endColumn: 17,
  message: 'Dropping the table "ü<&>" deletes its rows.',
  help: 'First deploy code that no longer uses the table.',
  fingerprint: 'abc',
  ...changes,
});

const report: LintReport = {
  version: 1,
  files: [
    { path: 'migrations/1 ü#?.sql', findings: [finding(), finding({ line: 4, endLine: 6, endColumn: 2 })] },
    {
      path: 'migrations/2.sql',
      findings: [
        finding({
          rule: 'syntax-error',
          severity: 'error',
          message: 'syntax error at or near "x\u001b\n]]>"',
          help: '',
        }),
        finding({ suppressed: { reason: 'moved, 100 % sure' } }),
        finding({ suppressed: { reason: '' } }),
        finding({ known: true }),
      ],
    },
    { path: 'migrations/3.sql', findings: [] },
    { path: '/elsewhere/4.sql', findings: [], error: 'can not be read: permission denied (EACCES)' },
  ],
  ignored: [{ path: 'down.sql', reason: 'it is a down migration' }],
  errors: [{ path: 'no:pe', message: 'no such file or folder (ENOENT)' }],
  totals: { files: 4, errors: 1, warnings: 2, suppressed: 2, known: 1, fixable: 0, fixes: 0, ms: 1234 },
  exitCode: 2,
};

const context: ReportContext = { cwd: '/project', colors: colorsFor({}, false), terminal: false, quiet: false };

it('stylish: a heading for each file, a line for each finding, what to do once, a total', () => {
  expect(stylish(report, context)).toBe(`migrations/1 ü#?.sql
  3:5  warning  Dropping the table "ü<&>" deletes its rows.  ban-drop-table
                First deploy code that no longer uses the table.
  4:5  warning  Dropping the table "ü<&>" deletes its rows.  ban-drop-table

migrations/2.sql
  3:5  error    syntax error at or near "x\\x1b\\n]]>"  syntax-error

/elsewhere/4.sql
  error  can not be read: permission denied (EACCES)

left alone: down.sql: it is a down migration
error  no:pe: no such file or folder (ENOENT)
3 findings (1 error, 2 warnings) in 2 of 4 files; 1 file could not be linted; 2 disabled by comments; 1 known; 1.2 s
`);
  const quiet = stylish(report, { ...context, quiet: true });
  expect(quiet).not.toContain('1 ü#?.sql');
  expect(quiet).toContain('3 findings');
  const colored = stylish(report, { ...context, colors: colorsFor({}, true) });
  expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(stylish(report, context));
  const fine = {
    ...report,
    files: [],
    errors: [],
    ignored: [],
    totals: { ...report.totals, errors: 0, warnings: 0, ms: 1 },
  };
  expect(stylish({ ...fine, totals: { ...fine.totals, known: 0, suppressed: 0 } }, context)).toBe(
    'no findings in 4 files\n',
  );
});

it('json: the report', () => {
  expect(JSON.parse(json(report))).toEqual(JSON.parse(JSON.stringify(report)));
});

it('gcc: a line for each finding', () => {
  expect(gcc(report))
    .toBe(`migrations/1 ü#?.sql:3:5: warning: Dropping the table "ü<&>" deletes its rows. [ban-drop-table]
migrations/1 ü#?.sql:4:5: warning: Dropping the table "ü<&>" deletes its rows. [ban-drop-table]
migrations/2.sql:3:5: error: syntax error at or near "x\\x1b\\n]]>" [syntax-error]
/elsewhere/4.sql:1:1: error: can not be read: permission denied (EACCES)
idempotify: error: no:pe: no such file or folder (ENOENT)
`);
});

it('github: a command for each finding, on one line', () => {
  const lines = github(report, context).trimEnd().split('\n');
  expect(lines).toEqual([
    '::warning file=migrations/1 ü#?.sql,line=3,endLine=3,col=5,endColumn=16,title=idempotify%3A ban-drop-table::Dropping the table "ü<&>" deletes its rows.%0AFirst deploy code that no longer uses the table.',
    '::warning file=migrations/1 ü#?.sql,line=4,endLine=6,title=idempotify%3A ban-drop-table::Dropping the table "ü<&>" deletes its rows.%0AFirst deploy code that no longer uses the table.',
    '::error file=migrations/2.sql,line=3,endLine=3,col=5,endColumn=16,title=idempotify%3A syntax-error::syntax error at or near "x\u001b%0A]]>"',
    '::error file=/elsewhere/4.sql,title=idempotify::can not be read: permission denied (EACCES)',
    '::error title=idempotify::no:pe: no such file or folder (ENOENT)',
  ]);
});

it.each([
  ['GITHUB_WORKSPACE', '/project'],
  ['CI_PROJECT_DIR', '/project/'],
])('paths are those of the checkout that %s names', (variable, value) => {
  const before = process.env[variable];
  process.env[variable] = value;
  try {
    const below = { ...context, cwd: '/project/app' };
    expect(github(report, below)).toContain('file=app/migrations/2.sql,');
    expect(github(report, { ...context, cwd: '/other' })).toContain('file=migrations/2.sql,');
  } finally {
    if (before === undefined) Reflect.deleteProperty(process.env, variable);
    else process.env[variable] = before;
  }
});

it('gitlab and codeclimate: an issue for each finding, each with a fingerprint of its own', () => {
  interface Issue {
    readonly description: string;
    readonly check_name: string;
    readonly fingerprint: string;
    readonly severity: string;
    readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
    readonly type: string;
    readonly categories: readonly string[];
  }
  const issues = JSON.parse(codeclimate(report, context)) as Issue[];
  expect(
    issues.map(({ check_name, severity, location }) => [check_name, severity, location.path, location.lines.begin]),
  ).toEqual([
    ['ban-drop-table', 'minor', 'migrations/1 ü#?.sql', 3],
    ['ban-drop-table', 'minor', 'migrations/1 ü#?.sql', 4],
    ['syntax-error', 'critical', 'migrations/2.sql', 3],
    ['unreadable', 'critical', '/elsewhere/4.sql', 1],
  ]);
  expect(new Set(issues.map(({ fingerprint }) => fingerprint)).size).toBe(4);
  for (const issue of issues) {
    expect(issue).toMatchObject({ type: 'issue', categories: ['Bug Risk'] });
    expect(issue.description).not.toBe('');
    expect(issue.fingerprint).toMatch(/^[0-9a-f]{40}$/);
  }
  // lines move, fingerprints stay
  const moved = {
    ...report,
    files: report.files.map((file) => ({
      ...file,
      findings: file.findings.map((each) => ({ ...each, line: each.line + 7 })),
    })),
  };
  expect((JSON.parse(codeclimate(moved, context)) as Issue[]).map(({ fingerprint }) => fingerprint)).toEqual(
    issues.map(({ fingerprint }) => fingerprint),
  );
});

describe('sarif', () => {
  const require = createRequire(import.meta.url);
  const library = path.dirname(require.resolve('@microsoft/jest-sarif/package.json'));
  const schema = JSON.parse(
    fs.readFileSync(path.join(library, 'lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8'),
  ) as object;
  const ajv = new draft04.default({ strict: false, allErrors: true, unicodeRegExp: false });
  formats.default(ajv);
  const validate = ajv.compile(schema);
  const errors = (text: string): unknown => (validate(JSON.parse(text)) ? [] : validate.errors);

  it('follows the schema', () => {
    expect(errors(sarif(report, context))).toEqual([]);
    expect(errors(sarif({ ...report, files: [], errors: [] }, context))).toEqual([]);
    expect(errors('{"version":"2.1.0"}')).not.toEqual([]);
  });

  it('says where, which rule, and what is disabled or known', () => {
    const [log] = (JSON.parse(sarif(report, context)) as Log).runs;
    expect(log?.columnKind).toBe('utf16CodeUnits');
    expect(log?.originalUriBaseIds).toEqual({ '%SRCROOT%': { uri: 'file:///project/' } });
    const results = log?.results ?? [];
    expect(results.map(({ ruleId, level, suppressions }) => [ruleId, level, suppressions])).toEqual([
      ['ban-drop-table', 'warning', undefined],
      ['ban-drop-table', 'warning', undefined],
      ['syntax-error', 'error', undefined],
      ['ban-drop-table', 'warning', [{ kind: 'inSource', justification: 'moved, 100 % sure' }]],
      ['ban-drop-table', 'warning', [{ kind: 'inSource' }]],
      ['ban-drop-table', 'warning', [{ kind: 'external', justification: 'a known finding' }]],
    ]);
    for (const { ruleId, ruleIndex } of results) expect(log?.tool.driver.rules?.[ruleIndex ?? -1]?.id).toBe(ruleId);
    expect(results[0]?.locations?.[0]?.physicalLocation).toEqual({
      artifactLocation: { uri: 'migrations/1%20%C3%BC%23%3F.sql', uriBaseId: '%SRCROOT%' },
      region: { startLine: 3, startColumn: 5, endLine: 3, endColumn: 17 },
    });
    const prints = results.map(({ partialFingerprints }) => partialFingerprints?.['idempotifyStatement/v1']);
    expect(new Set(prints).size).toBe(prints.length);
    expect(log?.invocations?.[0]).toMatchObject({
      executionSuccessful: false,
      toolExecutionNotifications: [
        { locations: [{ physicalLocation: { artifactLocation: { uri: 'file:///elsewhere/4.sql' } } }] },
        { message: { text: 'no:pe: no such file or folder (ENOENT)' } },
      ],
    });
  });
});

describe('junit', () => {
  let database: PGlite;
  beforeAll(async () => {
    database = await PGlite.create();
  });
  afterAll(() => database.close());

  /** PostgreSQL has libxml2 in it. Throws when the text isn't a well-formed document. */
  async function xpath(xml: string, expression: string): Promise<string[]> {
    const { rows } = await database.query<{ found: string }>(
      'SELECT unnest(xpath($1, XMLPARSE(DOCUMENT $2)))::text AS found',
      [expression, xml],
    );
    return rows.map(({ found }) => found);
  }

  it('is XML with a suite for each file and a case for each finding', async () => {
    const xml = await junit(report);
    expect(await xpath(xml, '/testsuites/@*')).toEqual(['idempotify lint', '6', '3', '2', '1.234']);
    expect(await xpath(xml, '//testsuite/@name')).toEqual([...report.files.map((file) => file.path), 'idempotify']);
    expect(await xpath(xml, 'count(//testcase)')).toEqual(['6']);
    expect(await xpath(xml, '//testcase[failure]/@name')).toEqual([
      'ban-drop-table (3:5)',
      'ban-drop-table (4:5)',
      'syntax-error (3:5)',
    ]);
    expect(await xpath(xml, '//failure/@type')).toEqual(['warning', 'warning', 'error']);
    expect(await xpath(xml, '//error/@message')).toEqual([
      'can not be read: permission denied (EACCES)',
      'no such file or folder (ENOENT)',
    ]);
    expect(await xpath(xml, '//testcase[not(*)]/@name')).toEqual(['no findings']);
  });
});

describe('the command', () => {
  beforeAll(build);

  it.each(['stylish', 'json', 'sarif', 'github', 'gitlab', 'codeclimate', 'junit', 'gcc'])(
    'writes %s, also into a file',
    (format) => {
      const at = folder({ 'migrations/1.sql': 'DROP TABLE IF EXISTS "ü";\n' });
      const args = ['lint', '--no-cache', '--preset', 'rerun', '--rule', 'ban-drop-table=error', '--format', format];
      const { stdout, code } = run(at, args);
      expect(code).toBe(1);
      expect(stdout).toContain('ban-drop-table');
      expect(stdout).toContain('1.sql');
      const written = run(at, [...args, '-o', 'out/report.txt']);
      expect(written).toEqual({ code: 1, stdout: '', stderr: '' });
      const times = /"ms":\d+|time="[\d.]+"/g;
      expect(fs.readFileSync(path.join(at, 'out/report.txt'), 'utf8').replace(times, '')).toBe(
        stdout.replace(times, ''),
      );
      // only what is an error
      const quiet = run(at, [...args, '--quiet', '--rule', 'ban-drop-table=warning']);
      expect(quiet.code).toBe(0);
      expect(quiet.stdout).not.toContain('ban-drop-table');
    },
  );
});
