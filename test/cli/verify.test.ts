/** `idempotify verify` as a process: what it proves, keeps, joins and refuses, and what it does when something goes wrong. */
import { type ChildProcess, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { scratchPrefix, type Session, snapshot } from '@idempotify/database';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VerifyReport } from '../../packages/cli/src/verify/report.ts';
import { type OwnServer, anyRealServer, outerRealServers, startPostgres } from '../support/servers.ts';
import { type Outcome, TABLE, build, folder, git, repository, run, start, tree, write } from './harness.ts';

beforeAll(build);

const verify = (at: string, ...args: string[]): Outcome => run(at, ['verify', ...args]);

/** `--json` of a run. */
function report(at: string, ...args: string[]): VerifyReport & { code: number | null } {
  const { code, stdout, stderr } = verify(at, '--json', ...args);
  if (!stdout.startsWith('{')) throw new Error(`no JSON document: ${stdout}${stderr}`);
  return { ...(JSON.parse(stdout) as VerifyReport), code };
}

const statuses = ({ folders }: VerifyReport): Record<string, string> =>
  Object.fromEntries(
    folders
      .flatMap(({ migrations }) => migrations)
      .map(({ name, status, cached }) => [name, cached ? 'cached' : status]),
  );

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome & { seconds: number }>;
  /** Resolves when that has been written to standard output. */
  said(text: string): Promise<void>;
}

/** Starts `idempotify verify` and lets it run. */
function begin(at: string, ...args: string[]): Running {
  const startedAt = performance.now();
  const child = start(at, ['verify', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (stderr += data.toString()));
  const ended = new Promise<Outcome & { seconds: number }>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr, seconds: (performance.now() - startedAt) / 1000 })),
  );
  return {
    child,
    ended,
    async said(text) {
      while (!stdout.includes(text)) {
        if (child.exitCode !== null) throw new Error(`it ended without saying "${text}": ${stdout}${stderr}`);
        await sleep(20);
      }
    },
  };
}

/** Sends the signal. @returns how it ended, and after how many seconds */
async function signalled({ child, ended }: Running, signal: NodeJS.Signals): Promise<Outcome & { after: number }> {
  const at = performance.now();
  child.kill(signal);
  return { ...(await ended), after: (performance.now() - at) / 1000 };
}

const prisma: Record<string, string> = {
  'migrations/migration_lock.toml': 'provider = "postgresql"\n',
  'migrations/1_init/migration.sql':
    '-- CreateTable\nCREATE TABLE "User" (\n    "id" SERIAL NOT NULL,\n    "email" TEXT NOT NULL,\n\n    CONSTRAINT "User_pkey" PRIMARY KEY ("id")\n);\n\n-- CreateIndex\nCREATE UNIQUE INDEX "User_email_key" ON "User"("email");\n',
  'migrations/2_name/migration.sql': 'ALTER TABLE "User" ADD COLUMN "name" TEXT;\n',
  'migrations/3_role/migration.sql': `CREATE TYPE "Role" AS ENUM ('A', 'B');\n`,
};

/** The originals in old/, what becomes of them in migrations/. */
function rewritten(): string {
  const at = folder(prisma);
  fs.cpSync(path.join(at, 'migrations'), path.join(at, 'old'), { recursive: true });
  expect(run(at, ['migrations']).code).toBe(0);
  return at;
}

/** Migrations that are proven in next to no time. */
const schemas = (...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name, at) => [`m/00${at + 1}.sql`, `CREATE SCHEMA IF NOT EXISTS ${name};\n`]));

const QUICK = ['--no-cache', '--checks', 'fresh,second run'];
const ENDLESS = 'DO $$ BEGIN LOOP END LOOP; END $$;\n';

describe('a history', () => {
  it('that was never rewritten fails: place, SQLSTATE and what to do', () => {
    const at = folder(prisma);
    const { code, stdout, stderr } = verify(at, 'migrations', '--no-cache', '--junit', 'out/j.xml', '--html', 'h.html');
    expect(stderr).toBe('');
    expect(code).toBe(1);
    expect(stdout).toContain('Prisma Migrate, 3 migrations in migrations\n');
    expect(stdout).toMatch(/✗ 1_init\/migration\.sql {2}failed/);
    expect(stdout).toContain('migrations/1_init/migration.sql:2:1 statement 1: CREATE TABLE "User"');
    expect(stdout).toContain('42P07 relation "User" already exists');
    expect(stdout).toContain('what to do: `idempotify migrations/1_init/migration.sql` rewrites this statement');
    expect(stdout).toContain('migrations/2_name/migration.sql:1:1 statement 1: ALTER TABLE');
    expect(stdout).toMatch(/42701 column "name" .* already exists/);
    expect(stdout).toMatch(/\n3 migrations: 3 failed; \d+ runs in [\d.]+ s on PGlite \d+\.\d+\n$/);
    expect(fs.readFileSync(path.join(at, 'out/j.xml'), 'utf8')).toMatch(/<testsuites[^]*42P07/);
    expect(fs.readFileSync(path.join(at, 'h.html'), 'utf8')).toContain('42P07');
  });

  it('that was rewritten is proven, against the originals in a folder', () => {
    const at = rewritten();
    const { code, stdout } = verify(at, 'migrations', '--original', 'old', '--no-cache');
    expect(stdout).toMatch(
      /^Prisma Migrate, 3 migrations in migrations\n.*\n {2}✓ 1_init\/migration\.sql {2}proven {2}\d+ runs .*\n {2}✓ 2_name\/migration\.sql {2}proven .*\n {2}✓ 3_role\/migration\.sql {2}proven .*\n3 migrations: 3 proven; \d+ runs in [\d.]+ s on PGlite/,
    );
    expect(code).toBe(0);
    const counts = [...stdout.matchAll(/ (\d+) runs?\b/g)].map(([, count]) => Number(count));
    // the total is that of the lines
    expect(counts.at(-1)).toBe(counts.slice(0, -1).reduce((sum, count) => sum + count, 0));
  });

  it('is compared with what git has, also of another revision', () => {
    const at = repository(prisma);
    expect(run(at, ['--all', 'migrations']).code).toBe(0);
    const first = report(at, 'migrations', '--no-cache');
    expect(first).toMatchObject({ code: 0, exitCode: 0, totals: { migrations: 3, proven: 3, failed: 0, cached: 0 } });
    for (const { original, checks } of first.folders[0]!.migrations) {
      expect(original).toEqual({ from: 'git', path: 'HEAD' });
      expect(checks.map(({ verdict }) => verdict)).not.toContain('failed');
    }
    git(at, 'commit', '-qam', 'rewritten');
    fs.appendFileSync(path.join(at, 'migrations/3_role/migration.sql'), 'CREATE SCHEMA IF NOT EXISTS more;\n');
    const second = report(at, 'migrations', '--original-ref', 'HEAD~1', ...QUICK);
    expect(statuses(second)).toEqual({
      '1_init/migration.sql': 'proven',
      '2_name/migration.sql': 'proven',
      '3_role/migration.sql': 'failed',
    });
    expect(second.folders[0]!.migrations.map(({ original }) => original)).toEqual(
      Array.from({ length: 3 }, () => ({ from: 'git', path: 'HEAD~1' })),
    );
    expect(JSON.stringify(second.folders[0]!.migrations[2]!.failures)).toContain('more');
    expect(verify(at, 'migrations', '--original-ref', 'nix')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--original-ref nix: git knows no such revision') as string,
    });
  });
});

describe('the cache', () => {
  it('keeps what was proven, and nothing else', () => {
    const at = folder({ ...schemas('a', 'b'), 'm/003.sql': 'CREATE SCHEMA c;\n' });
    const checked = (...more: string[]) =>
      report(at, 'm', '--cache-dir', 'kept', '--checks', 'fresh,second run', ...more);
    const [one, two, three] = ['001.sql', '002.sql', '003.sql'] as const;

    expect(statuses(checked())).toEqual({ [one]: 'proven', [two]: 'proven', [three]: 'failed' });
    const again = checked();
    expect(statuses(again)).toEqual({ [one]: 'cached', [two]: 'cached', [three]: 'failed' });
    expect(again).toMatchObject({ code: 1, totals: { proven: 2, cached: 2, failed: 1 } });

    write(at, schemas('a', 'b', 'c'));
    expect(statuses(checked())).toEqual({ [one]: 'cached', [two]: 'cached', [three]: 'proven' });
    const nothing = checked();
    expect(nothing).toMatchObject({ code: 0, server: '', totals: { proven: 3, cached: 3, runs: 0 } });
    const { stdout } = verify(at, 'm', '--cache-dir', 'kept', '--checks', 'fresh,second run');
    expect(stdout).toContain('✓ 001.sql  proven earlier\n');
    expect(stdout).toContain('3 migrations: 3 proven');

    // the shard that the migration is of changes nothing about it
    expect(statuses(checked('--shard', '2/2'))).toEqual({ [one]: 'elsewhere', [two]: 'cached', [three]: 'elsewhere' });

    write(at, { 'm/002.sql': 'CREATE SCHEMA IF NOT EXISTS bb;\n' });
    expect(statuses(checked())).toEqual({ [one]: 'cached', [two]: 'proven', [three]: 'proven' });

    const entries = Object.keys(tree(path.join(at, 'kept'))).map((entry) => path.join(at, 'kept', entry));
    expect(entries.length).toBe(5);
    entries.forEach((entry, index) => {
      const whole = fs.readFileSync(entry, 'utf8');
      fs.writeFileSync(
        entry,
        ['', 'null', whole.slice(0, 20), '{"key":"x"}', whole.replace(/"key":"../, '"key":"')][index]!,
      );
    });
    const anew = checked();
    expect(anew).toMatchObject({ code: 0, totals: { proven: 3, cached: 0 } });
    // another prelude makes it another proof; --no-cache neither looks nor keeps
    write(at, { 'p.sql': 'CREATE SCHEMA p;' });
    expect(checked('--no-cache').totals).toMatchObject({ proven: 3, cached: 0 });
    expect(checked().totals.cached).toBe(3);
    expect(checked('--prelude', 'p.sql', '--shard', '1/3').totals).toMatchObject({ proven: 1, cached: 0 });
    expect(Object.keys(tree(path.join(at, 'kept')))).toHaveLength(6);
  });

  it('that can not be written costs nothing', () => {
    const at = folder({ ...schemas('a'), kept: 'a file' });
    const { code, stdout } = verify(at, 'm', '--cache-dir', 'kept', '--checks', 'fresh', '--whole-history');
    expect(stdout).toMatch(/✓ whole history of m.*changes nothing\n1 migration: 1 proven/);
    expect(code).toBe(0);
    expect(fs.readFileSync(path.join(at, 'kept'), 'utf8')).toBe('a file');
  });
});

describe('the whole history', () => {
  const original = {
    'm/001.sql': 'CREATE TABLE a (id int);\n',
    'm/002.sql': 'ALTER TABLE a ADD COLUMN b int;\n',
  };
  const rewritten = (more: Record<string, string> = {}): string => {
    const at = folder({ ...original, ...more });
    expect(run(at, ['m']).code).toBe(0);
    return at;
  };

  it('is all right when guards stop what a later file has changed, and says so', () => {
    const at = rewritten();
    const { code, stdout } = verify(at, 'm', '--checks', 'second run', '--whole-history');
    expect(stdout).toMatch(/✓ whole history of m.*: changes nothing; guards stopped 1 file\n/);
    expect(code).toBe(0);
    const { wholeHistory } = report(at, 'm', '--checks', 'second run', '--whole-history').folders[0]!;
    expect(wholeHistory).toMatchObject({ verdict: 'proven', failed: [], stopped: [{ path: '001.sql', line: 1 }] });
  });

  it('is not when something is left over, or a statement raises an error', () => {
    const at = rewritten({ 'm/003.sql': 'ALTER TABLE a RENAME TO c;\n' });
    write(at, { 'm/000.sql': 'SELECT 1;\nCREATE SCHEMA s;\n' });
    const { code, stdout } = verify(at, 'm', '--checks', 'drift', '--whole-history');
    expect(stdout).toContain('    2 files raised an error:\n      000.sql:2:1 CREATE SCHEMA s\n');
    expect(stdout).toMatch(/ {4}left over:\n {6}table public\.a\n/);
    expect(code).toBe(1);
  });
});

describe('shards', () => {
  it('are joined to one report', () => {
    const at = folder({ ...schemas('a', 'b', 'c'), 'm/004.sql': 'CREATE SCHEMA d;\n' });
    for (const shard of ['1', '2']) {
      const args = ['m', ...QUICK, '--shard', `${shard}/2`, '--json', '--whole-history'];
      const { code, stdout } = verify(at, ...args);
      // the first one has the whole history, the second one the file that fails
      expect(code).toBe(1);
      write(at, { [`${shard}.json`]: stdout });
    }
    const [first, second] = ['1', '2'].map(
      (shard) => JSON.parse(fs.readFileSync(path.join(at, `${shard}.json`), 'utf8')) as VerifyReport,
    );
    expect(Object.values(statuses(first!))).toEqual(['proven', 'elsewhere', 'proven', 'elsewhere']);
    expect(Object.values(statuses(second!))).toEqual(['elsewhere', 'proven', 'elsewhere', 'failed']);

    const text = verify(at, '--merge', '1.json', '2.json', '--junit', 'j.xml', '--html', 'h.html');
    expect(text.stderr).toBe('');
    expect(text.code).toBe(1);
    expect(text.stdout).toMatch(/4 migrations: 3 proven, 1 failed; \d+ runs in/);
    expect(fs.readFileSync(path.join(at, 'j.xml'), 'utf8')).toContain('004.sql');
    expect(fs.readFileSync(path.join(at, 'h.html'), 'utf8')).toContain('004.sql');
    const merged = report(at, '--merge', '[12].json');
    expect(merged).toMatchObject({
      code: 1,
      exitCode: 1,
      totals: { migrations: 4, proven: 3, failed: 1, elsewhere: 0 },
    });
    expect(merged.shard).toBeUndefined();
    expect(merged.folders[0]!.wholeHistory?.verdict).toBe('failed');
    expect(merged.totals.runs).toBe(first!.totals.runs + second!.totals.runs);
    // a report is one again
    write(at, { 'merged.json': JSON.stringify(merged) });
    expect(report(at, '--merge', 'merged.json').totals).toEqual(merged.totals);

    const foreign = { ...first!, shard: { index: 2, of: 2 }, checks: ['fresh'] };
    const later = { ...second!, version: 99 };
    write(at, {
      '1b.json': JSON.stringify(first),
      'foreign.json': JSON.stringify(foreign),
      'later.json': JSON.stringify(later),
      'other.json': '{ "files": [] }',
      'list.json': '[1]',
      'null.json': 'null',
      'broken.json': '{',
    });
    for (const [paths, message] of [
      [['1.json'], /^error: --merge: the report of shard 2 of 2 is missing\n$/],
      [['1.json', '1b.json'], /^error: --merge: 1\.json and 1b\.json are both shard 1 of 2\n$/],
      [['1.json', 'foreign.json'], /1\.json and foreign\.json are not shards of one run/],
      [['1.json', 'later.json'], /later\.json is of another version of idempotify \(99, not 1\)/],
      [['other.json'], /other\.json is no report that `idempotify verify --json` has written/],
      [['list.json'], /list\.json is no report/],
      [['null.json'], /null\.json is no report/],
      [['broken.json'], /broken\.json is no report: .*JSON/],
      [['3.json'], /--merge: there is no report 3\.json/],
      [['x*.json'], /--merge: there is no report x\*\.json/],
      [['m'], /m is no report/],
      [[], /--merge needs the reports of all shards/],
      ...[
        ['--original', 'm'],
        ['--original-ref', 'HEAD'],
        ['--url', 'postgres://x'],
        ['--disposable-server'],
        ['--prelude', 'p.sql'],
        ['--checks', 'fresh'],
        ['--whole-history'],
        ['--statement-timeout', '5'],
        ['--shard', '1/2'],
        ['--workers', '2'],
        ['--cache-dir', 'kept'],
        ['--ignore', 'x'],
        ['--tool', 'goose'],
        ['--config', 'x.json'],
      ].map(
        (option) =>
          [
            [...option, '--', '1.json', '2.json'],
            new RegExp(`^error: --merge only joins reports: it can not be used together with ${option[0]}\n$`),
          ] as const,
      ),
      [
        ['1.json', '2.json', '--tool', 'goose', '--workers', '2'],
        /used together with --(tool, --workers|workers, --tool)\n$/,
      ],
    ] as const) {
      const { code, stdout, stderr } = verify(at, '--merge', ...paths);
      expect({ paths, code, stdout, stderr }).toEqual({
        paths,
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(message) as string,
      });
    }
  });

  it('that have nothing to do start no server', () => {
    const at = folder(schemas('a'));
    expect(report(at, 'm', '--shard', '2/2', '--no-cache')).toMatchObject({
      code: 0,
      server: '',
      totals: { migrations: 1, elsewhere: 1 },
    });
  });
});

describe('options', () => {
  it.each([
    [['m', '--shard', '3/2'], /^error: --shard must be i\/n with i from 1 to n, such as 1\/3/],
    [['m', '--shard', 'x'], /^error: --shard must be/],
    [['m', '--checks', 'nonsense'], /^error: --checks must be a list out of "fresh", "second run"/],
    [['m', '--checks', ''], /^error: --checks must be a list/],
    [['m', '--statement-timeout', 'abc'], /^error: --statement-timeout must be a number above 0/],
    [['m', '--statement-timeout', '0'], /^error: --statement-timeout must be a number above 0/],
    [['m', '--workers', '1.5'], /^error: --workers must be a whole number above 0/],
    [['m', '--workers', 'x'], /^error: --workers must be a whole number above 0/],
    [['m', '--cache-dir', ''], /^error: --cache-dir must be a text that is not empty/],
    [['m', '--original-ref', ''], /^error: --original-ref must be a text/],
    [['m', '--junit', ''], /^error: --junit must be a text/],
    [['m', '--ignore', ''], /^error: --ignore must be a list of texts/],
    [['m', '--config', ''], /^error: --config needs the name of a file/],
    [[''], /^error: the paths must be a list of texts that are not empty/],
    [['m', '--disposable-server'], /--disposable-server is said of the server of --url/],
    [['m', '--tool', 'nix'], /^error: --tool: there is no migration tool "nix"; the tools are .*prisma/],
    [['m', '--prelude', 'none.sql'], /--prelude none\.sql: no such file/],
    [['m', '--original', 'none'], /--original none: no such file or folder/],
    [['m', '--original', 'm/001.sql'], /--original m\/001\.sql is no folder/],
    [['m', '--url', 'mysql://x'], /the URL of a PostgreSQL server looks like postgres:/],
    [['m', '--config', 'none.json'], /none\.json: the config file can not be loaded/],
    [['m', '--nonsense'], /unknown option '--nonsense'/],
    [[], /no (path|migration)/i],
  ] as const)('%j is an error', (args, message) => {
    const { code, stdout, stderr } = verify(folder({ 'm/001.sql': TABLE }), ...args);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it('what goose would cut is told, and not run as if goose sent it whole', () => {
    const at = folder({
      'm/001_a.sql': '-- +goose Up\nSELECT 1;\nDO $$\nBEGIN\n  PERFORM 1;\nEND $$;\n',
      'm/002_b.sql':
        '-- +goose Up\n-- +goose StatementBegin\nDO $$\nBEGIN\n  PERFORM 1;\nEND $$;\n-- +goose StatementEnd\n',
    });
    const { code, stdout } = verify(at, 'm', ...QUICK);
    expect(stdout).toMatch(
      /\? 001_a\.sql {2}not proven[^]*line 3, column 1: goose ends a statement at each line that ends in `;`, .*StatementBegin/,
    );
    expect(stdout).toMatch(/✓ 002_b\.sql/);
    expect(code).toBe(1);
    const rewriting = run(at, ['m']);
    expect(rewriting.stdout).toMatch(/m\/001_a\.sql:3:1: goose ends a statement at each line/);
    expect(rewriting.code).toBe(1);
  });

  it('a folder that is not there is an error, whatever else there is', () => {
    const { code, stdout } = verify(folder(schemas('a')), 'm', 'missing', '--no-cache', '--shard', '2/2');
    expect(stdout).toMatch(/001\.sql[^]*error missing: no such file or folder/);
    expect(code).toBe(2);
  });

  it('--allow-unproven is about the exit code', () => {
    const at = folder({ 'm/001.sql': Buffer.from([0xff, 0xfe, 0, 1]) });
    expect(verify(at, 'm', '--no-cache').code).toBe(1);
    expect(report(at, 'm', '--no-cache', '--allow-unproven')).toMatchObject({ code: 0, totals: { unproven: 1 } });
  });

  it('a report that can not be written is an error before the work begins', () => {
    const at = folder({ ...schemas('a'), file: '' });
    for (const [name, message] of [
      ['file/x.xml', /^error: --junit .*file\/x\.xml: /],
      ['m', /^error: --junit .*m is a folder/],
    ] as const) {
      const { code, stdout, stderr } = verify(at, 'm', '--no-cache', '--junit', name);
      expect(stderr).toMatch(message);
      expect(stderr).not.toContain('bug of idempotify');
      expect(stdout).toBe('');
      expect(code).toBe(2);
    }
  });

  it('--prelude makes what the migrations lean on; one that does not run ends it', () => {
    const at = folder({
      'm/001.sql': 'CREATE SCHEMA IF NOT EXISTS s AUTHORIZATION app;\nGRANT USAGE ON SCHEMA s TO app;\n',
      'p.sql': '\uFEFFCREATE ROLE app;\nCREATE EXTENSION citext;\n',
      'bad.sql': 'SELECT nix;',
      'postgis.sql': 'CREATE EXTENSION IF NOT EXISTS "postgis";',
      'without.sql': 'CREATE ROLE app;\n-- with maps also: CREATE EXTENSION postgis;\n',
    });
    expect(verify(at, 'm', ...QUICK, '--prelude', 'p.sql').code).toBe(0);
    const bad = verify(at, 'm', ...QUICK, '--prelude', 'bad.sql');
    expect(bad.stdout).toMatch(/error the prelude does not run: column "nix" does not exist\n/);
    expect(bad.code).toBe(2);
    const postgis = verify(at, 'm', ...QUICK, '--prelude', 'postgis.sql');
    expect(postgis.stdout).toContain(
      'error the prelude does not run: the extension "postgis" is not available on this server; use a server that has it: --url postgres://…\n',
    );
    expect(postgis.code).toBe(2);
    expect(verify(at, 'm', ...QUICK, '--prelude', 'without.sql').code).toBe(0);
  });

  it('COPY FROM STDIN stops nothing else; --ignore and --quiet', () => {
    const at = folder({
      ...schemas('a', 'b', 'c'),
      'm/002.sql': 'COPY t FROM STDIN;\n',
      'm/004.sql': 'CREATE SCHEMA d;\n',
    });
    const { code, stdout } = verify(at, 'm', ...QUICK, '--ignore', 'm/004.sql', '--quiet');
    expect(stdout).toMatch(/\? 002\.sql {2}not proven[^]*m\/002\.sql:1:1 COPY/);
    expect(stdout).not.toMatch(/00[134]\.sql/);
    expect(stdout).toContain('3 migrations: 2 proven, 1 not proven');
    expect(code).toBe(1);
  });

  it('the config file has a key for it, the command line wins', () => {
    const at = folder({
      ...schemas('a'),
      'package.json':
        '{ "idempotify": { "pgVersion": 16, "verify": { "checks": ["fresh"], "statementTimeout": 30 } } }',
    });
    // another shard's work: nothing is run
    const nothing = ['m', '--no-cache', '--shard', '2/2'];
    expect(report(at, ...nothing).checks).toEqual(['fresh']);
    expect(report(at, ...nothing, '--checks', 'drift').checks).toEqual(['drift']);
    for (const [verifyKey, message] of [
      ['{ "checks": ["x"] }', /package\.json: "verify\.checks" must be a list out of/],
      ['{ "url": "postgres://u:secret@h" }', /package\.json: there is no option "verify\.url"/],
      ['[]', /package\.json: "verify" must hold an object/],
      ['{ "statementTimeout": "5" }', /package\.json: "verify\.statementTimeout" must be a number above 0/],
      ['{ "workers": 1.5 }', /package\.json: "verify\.workers" must be a whole number above 0/],
      ['{ "prelude": "none.sql" }', /package\.json: "verify\.prelude" \/.*\/none\.sql: no such file/],
      ['{ "original": "none" }', /package\.json: "verify\.original" \/.*\/none: no such file/],
      ['{ "originalRef": "nix" }', /package\.json: "verify\.originalRef" nix: git knows no such revision/],
    ] as const) {
      write(at, { 'package.json': `{ "idempotify": { "verify": ${verifyKey} } }` });
      const { code, stderr } = verify(at, 'm', '--no-cache');
      expect(stderr).toMatch(message);
      expect(stderr).not.toContain('secret');
      expect(code).toBe(2);
    }
  });
});

describe('faults on the embedded server', () => {
  it('a statement that hangs is given up, and named', async () => {
    const at = folder({ ...schemas('a', 'b', 'c'), 'm/002.sql': ENDLESS });
    const { code, stdout, seconds } = await begin(at, 'm', ...QUICK, '--statement-timeout', '2').ended;
    expect(stdout).toMatch(
      /error m\/002\.sql: a statement ran for more than 2 s and was given up \(--statement-timeout SECONDS allows more\): DO \$\$ BEGIN LOOP/,
    );
    expect(stdout).toMatch(/✓ 001\.sql/);
    expect(stdout).toContain('the run ended before its turn came (002.sql, 003.sql)');
    expect(code).toBe(2);
    expect(seconds).toBeLessThan(20);
  });

  it('SIGINT ends it in the middle of a statement', async () => {
    const at = folder({ ...schemas('a', 'b'), 'm/002.sql': ENDLESS });
    const running = begin(at, 'm', ...QUICK);
    await running.said('✓ 001.sql');
    await sleep(500);
    const { code, stdout, stderr, after } = await signalled(running, 'SIGINT');
    expect(stderr).toBe('');
    expect(stdout).toContain('error interrupted: what was not proven yet is missing');
    expect(code).toBe(2);
    expect(after).toBeLessThan(10);
  });
});

describe.each(outerRealServers)('on $name', ({ major }) => {
  let own: OwnServer;
  let url: string;
  let client: pg.Client;

  beforeAll(async () => {
    own = await startPostgres(major);
    url = own.url.replace(/[^/]*$/, 'theirs');
    const first = new pg.Client({ connectionString: own.url });
    await first.connect();
    await first.query('CREATE DATABASE theirs');
    await first.end();
    client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('CREATE TABLE precious AS SELECT id, md5(id::text) AS text FROM generate_series(1, 100) AS id');
    await client.query('CREATE ROLE somebody');
  });
  afterAll(async () => {
    await client.end();
    await own.stop();
  });

  const column = async (sql: string): Promise<string[]> =>
    (await client.query<[string]>({ text: sql, rowMode: 'array' })).rows.map(([value]) => value);
  const databases = (): Promise<string[]> => column('SELECT datname FROM pg_database ORDER BY 1');
  const roles = (): Promise<string[]> => column(`SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1`);
  const scratch = async (): Promise<string[]> => (await databases()).filter((name) => name.startsWith(scratchPrefix));
  const session: Session = {
    inTransaction: false,
    query: async (sql) => {
      const result = await client.query<Record<string, string | null>>(sql);
      return (Array.isArray(result) ? (result as (typeof result)[]) : [result]).map(({ rows }) => ({ rows }));
    },
    shrink: async () => {},
    close: () => Promise.resolve(),
  };

  /** Nothing of ours is there, and nothing of theirs is gone. */
  const expectClean = async (): Promise<void> => {
    expect(await databases()).toEqual(['postgres', 'template0', 'template1', 'theirs']);
    expect(await roles()).toEqual(['postgres', 'somebody']);
    expect(
      await column(`SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'idempotify%'`),
    ).toEqual([]);
  };
  const many = (count: number): Record<string, string> =>
    schemas(...Array.from({ length: count }, (_, index) => `s${index}`));

  it('the database of the URL is not touched, and nothing is left', async () => {
    const everything = async (): Promise<unknown> => [
      await snapshot(session),
      await column('SELECT p::text FROM precious p ORDER BY id'),
      await column('SELECT oid FROM pg_class ORDER BY 1'),
    ];
    const before = await everything();
    const args = ['migrations', '--original', 'old', '--no-cache', '--url', url];
    const { code, stdout } = verify(rewritten(), ...args, '--workers', '2');
    expect(stdout).toMatch(new RegExp(`3 migrations: 3 proven; \\d+ runs in .* on PostgreSQL ${major}\\.\\d+\n$`));
    expect(code).toBe(0);
    expect(await everything()).toEqual(before);
    await expectClean();
  });

  it('roles are only made where that is allowed, and not left', async () => {
    const at = folder({
      'm/001.sql': `DO $$ BEGIN CREATE ROLE app; EXCEPTION WHEN duplicate_object THEN NULL; END $$;\n`,
      'm/002.sql': 'CREATE SCHEMA IF NOT EXISTS s;\nGRANT USAGE ON SCHEMA s TO app;\n',
    });
    const confined = verify(at, 'm', '--no-cache', '--url', url);
    expect(confined.stdout).toMatch(/\? 001\.sql {2}not proven[^]*m\/001\.sql:1:1 .*[^]*--disposable-server/);
    expect(confined.code).toBe(1);
    await expectClean();
    const free = verify(at, 'm', '--no-cache', '--url', url, '--disposable-server');
    expect(free.stdout).toMatch(/✓ 001\.sql[^]*✓ 002\.sql[^]*2 migrations: 2 proven/);
    expect(free.code).toBe(0);
    await expectClean();
    // workers share the roles of the server
    const several = verify(at, 'm', '--no-cache', '--url', url, '--disposable-server', '--workers', '2');
    expect(several.stdout).toContain('2 migrations: 2 proven');
    await expectClean();
  });

  it('the roles of a prelude are not left either', async () => {
    const at = folder({ ...schemas('a', 'b'), 'p.sql': 'CREATE ROLE ours;' });
    const args = ['m', ...QUICK, '--url', url, '--prelude', 'p.sql', '--disposable-server', '--workers', '2'];
    const { code, stdout } = verify(at, ...args);
    expect(stdout).toContain('2 migrations: 2 proven');
    expect(code).toBe(0);
    await expectClean();
  });

  it('what a killed run leaves behind is removed by the next', async () => {
    const at = folder({ ...schemas('a'), 'm/002.sql': 'SELECT pg_sleep(1);\n' });
    const running = begin(at, 'm', ...QUICK, '--url', url);
    await running.said('✓ 001.sql');
    const { code } = await signalled(running, 'SIGKILL');
    expect(code).toBeNull();
    expect((await scratch()).length).toBeGreaterThan(0);
    // its sessions end when their statement does
    await sleep(1500);
    expect(verify(folder(schemas('a')), 'm', ...QUICK, '--url', url).code).toBe(0);
    await expectClean();
  });

  /** Makes a role and then takes its time. */
  const slow = (seconds: number): Record<string, string> => ({
    'm/001.sql': 'CREATE ROLE app;\nCREATE SCHEMA s AUTHORIZATION app;\n',
    'm/002.sql': 'SELECT 1;\n',
    'm/003.sql': `SELECT pg_sleep(${seconds});\n`,
  });

  it('a server is disposable for one run at a time, whichever database its URL names', async () => {
    const at = folder(slow(3));
    const first = begin(at, 'm', ...QUICK, '--url', url, '--disposable-server');
    await first.said(' 002.sql');
    const second = await begin(at, 'm', ...QUICK, '--url', own.url, '--disposable-server').ended;
    expect(second.stderr).toMatch(/^error: another idempotify run uses this server as disposable, .*own\n$/);
    expect(second.stdout).toBe('');
    expect(second.code).toBe(2);
    expect(await roles()).toContain('app');
    // one that makes no roles is in nobody's way
    expect(verify(folder(schemas('a')), 'm', ...QUICK, '--url', url).code).toBe(0);
    const { stdout } = await first.ended;
    expect(stdout).toMatch(/✓ 002\.sql[^]*✓ 003\.sql/);
    await expectClean();
  });

  it('the roles of a killed run are removed by the next that may make some', async () => {
    const running = begin(folder(slow(1)), 'm', ...QUICK, '--url', url, '--disposable-server');
    await running.said(' 002.sql');
    await sleep(300);
    expect((await signalled(running, 'SIGKILL')).code).toBeNull();
    // its last statement ends later, and a run that comes before waits for it
    const spared = verify(folder(schemas('a')), 'm', ...QUICK, '--url', url);
    expect(spared.code).toBe(0);
    expect(await roles()).toEqual(['app', 'postgres', 'somebody']);
    const at = folder({ 'm/001.sql': 'CREATE ROLE app;\n' });
    // a role that somebody uses is not taken for the killed run's
    await client.query('CREATE ROLE owner; CREATE TABLE owned (); ALTER TABLE owned OWNER TO owner');
    try {
      const { stdout } = verify(at, 'm', ...QUICK, '--url', url, '--disposable-server');
      // it was made anew
      expect(stdout).toMatch(/✗ 001\.sql[^]*42710 role "app" already exists/);
      expect(stdout).not.toContain('does not run');
      expect(await roles()).toEqual(['owner', 'postgres', 'somebody']);
    } finally {
      await client.query('DROP TABLE owned; DROP ROLE owner');
    }
    await expectClean();
  });

  it('a role that is no superuser may use a server as disposable', async () => {
    await client.query(`CREATE ROLE weak LOGIN CREATEDB CREATEROLE PASSWORD 'weak'`);
    try {
      const at = folder({ 'm/001.sql': 'CREATE ROLE app;\n', 'm/002.sql': 'SELECT 1;\n' });
      const as = url.replace('postgres:postgres@', 'weak:weak@');
      const { stdout } = verify(at, 'm', ...QUICK, '--url', as, '--disposable-server');
      expect(stdout).toMatch(/✗ 001\.sql[^]*✓ 002\.sql/);
      expect(await roles()).toEqual(['postgres', 'somebody', 'weak']);
    } finally {
      await client.query('DROP ROLE weak');
    }
    await expectClean();
  });

  it('a server that does not let us in, or lets us do nothing', async () => {
    const at = folder(schemas('a'));
    const wrong = verify(at, 'm', ...QUICK, '--url', url.replace('postgres:postgres@', 'postgres:wrongsecret@'));
    expect(wrong.stderr).toMatch(/^error: cannot connect to 127\.0\.0\.1:\d+: password authentication failed/);
    expect(wrong.stderr + wrong.stdout).not.toContain('wrongsecret');
    expect(wrong.code).toBe(2);
    expect(verify(at, 'm', ...QUICK, '--url', `${url}x`)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('database "theirsx" does not exist') as string,
    });
    await client.query(`CREATE ROLE weak LOGIN PASSWORD 'weaksecret'`);
    try {
      const weak = verify(at, 'm', ...QUICK, '--url', url.replace('postgres:postgres@', 'weak:weaksecret@'));
      expect(weak.stdout).toMatch(/error .*the server makes no database for us: 42501 permission denied/);
      expect(weak.stdout + weak.stderr).not.toMatch(/weaksecret|bug of idempotify/);
      expect(weak.code).toBe(2);
      await client.query('ALTER ROLE weak CREATEDB');
      const able = verify(at, 'm', ...QUICK, '--url', url.replace('postgres:postgres@', 'weak:weaksecret@'));
      expect(able.stdout).toContain('1 migration: 1 proven');
      expect(able.code).toBe(0);
    } finally {
      await client.query('DROP ROLE weak');
    }
    await expectClean();
  });

  // from here on the version plays no part
  if (!anyRealServer.some((server) => server.major === major)) return;

  it('two runs at once leave each other alone', async () => {
    const [one, two] = await Promise.all([
      begin(folder(many(6)), 'm', '--no-cache', '--url', url).ended,
      begin(folder(many(6)), 'm', '--no-cache', '--url', url).ended,
    ]);
    for (const { code, stdout } of [one, two]) {
      expect(stdout).toContain('6 migrations: 6 proven');
      expect(code).toBe(0);
    }
    await expectClean();
  });

  it.each(['SELECT pg_sleep(60);\n', ENDLESS])('a statement that hangs is given up: %s', async (sql) => {
    const at = folder({ ...schemas('a', 'b'), 'm/002.sql': sql });
    const { code, stdout, seconds } = await begin(at, 'm', ...QUICK, '--url', url, '--statement-timeout', '1').ended;
    expect(stdout).toContain(`✓ 001.sql`);
    expect(stdout).toMatch(
      /error m\/002\.sql: a statement was given up .*57014.*: (SELECT pg_sleep|DO \$\$).*--statement-timeout/,
    );
    expect(code).toBe(2);
    expect(seconds).toBeLessThan(20);
    await expectClean();
  });

  it('a migration that lifts the timeout does not hang the run', async () => {
    const at = folder({ ...schemas('a', 'b'), 'm/002.sql': 'SET statement_timeout = 0;\nSELECT pg_sleep(60);\n' });
    const { code, stdout, seconds } = await begin(at, 'm', ...QUICK, '--url', url, '--statement-timeout', '1').ended;
    expect(stdout).toMatch(/error m\/002\.sql: a statement (was|ran) .*given up.*--statement-timeout/);
    expect(code).toBe(2);
    expect(seconds).toBeLessThan(20);
    await expectClean();
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('%s in the middle leaves nothing', async (signal) => {
    const at = folder({ ...schemas('a', 'b', 'c'), 'm/002.sql': 'SELECT pg_sleep(30);\n' });
    const running = begin(at, 'm', ...QUICK, '--url', url, '--workers', '2');
    await running.said('✓ 001.sql');
    await sleep(300);
    const { code, stdout, after } = await signalled(running, signal);
    expect(stdout).toContain('error interrupted');
    expect(code).toBe(2);
    expect(after).toBeLessThan(10);
    await expectClean();
  });

  it('an interruption leaves no role', async () => {
    const at = folder({
      'm/001.sql': 'CREATE ROLE app;\n',
      'm/002.sql': 'SELECT 1;\n',
      'm/003.sql': 'SELECT pg_sleep(30);\n',
    });
    const running = begin(at, 'm', ...QUICK, '--url', url, '--disposable-server');
    await running.said(' 002.sql');
    await sleep(300);
    expect(await roles()).toContain('app');
    expect((await signalled(running, 'SIGINT')).code).toBe(2);
    await expectClean();
  });

  it('an interruption at any moment leaves nothing', async () => {
    for (const delay of [200, 450, 600, 750, 900, 1100]) {
      const running = begin(folder(many(200)), 'm', '--no-cache', '--url', url, '--workers', '2');
      await sleep(delay);
      const { code } = await signalled(running, 'SIGINT');
      // before the program has got to its first line, the signal ends it as any program
      expect([2, 130, null]).toContain(code);
      await expectClean();
    }
  });

  it('a server that says its disk is full is to blame, not the migration', async () => {
    const full = `DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;\n`;
    const { code, stdout } = verify(folder({ ...schemas('a', 'b'), 'm/002.sql': full }), 'm', ...QUICK, '--url', url);
    expect(stdout).toMatch(/error m\/002\.sql: the server is in trouble \(53100 could not extend file\): DO \$\$/);
    expect(code).toBe(2);
    await expectClean();
  });

  it('a disk that is full', async ({ skip }) => {
    const disk = fs.mkdtempSync(path.join(os.tmpdir(), 'idempotify-disk-'));
    if (process.getuid?.() !== 0 || spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=60m', 'tmpfs', disk]).status !== 0) {
      fs.rmdirSync(disk);
      skip('only root may mount a small disk');
    }
    try {
      fs.mkdirSync(path.join(disk, 'data'));
      spawnSync('chown', ['postgres', path.join(disk, 'data')]);
      await client.query(`CREATE TABLESPACE small LOCATION '${path.join(disk, 'data')}'`);
      const rows = `SELECT id, repeat('x', 1000) AS text FROM generate_series(1, 100000) AS id`;
      for (const [sql, message] of [
        [
          `CREATE TABLE t TABLESPACE small AS ${rows};\n`,
          /the server is in trouble \(53100 could not extend file .*No space left on device\): CREATE TABLE t/,
        ],
      ] as const) {
        const { code, stdout } = verify(
          folder({ ...schemas('a', 'b'), 'm/002.sql': sql }),
          'm',
          ...QUICK,
          '--url',
          url,
        );
        expect(stdout).toMatch(message);
        expect(code).toBe(2);
        await expectClean();
      }
      // what the runs have made themselves must fit too
      await client.query(`CREATE TABLE filler TABLESPACE small AS ${rows.replace('100000', '50000')}`);
      const at = folder(schemas('a'));
      await client.query(`ALTER ROLE postgres SET default_tablespace = small`);
      const { code } = verify(at, 'm', ...QUICK, '--url', url);
      expect(code).toBe(0);
      await expectClean();
    } finally {
      await client.query('ALTER ROLE postgres RESET default_tablespace');
      await client.query('DROP TABLE IF EXISTS filler');
      await client.query('DROP TABLESPACE IF EXISTS small');
      spawnSync('umount', [disk]);
      fs.rmdirSync(disk);
    }
  });

  it('a server that goes away in the middle ends the run', async () => {
    const dying = await startPostgres(major);
    try {
      const at = folder({ ...schemas('a', 'b'), 'm/002.sql': 'SELECT pg_sleep(60);\n' });
      const running = begin(at, 'm', ...QUICK, '--url', dying.url);
      await running.said('✓ 001.sql');
      await sleep(300);
      const stopped = performance.now();
      await dying.stop();
      const { code, stdout, stderr } = await running.ended;
      expect((performance.now() - stopped) / 1000).toBeLessThan(20);
      expect(stdout).toMatch(/error m\/002\.sql: the connection was lost: /);
      expect(stdout).toContain('✓ 001.sql');
      expect(stderr).toBe('');
      expect(code).toBe(2);
    } finally {
      await dying.stop().catch(() => undefined);
    }
  });
});
