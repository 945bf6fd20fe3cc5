/** `idempotify lint` as a program: options, files, exit codes. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Outcome, build, execute, folder, git, repository, run, write } from './harness.ts';

beforeAll(build);

type Report = import('idempotify').LintReport;
type Finding = import('idempotify').LintFinding;

/** One rule that is easy to trip over, and those about reruns, which leave this SQL alone. */
const DROP = 'DROP TABLE IF EXISTS a;\n';
const FINE = 'CREATE SCHEMA IF NOT EXISTS s;\n';
const NARROW = ['--preset', 'rerun', '--rule', 'ban-drop-table=warning'] as const;

const lint = (cwd: string, args: readonly string[] = [], options: Parameters<typeof run>[2] = {}): Outcome =>
  run(cwd, ['lint', '--no-cache', ...NARROW, ...args], options);

function lintJson(
  cwd: string,
  args: readonly string[] = [],
  options: Parameters<typeof run>[2] = {},
): Report & { code: number | null } {
  const { code, stdout, stderr } = lint(cwd, ['--format', 'json', ...args], options);
  if (!stdout.startsWith('{')) throw new Error(`no JSON document: ${stdout}${stderr}`);
  return { ...(JSON.parse(stdout) as Report), code };
}

/** `path:line:column rule`, of what is told. */
const told = (report: Report): string[] =>
  report.files.flatMap((file) =>
    file.findings
      .filter((finding) => !finding.suppressed && !finding.known)
      .map(({ line, column, rule }) => `${file.path}:${line}:${column} ${rule}`),
  );
const only = (report: Report): Finding => report.files.flatMap(({ findings }) => findings)[0]!;

describe('exit codes', () => {
  it('0 without errors, warnings or not; 1 with more warnings than allowed, or with an error', () => {
    const at = folder({ 'migrations/1.sql': DROP });
    expect(lint(at).code).toBe(0);
    expect(lint(at, ['--max-warnings', '1']).code).toBe(0);
    expect(lint(at, ['--max-warnings', '0']).code).toBe(1);
    expect(lint(at, ['--max-warnings', '0', '--quiet']).code).toBe(1);
    expect(lint(at, ['--rule', 'ban-drop-table=error']).code).toBe(1);
    expect(lint(at, ['--rule', 'ban-drop-table=off', '--max-warnings', '0']).code).toBe(0);
  });

  it('2 for wrong use, which is told with what may have been meant', () => {
    const at = folder({ 'migrations/1.sql': DROP });
    const wrong: [string[], RegExp][] = [
      [['--rule', 'ban-drop-tabel=off'], /--rule: there is no rule "ban-drop-tabel"; did you mean "ban-drop-table"\?/],
      [['--rule', 'ban-drop-table'], /NAME=off, NAME=warning or NAME=error/],
      [['--rule', 'ban-drop-table=loud'], /NAME=off, NAME=warning or NAME=error/],
      [['--preset', 'all'], /--preset must be "recommended", "strict", "rerun" or "squawk"/],
      [['--format', 'xml'], /--format must be "stylish", .* or "gcc"/],
      [['--max-warnings', '-1'], /--max-warnings must be a whole number/],
      [['--pg-version', '9'], /--pg-version must be a whole number from 12 to 18/],
      [['--report-unused-disable', 'loud'], /must be "off", "warning" or "error"/],
      [['--tool', 'nope'], /--tool: there is no migration tool "nope"/],
      [['--fix', '--fix-dry-run'], /can not be used together/],
      [['--since', 'HEAD', '--staged'], /can not be used together/],
      [['--staged', '--fix'], /can not be used together/],
      [['--watch', '--fix'], /can not be used together/],
      [['--no-known-findings', '--update-ignores'], /--update-ignores needs a file/],
      [['--fix-dry-run', '--format', 'gcc'], /--output-file FILE takes the report elsewhere/],
      [['--stdin-filepath', 'x.sql'], /--stdin-filepath needs --stdin/],
      [['--stdin', 'migrations'], /--stdin takes no paths/],
      [['--stdin', '--update-ignores'], /--update-ignores can not be used with --stdin/],
      [['--known-findings', 'nope.json'], /nope\.json can not be read: .*--update-ignores writes them/],
      [['--staged'], /--staged needs a git repository/],
      [['--config', 'nope.json'], /nope\.json/],
      [['--nope'], /unknown option/],
    ];
    for (const [args, message] of wrong) {
      const { code, stderr } = lint(at, args);
      expect({ args, code }).toEqual({ args, code: 2 });
      expect(stderr).toMatch(message);
    }
  });

  it('2 when a path is not there or a file can not be read; the others are linted', () => {
    const at = folder({ 'migrations/1.sql': DROP, 'migrations/3.sql': DROP });
    fs.symlinkSync('nowhere', path.join(at, 'migrations/2.sql'));
    const report = lintJson(at, ['migrations', 'nope']);
    expect(report.code).toBe(2);
    expect(report.errors).toEqual([{ path: 'nope', message: expect.stringContaining('no such file') }]);
    expect(told(report)).toEqual(['migrations/1.sql:1:1 ban-drop-table', 'migrations/3.sql:1:1 ban-drop-table']);
    expect(report.files.find(({ error }) => error !== undefined)?.error).toMatch(/leads nowhere/);
    const text = lint(at, ['migrations', 'nope']).stdout;
    expect(text).toMatch(/migrations\/2\.sql\n {2}error .*leads nowhere/);
    expect(text).toMatch(/error {2}nope: no such file/);
  });
});

describe('places', () => {
  it.each([
    ['a BOM', `\uFEFF${DROP}`, 1, 1],
    ['CRLF', `SELECT 1;\r\n\r\n  ${DROP}`, 3, 3],
    ['letters beyond ASCII', `/* ü𝄞 */ ${DROP}`, 1, 11],
    ['lone CR', `SELECT 1;\r${DROP}`, 2, 1],
  ])('after %s', (_title, text, line, column) => {
    const finding = only(lintJson(folder({ 'migrations/1.sql': text })));
    expect(finding).toMatchObject({ rule: 'ban-drop-table', line, column });
    expect(text.slice(finding.start, finding.end)).toBe('DROP TABLE IF EXISTS a');
  });

  it('a broken statement hides none of the others, and no file another', () => {
    const at = folder({
      'migrations/1.sql': `SELEC 1;\n${DROP}`,
      'migrations/2.sql': new Uint8Array([0xff, 0xfe, 0x41, 0]),
      'migrations/3.sql': DROP,
    });
    const report = lintJson(at);
    expect(told(report)).toEqual([
      'migrations/1.sql:1:1 syntax-error',
      'migrations/1.sql:2:1 ban-drop-table',
      'migrations/2.sql:1:1 syntax-error',
      'migrations/3.sql:1:1 ban-drop-table',
    ]);
    expect(report.code).toBe(1);
    expect(report.files[1]?.findings[0]?.message).toContain('UTF-16');
  });

  it('nothing in a file can disturb the report', () => {
    const text = lint(folder({ 'migrations/1.sql': 'DROP TABLE IF EXISTS "a\u001b[2J\nb";\n' })).stdout;
    expect(text).not.toContain('\u001b');
    expect(text.split('\n')[1]).toContain('ban-drop-table');
  });
});

describe('comments', () => {
  const disabled = `-- idempotify-disable-next-statement ban-drop-table -- moved\n${DROP}`;

  it('disable with a reason, without one they are an error', () => {
    const report = lintJson(folder({ 'migrations/1.sql': disabled }));
    expect(told(report)).toEqual([]);
    expect(only(report).suppressed).toEqual({ reason: 'moved' });
    expect(report.totals).toMatchObject({ warnings: 0, suppressed: 1 });
    const bare = lintJson(folder({ 'migrations/1.sql': disabled.replace(' -- moved', '') }));
    expect(told(bare)).toEqual(['migrations/1.sql:1:1 bad-disable', 'migrations/1.sql:2:1 ban-drop-table']);
  });

  it("squawk's disable by squawk's names", () => {
    const at = folder({ 'migrations/1.sql': `-- squawk-ignore ban-drop-table\n${DROP}` });
    expect(told(lintJson(at))).toEqual([]);
  });

  it('those that disable nothing are told as severely as is asked for', () => {
    const at = folder({ 'migrations/1.sql': disabled.replace(DROP, FINE) });
    const of = (...args: string[]): string[] =>
      lintJson(at, args).files.flatMap(({ findings }) => findings.map(({ rule, severity }) => `${severity} ${rule}`));
    expect(of()).toEqual(['warning unused-disable']);
    expect(of('--report-unused-disable', 'error')).toEqual(['error unused-disable']);
    expect(of('--report-unused-disable', 'off')).toEqual([]);
    // of a rule that was not run nothing is known
    expect(of('--rule', 'ban-drop-table=off')).toEqual([]);
  });
});

describe('which files', () => {
  it('takes folders, files, globs; without any the usual places; leaves alone what is ignored', () => {
    const at = folder({ 'migrations/1.sql': DROP, 'migrations/2.sql': DROP, 'x/db/1.sql': DROP });
    expect(told(lintJson(at)).length).toBe(2);
    expect(told(lintJson(at, ['migrations/2.sql']))).toEqual(['migrations/2.sql:1:1 ban-drop-table']);
    expect(told(lintJson(at, ['*/db']))).toEqual(['x/db/1.sql:1:1 ban-drop-table']);
    expect(told(lintJson(at, ['migrations', '--ignore', '**/1.sql']))).toEqual(['migrations/2.sql:1:1 ban-drop-table']);
    expect(lint(folder()).code).toBe(2);
    const down = folder({ 'x/1.up.sql': FINE, 'x/1.down.sql': DROP });
    expect(lint(down, ['x/1.down.sql']).stdout).toMatch(/^left alone: x\/1\.down\.sql: .*\nno findings in 0 files\n$/);
  });

  it('--stdin, with the file that it stands for or without', () => {
    const at = folder({ 'prisma/migrations/20200101000000_a/migration.sql': FINE });
    expect(told(lintJson(at, ['--stdin'], { input: DROP }))).toEqual(['<stdin>:1:1 ban-drop-table']);
    const file = 'prisma/migrations/20200102000000_b/migration.sql';
    expect(told(lintJson(at, ['--stdin', '--stdin-filepath', file], { input: DROP }))).toEqual([
      `${file}:1:1 ban-drop-table`,
    ]);
    // the text counts, not the file
    const there = 'prisma/migrations/20200101000000_a/migration.sql';
    expect(told(lintJson(at, ['--stdin', '--stdin-filepath', there], { input: DROP })).length).toBe(1);
  });

  it('--since: what has changed since the branch began, new files included', () => {
    const at = repository({ 'migrations/1.sql': DROP, 'migrations/2.sql': DROP });
    git(at, 'branch', 'base');
    write(at, { 'migrations/3.sql': DROP });
    git(at, 'add', '-A');
    git(at, 'commit', '-q', '-m', 'second');
    write(at, { 'migrations/2.sql': `${DROP}SELECT 1;\n`, 'migrations/4.sql': DROP });
    // what the base has got meanwhile is none of the branch's business
    git(at, 'stash', '-u', '-q');
    git(at, 'checkout', '-q', 'base');
    write(at, { 'migrations/1.sql': `${DROP}SELECT 2;\n` });
    git(at, 'commit', '-q', '-am', 'elsewhere');
    git(at, 'checkout', '-q', '-');
    git(at, 'stash', 'pop', '-q');
    const files = lintJson(at, ['--since', 'base']).files.map((file) => file.path);
    expect(files).toEqual(['migrations/2.sql', 'migrations/3.sql', 'migrations/4.sql']);
    const { code, stderr } = lint(at, ['--since', 'nope']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--since nope: git knows no such revision/);
  });

  it('--staged: what is staged, as it is staged', () => {
    const at = repository({ 'migrations/1.sql': DROP, 'migrations/2.sql': FINE });
    expect(lintJson(at, ['--staged']).files).toEqual([]);
    write(at, { 'migrations/2.sql': `SELECT 1;\n${DROP}`, 'migrations/3.sql': DROP, 'migrations/5.sql': DROP });
    git(at, 'add', 'migrations/2.sql', 'migrations/3.sql', 'migrations/5.sql');
    // staged only in part; not staged at all; staged and taken away since
    write(at, { 'migrations/2.sql': FINE, 'migrations/4.sql': DROP });
    fs.rmSync(path.join(at, 'migrations/5.sql'));
    expect(told(lintJson(at, ['--staged']))).toEqual([
      'migrations/2.sql:2:1 ban-drop-table',
      'migrations/3.sql:1:1 ban-drop-table',
      'migrations/5.sql:1:1 ban-drop-table',
    ]);
    write(at, { 'migrations/3.sql': FINE });
    expect(told(lintJson(at, ['--staged', 'migrations'])).length).toBe(3);
  });

  it('--staged in a hook sees the index that is committed', () => {
    const at = repository({ 'migrations/1.sql': FINE, 'migrations/2.sql': FINE });
    write(at, { 'migrations/1.sql': DROP, 'migrations/2.sql': DROP });
    git(at, 'add', 'migrations/2.sql');
    const hook = path.join(at, '.git/hooks/pre-commit');
    const bin = path.resolve(import.meta.dirname, '../../packages/cli/dist/bin.js');
    const args = ['lint', '--no-cache', ...NARROW, '--staged', '--format', 'gcc', '-o', 'told.txt'].join(' ');
    fs.writeFileSync(hook, `#!/bin/sh\n"${process.execPath}" "${bin}" ${args}\n`, { mode: 0o755 });
    // only this file, whatever else is staged
    git(at, 'commit', '-q', '-m', 'one', '--', 'migrations/1.sql');
    expect(fs.readFileSync(path.join(at, 'told.txt'), 'utf8')).toMatch(/^migrations\/1\.sql:1:1: warning: .*\n$/);
  });
});

describe('the history', () => {
  const args = ['--rule', 'created-twice=error', '--rule', 'edited-migration=warning', '--rule', 'rerun-table=off'];
  const of = (at: string, ...more: string[]): string[] => told(lintJson(at, [...args, ...more]));
  const table = 'CREATE TABLE t (id int);\n';
  const twice = 'migrations/2.sql:2:14 created-twice';

  it('is looked at as a whole, and told for the files that were asked for', () => {
    const at = folder({ 'migrations/1.sql': table, 'migrations/2.sql': `SELECT 'ü';\n${table}` });
    expect(of(at)).toEqual([twice]);
    expect(of(at, 'migrations/2.sql')).toEqual([twice]);
    expect(of(at, 'migrations/1.sql')).toEqual([]);
    expect(of(at, '--no-history')).toEqual([]);
    const stdin = lintJson(at, [...args, '--stdin', '--stdin-filepath', 'migrations/3.sql'], { input: table });
    expect(told(stdin)).toEqual(['migrations/3.sql:1:14 created-twice']);
  });

  it('has rules for some files only, and comments', () => {
    const at = folder({ 'migrations/1.sql': table, 'migrations/2.sql': table });
    write(at, {
      '.idempotifyrc.json': JSON.stringify({
        lint: { overrides: [{ files: ['**/2.sql'], rules: { 'created-twice': 'off' } }] },
      }),
    });
    expect(told(lintJson(at, args.slice(2)))).toEqual([]);
    fs.rmSync(path.join(at, '.idempotifyrc.json'));
    write(at, { 'migrations/2.sql': `-- idempotify-disable-next-statement created-twice -- on purpose\n${table}` });
    expect(of(at)).toEqual([]);
    expect(of(at, '--no-history', '--report-unused-disable', 'error')).toEqual([]);
  });

  it('knows from git what was edited: since the last commit, what is staged, since the branch began', () => {
    const at = repository({ 'migrations/1.sql': FINE, 'migrations/2.sql': FINE });
    git(at, 'branch', 'base');
    const edited = (...more: string[]): string[] => of(at, ...more).filter((each) => each.endsWith('edited-migration'));
    expect(edited()).toEqual([]);
    write(at, { 'migrations/2.sql': `${FINE}SELECT 1;\n`, 'migrations/3.sql': FINE });
    expect(edited()).toEqual(['migrations/2.sql:1:1 edited-migration']);
    expect(edited('--staged')).toEqual([]);
    git(at, 'add', '-A');
    expect(edited('--staged')).toEqual(['migrations/2.sql:1:1 edited-migration']);
    git(at, 'commit', '-q', '-m', 'second');
    expect(edited()).toEqual([]);
    expect(edited('--since', 'base')).toEqual(['migrations/2.sql:1:1 edited-migration']);
  });
});

describe('how migrations are run', () => {
  it('is looked at beside the folders, and left out on request', () => {
    const at = folder({
      'package.json': JSON.stringify({ scripts: { start: 'prisma db push && node server.js' } }, null, 2),
      'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
      'prisma/migrations/20230101000000_a/migration.sql': FINE,
    });
    const rules = ['--rule', 'deploy-db-push=error'];
    const found = told(lintJson(at, rules));
    expect(found).toEqual([expect.stringMatching(/^package\.json:3:\d+ deploy-db-push$/)]);
    expect(told(lintJson(at, [...rules, '--no-deploy']))).toEqual([]);
    expect(told(lintJson(at, [...rules, 'prisma/migrations/20230101000000_a/migration.sql']))).toEqual([]);
    expect(lint(at, [...rules, '--update-ignores']).code).toBe(0);
    expect(told(lintJson(at, rules))).toEqual([]);
  });
  it('is disabled by comments, where the format has any', () => {
    const at = folder({
      Dockerfile:
        'FROM node:22\n# idempotify-disable-next-line deploy-db-push -- a demo\nCMD npx prisma db push && node .\n',
      'release.sh':
        'npx prisma db push # idempotify-disable-line deploy-db-push\n# idempotify-disable-next-line deploy-db-push -- nothing is there\n',
      'package.json': JSON.stringify(
        { scripts: { start: 'prisma db push # idempotify-disable-line -- why' } },
        null,
        2,
      ),
      'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
      'prisma/migrations/20230101000000_a/migration.sql': FINE,
    });
    const rules = ['--rule', 'deploy-db-push=error'];
    expect(told(lintJson(at, rules))).toEqual([
      expect.stringMatching(/^package\.json:3:\d+ deploy-db-push$/),
      'release.sh:1:1 deploy-db-push',
      'release.sh:1:20 bad-disable',
      'release.sh:2:1 unused-disable',
    ]);
    expect(lintJson(at, rules).totals.suppressed).toBe(1);
  });
});

describe('corrections', () => {
  const table = 'CREATE TABLE t (id int);\n';

  it('--fix writes them, --fix-dry-run shows them', () => {
    const at = folder({ 'migrations/1.sql': `${table}${DROP}`, 'migrations/2.sql': DROP });
    const dry = lint(at, ['--fix-dry-run']);
    expect(dry.stdout).toMatch(/^--- a\/migrations\/1\.sql\n\+\+\+ b\/migrations\/1\.sql\n@@/);
    expect(fs.readFileSync(path.join(at, 'migrations/1.sql'), 'utf8')).toBe(`${table}${DROP}`);
    const report = lintJson(at, ['--fix']);
    expect(report.totals.fixes).toBeGreaterThan(0);
    expect(told(report).map((each) => each.replace(/:\d+:\d+/, ''))).toEqual([
      'migrations/1.sql ban-drop-table',
      'migrations/2.sql ban-drop-table',
    ]);
    expect(fs.readFileSync(path.join(at, 'migrations/2.sql'), 'utf8')).toBe(DROP);
    expect(lintJson(at, ['--fix']).totals.fixes).toBe(0);
    // the diff is one
    write(at, { 'copy/migrations/1.sql': `${table}${DROP}` });
    execute(path.join(at, 'copy'), 'git', ['init', '-q']);
    const applied = execute(path.join(at, 'copy'), 'git', ['apply', '-'], { input: dry.stdout });
    expect(applied).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(fs.readFileSync(path.join(at, 'copy/migrations/1.sql'), 'utf8')).toBe(
      fs.readFileSync(path.join(at, 'migrations/1.sql'), 'utf8'),
    );
  });

  it('leaves alone what a comment disables and what is known', () => {
    const text = `-- idempotify-disable-next-statement rerun-table -- runs once\n${table}`;
    const at = folder({ 'migrations/1.sql': text, 'migrations/2.sql': table.replace('t ', 'u ') });
    expect(lint(at, ['--update-ignores']).code).toBe(0);
    expect(lintJson(at, ['--fix']).totals.fixes).toBe(0);
    expect(fs.readFileSync(path.join(at, 'migrations/1.sql'), 'utf8')).toBe(text);
  });

  it('keeps BOM and CRLF; a file that can not be written is an error of its own', () => {
    const text = '\uFEFFCREATE TABLE ü (\r\n  id int\r\n);\r\n';
    const at = folder({ 'migrations/1.sql': text, 'migrations/2.sql': table });
    fs.chmodSync(path.join(at, 'migrations/2.sql'), 0o444);
    const report = lintJson(at, ['--fix']);
    const now = fs.readFileSync(path.join(at, 'migrations/1.sql'), 'utf8');
    expect(now).not.toBe(text);
    expect(now.startsWith('\uFEFF')).toBe(true);
    expect(now.replaceAll('\r\n', '')).not.toContain('\n');
    expect(report.code).toBe(2);
    expect(report.files[1]).toMatchObject({ path: 'migrations/2.sql', error: expect.stringContaining('read-only') });
  });

  it('as a filter, the text goes to standard output', () => {
    const { stdout, stderr, code } = lint(folder(), ['--stdin', '--fix'], { input: table });
    expect(stdout).toContain('CREATE TABLE');
    expect(stdout).not.toBe(table);
    expect(stderr).toMatch(/^no findings in 1 file; 1 correction/);
    expect(code).toBe(0);
    expect(lint(folder(), ['--stdin', '--fix'], { input: FINE }).stdout).toBe(FINE);
    expect(lint(folder(), ['--stdin', '--fix-dry-run'], { input: table }).stdout).toMatch(/^--- a\/<stdin>/);
  });
});

describe('known findings', () => {
  const known = (at: string): { rule: string; path: string; count?: number }[] =>
    (JSON.parse(fs.readFileSync(path.join(at, '.idempotify-known.json'), 'utf8')) as { findings: [] }).findings;

  it('are not told, wherever they move; what is new in the same file is', () => {
    const at = folder({ 'migrations/1.sql': `${DROP}${DROP}` });
    const first = lint(at, ['--update-ignores', '--max-warnings', '0']);
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/\.idempotify-known\.json now holds 2 known findings: 2 new/);
    expect(known(at)).toMatchObject([{ rule: 'ban-drop-table', path: 'migrations/1.sql', count: 2 }]);
    const report = lintJson(at, ['--max-warnings', '0']);
    expect({ code: report.code, told: told(report), known: report.totals.known }).toEqual({
      code: 0,
      told: [],
      known: 2,
    });
    write(at, {
      'migrations/1.sql': `SELECT 1;\n\n  ${DROP}${DROP.replace('TABLE', '\n  TABLE')}DROP TABLE IF EXISTS b;\n`,
    });
    expect(told(lintJson(at))).toEqual(['migrations/1.sql:6:1 ban-drop-table']);
    // a third one of the same text is new
    write(at, { 'migrations/1.sql': `${DROP}${DROP}${DROP}` });
    expect(told(lintJson(at))).toEqual(['migrations/1.sql:3:1 ban-drop-table']);
    expect(told(lintJson(at, ['--no-known-findings'])).length).toBe(3);
  });

  it('that are gone are told, and dropped when the file is written anew', () => {
    const at = folder({ 'migrations/1.sql': DROP, 'migrations/2.sql': DROP, 'migrations/3.sql': DROP });
    lint(at, ['--update-ignores']);
    write(at, { 'migrations/1.sql': FINE });
    expect(lint(at).stdout).toMatch(/1 known finding is no longer found; --update-ignores takes it out of/);
    // of files that are not looked at nothing is known; of files that are gone it is
    expect(lint(at, ['migrations/2.sql']).stdout).not.toMatch(/no longer/);
    fs.rmSync(path.join(at, 'migrations/3.sql'));
    expect(lint(at, ['migrations/1.sql', '--update-ignores']).stdout).toMatch(/2 that are no longer found taken out/);
    expect(known(at).map((entry) => entry.path)).toEqual(['migrations/2.sql']);
  });

  it('lie where --known-findings says; a broken file is told', () => {
    const at = folder({ 'migrations/1.sql': DROP });
    expect(lint(at, ['--update-ignores', '--known-findings', 'lint/known.json']).code).toBe(0);
    expect(told(lintJson(at, ['--known-findings', 'lint/known.json']))).toEqual([]);
    expect(told(lintJson(at)).length).toBe(1);
    write(at, { '.idempotify-known.json': '{' });
    expect(lint(at)).toMatchObject({ code: 2, stderr: expect.stringContaining('do not parse') as string });
    write(at, { '.idempotify-known.json': '[]' });
    expect(lint(at)).toMatchObject({ code: 2, stderr: expect.stringContaining('no file of known findings') as string });
  });
});

describe('the config file', () => {
  const config = (at: string, lintKey: unknown, others: object = {}): void =>
    write(at, { '.idempotifyrc.json': JSON.stringify({ ...others, lint: lintKey }) });
  const plain = (at: string, ...args: string[]): string[] => {
    const { stdout, stderr } = run(at, ['lint', '--no-cache', '--format', 'json', ...args]);
    if (stdout === '') throw new Error(stderr);
    return told(JSON.parse(stdout) as Report);
  };

  it('says which rules, for all files and for some; the command line has the last word', () => {
    const at = folder({ 'migrations/1.sql': DROP, 'migrations/2.sql': DROP, 'migrations/old/x.sql': DROP });
    config(at, { preset: 'rerun', rules: { 'ban-drop-table': 'error' } });
    expect(plain(at).length).toBe(3);
    config(at, {
      preset: 'rerun',
      rules: { 'ban-drop-table': 'error' },
      overrides: [
        { files: ['migrations/*.sql'], rules: { 'ban-drop-table': 'off' } },
        { files: ['migrations/2.sql'], rules: { 'ban-drop-table': 'warning' } },
      ],
    });
    expect(plain(at).map((each) => each.split(':')[0])).toEqual(['migrations/2.sql', 'migrations/old/x.sql']);
    expect(plain(at, '--rule', 'ban-drop-table=off')).toEqual([]);
    expect(plain(at, '--rule', 'ban-drop-table=error').length).toBe(3);
    expect(plain(at, '--no-config', '--preset', 'rerun')).toEqual([]);
    // from a folder below, too
    expect(plain(path.join(at, 'migrations'), '.').length).toBe(2);
  });

  it('has the other options', () => {
    const at = folder({ 'migrations/1.sql': DROP, 'migrations/2.sql': DROP });
    const base = { preset: 'rerun', rules: { 'ban-drop-table': 'warning' } };
    config(at, { ...base, ignore: ['**/1.sql'] });
    expect(plain(at)).toEqual(['migrations/2.sql:1:1 ban-drop-table']);
    config(at, { ...base, maxWarnings: 1 });
    expect(run(at, ['lint', '--no-cache']).code).toBe(1);
    config(at, { ...base, knownFindings: 'known.json' });
    run(at, ['lint', '--no-cache', '--update-ignores']);
    expect(fs.existsSync(path.join(at, 'known.json'))).toBe(true);
    expect(plain(at)).toEqual([]);
    config(at, base, { paths: ['migrations/2.sql'] });
    expect(plain(at)).toEqual(['migrations/2.sql:1:1 ban-drop-table']);
  });

  it('that is wrong is told with its place', () => {
    const at = folder({ 'migrations/1.sql': DROP });
    const wrong: [unknown, RegExp][] = [
      [{ rules: { 'ban-drop-tabel': 'off' } }, /\.idempotifyrc\.json: there is no rule "ban-drop-tabel"; did you mean/],
      [{ overrides: [{ files: ['x'], rules: { nope: 'off' } }] }, /there is no rule "nope"/],
      [{ rules: { 'ban-drop-table': 'loud' } }, /"lint\.rules" is wrong: the rule "ban-drop-table" must be "off"/],
      [{ rules: { 'ban-drop-table': ['error', { nope: 1 }] } }, /the rule "ban-drop-table" has no option "nope"/],
      [{ overrides: [{ rules: {} }] }, /"lint\.overrides" must be a list of objects with "files"/],
      [{ nope: 1 }, /there is no option "lint\.nope"/],
      [{ preset: 'nope' }, /"lint\.preset" must be/],
      [3, /"lint" must hold an object/],
    ];
    for (const [value, message] of wrong) {
      config(at, value);
      const { code, stderr } = run(at, ['lint']);
      expect({ value, code }).toEqual({ value, code: 2 });
      expect(stderr).toMatch(message);
    }
  });

  it("squawk's is read with the preset squawk, and what idempotify's says comes first", () => {
    const at = folder({
      'migrations/1.sql': DROP,
      'migrations/2.sql': DROP,
      '.squawk.toml': 'excluded_paths = ["**/1.sql"]\npg_version = "16.2"\n',
    });
    const drops = (...args: string[]): string[] =>
      plain(at, '--preset', 'squawk', ...args).filter((each) => each.endsWith('ban-drop-table'));
    expect(drops()).toEqual(['migrations/2.sql:1:1 ban-drop-table']);
    expect(drops('--no-config').length).toBe(2);
    write(at, { '.squawk.toml': 'excluded_rules = ["ban-drop-table", "no-such-rule"]\n' });
    expect(drops()).toEqual([]);
    config(at, { rules: { 'ban-drop-table': 'error' } });
    expect(drops().length).toBe(2);
    write(at, { '.squawk.toml': 'excluded_rules = 3\n' });
    expect(run(at, ['lint', '--preset', 'squawk'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"excluded_rules" must be a list of texts') as string,
    });
    write(at, { '.squawk.toml': 'excluded_rules = [\n' });
    expect(run(at, ['lint', '--preset', 'squawk'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('does not parse') as string,
    });
    expect(run(at, ['lint', '--preset', 'rerun']).code).toBe(1);
  });
});

it("squawk's assume_in_transaction holds where the tool is not known", () => {
  const at = folder({ 'migrations/1.sql': 'CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a);\nSELECT 1;\n' });
  const fails = (): boolean =>
    run(at, ['lint', '--no-cache', '--preset', 'squawk']).stdout.includes(
      'ban-concurrent-index-creation-in-transaction',
    );
  expect(fails()).toBe(false);
  write(at, { '.squawk.toml': 'assume_in_transaction = true\n' });
  expect(fails()).toBe(true);
});

describe('the API', () => {
  it('returns the report', async () => {
    const { lint: api } = await import('idempotify');
    const at = folder({ 'migrations/1.sql': DROP });
    const options = { cwd: at, preset: 'rerun', rules: { 'ban-drop-table': 'error' }, cache: false } as const;
    const report = await api(options);
    expect({ told: told(report), exitCode: report.exitCode, version: report.version }).toEqual({
      told: ['migrations/1.sql:1:1 ban-drop-table'],
      exitCode: 1,
      version: 1,
    });
    await expect(api({ ...options, rules: { nope: 'off' } })).rejects.toThrow('there is no rule "nope"');
    await expect(api({ cwd: at, preset: 'x' as 'rerun' })).rejects.toThrow('lint(): "preset" must be');
    const text = await api({ ...options, stdin: { bytes: Buffer.from(DROP), path: 'migrations/2.sql' } });
    expect(told(text)).toEqual(['migrations/2.sql:1:1 ban-drop-table']);
  });
});

describe('explain', () => {
  it('prints what a rule is about, by our name or by that of squawk', () => {
    const { stdout, code } = run(folder(), ['explain', 'ban-drop-table']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ban-drop-table\n/);
    expect(stdout).toContain('    DROP TABLE orders;');
    expect(stdout).not.toMatch(/<!--|```|\u001b|\]\(/);
    for (const line of stdout.split('\n')) if (!line.startsWith('    ')) expect(line.length).toBeLessThanOrEqual(100);
    expect(run(folder(), ['explain', 'ban-drop-table', '--color']).stdout).toContain('\u001b[1m');
    expect(run(folder(), ['explain', 'syntax-error']).stdout).toMatch(/^syntax-error\n/);
  });

  it('lists all rules, and knows what may have been meant', () => {
    const { stdout } = run(folder(), ['explain']);
    expect(stdout).toMatch(/^ {2}ban-drop-table +A table is dropped/m);
    expect(run(folder(), ['explain', 'ban_drop_tabel'])).toMatchObject({
      code: 2,
      stderr: 'error: there is no rule "ban_drop_tabel"; did you mean "ban-drop-table"?\n',
    });
    expect(run(folder(), ['explain', 'toString']).code).toBe(2);
  });

  it('has a text for every rule', async () => {
    const { rules } = await import('@idempotify/rules');
    const { rendered } = await import('../../packages/cli/src/lint/explain.ts');
    const { colorsFor } = await import('../../packages/cli/src/terminal.ts');
    for (const { name } of rules) {
      const doc = fs.readFileSync(path.resolve(import.meta.dirname, `../../rules/docs/${name}.md`), 'utf8');
      const text = rendered(doc, 80, colorsFor({}, false));
      expect(text).toMatch(new RegExp(`^${name}\n`));
      expect(text).not.toMatch(/<!--|```/);
    }
  });
});
