/** What the linter keeps between runs, its threads, and what it does while somebody works: never another result. */
import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, folder, git, repository, run, start, write } from './harness.ts';

beforeAll(build);

type Report = import('idempotify').LintReport;

const DROP = 'DROP TABLE IF EXISTS a;\n';
const FINE = 'CREATE SCHEMA IF NOT EXISTS s;\n';
const NARROW = ['--preset', 'rerun', '--rule', 'ban-drop-table=warning', '--format', 'json'] as const;

function lint(cwd: string, args: readonly string[]): string[] {
  const { stdout, stderr } = run(cwd, ['lint', ...args]);
  if (!stdout.startsWith('{')) throw new Error(stderr);
  const { files } = JSON.parse(stdout) as Report;
  return files.flatMap((file) => file.findings.map(({ rule, line }) => `${file.path}:${line} ${rule}`));
}

const old = (at: string, file: string, seconds = 3600): void => {
  const time = Date.now() / 1000 - seconds;
  fs.utimesSync(path.join(at, file), time, time);
};

describe('the cache', () => {
  const cached = (at: string, ...args: string[]): string[] => lint(at, [...NARROW, '--cache-dir', 'cache', ...args]);
  const cacheFile = (at: string): string => {
    const [name] = fs.readdirSync(path.join(at, 'cache'));
    return path.join(at, 'cache', name!);
  };
  const project = (): string => {
    const at = folder({ 'migrations/1.sql': DROP, 'migrations/2.sql': FINE });
    old(at, 'migrations/1.sql');
    old(at, 'migrations/2.sql');
    return at;
  };
  const BEFORE = ['migrations/1.sql:1 ban-drop-table'];

  it('is used: what it says of an unchanged file is told', () => {
    const at = project();
    expect(cached(at)).toEqual(BEFORE);
    const text = fs.readFileSync(cacheFile(at), 'utf8');
    const rest = text.slice(text.indexOf('\n') + 1).replaceAll('"ban-drop-table"', '"from-the-cache"');
    const head = `idempotify lint 1 ${crc32(rest).toString(16).padStart(8, '0')}\n`;
    fs.writeFileSync(cacheFile(at), head + rest);
    expect(cached(at)).toEqual(['migrations/1.sql:1 from-the-cache']);
    write(at, { 'migrations/1.sql': `SELECT 1;\n${DROP}` });
    expect(cached(at)).toEqual(['migrations/1.sql:2 ban-drop-table']);
  });

  it('notices a changed file, also of the same size, also within the same second', () => {
    const at = project();
    cached(at);
    write(at, { 'migrations/2.sql': `SELECT 1;\n${DROP}` });
    expect(cached(at)).toEqual([...BEFORE, 'migrations/2.sql:2 ban-drop-table']);
    write(at, { 'migrations/2.sql': `SELECT 1\n;${DROP}`.replace('\n;', ';\n') });
    expect(cached(at)).toEqual([...BEFORE, 'migrations/2.sql:2 ban-drop-table']);
    for (let round = 0; round < 3; round++) {
      write(at, { 'migrations/2.sql': DROP.replace('TABLE', 'INDEX') });
      expect(cached(at)).toEqual(BEFORE);
      write(at, { 'migrations/2.sql': DROP });
      expect(cached(at)).toEqual([...BEFORE, 'migrations/2.sql:1 ban-drop-table']);
    }
  });

  it('holds after a checkout, when all files are new and nothing has changed', () => {
    const at = project();
    cached(at);
    write(at, { 'migrations/1.sql': DROP, 'migrations/2.sql': FINE });
    expect(cached(at)).toEqual(BEFORE);
  });

  it('notices other rules, another version of PostgreSQL, another tool', () => {
    const at = project();
    cached(at);
    expect(cached(at, '--rule', 'ban-drop-table=off')).toEqual([]);
    expect(cached(at)).toEqual(BEFORE);
    expect(cached(at, '--pg-version', '18', '--tool', 'goose')).not.toEqual(BEFORE);
    write(at, {
      '.idempotifyrc.json': JSON.stringify({
        lint: { overrides: [{ files: ['**/1.sql'], rules: { 'ban-drop-table': 'off' } }] },
      }),
    });
    expect(lint(at, ['--preset', 'rerun', '--format', 'json', '--cache-dir', 'cache'])).toEqual([]);
    fs.rmSync(path.join(at, '.idempotifyrc.json'));
    expect(cached(at)).toEqual(BEFORE);
  });

  it('counts as none when it is not whole', () => {
    const at = project();
    cached(at);
    const file = cacheFile(at);
    const text = fs.readFileSync(file, 'utf8');
    for (const broken of [
      '',
      'x',
      text.slice(0, -20),
      text.replace('ban-drop-table', 'ban-drop-tables'),
      text.replace('\n', ''),
    ]) {
      fs.writeFileSync(file, broken);
      expect(cached(at)).toEqual(BEFORE);
      expect(fs.readFileSync(file, 'utf8').length).toBe(text.length);
    }
  });

  it('that can not be written does no harm', () => {
    const at = project();
    write(at, { cache: 'a file' });
    expect(cached(at)).toEqual(BEFORE);
    expect(lint(at, [...NARROW, '--cache-dir', 'cache/below'])).toEqual(BEFORE);
  });

  it('forgets files that are gone, and keeps those that were not asked for', () => {
    const at = project();
    cached(at);
    cached(at, 'migrations/1.sql', '--no-history');
    fs.rmSync(path.join(at, 'migrations/2.sql'));
    write(at, { 'migrations/3.sql': FINE });
    expect(cached(at)).toEqual(BEFORE);
    const text = fs.readFileSync(cacheFile(at), 'utf8');
    expect([text.includes('1.sql'), text.includes('2.sql'), text.includes('3.sql')]).toEqual([true, false, true]);
  });

  it('a file that depends on the migrations before it is linted again when they change', () => {
    // whether the second file can be run again depends on what the first one made
    const rename = 'ALTER TABLE a RENAME COLUMN x TO y;\nUPDATE a SET y = y + 1;\n';
    const at = folder({ 'migrations/1.sql': 'CREATE TABLE IF NOT EXISTS a (x int);\n', 'migrations/2.sql': rename });
    for (const file of ['migrations/1.sql', 'migrations/2.sql']) old(at, file);
    const fresh = (): string[] => lint(at, [...NARROW, '--no-cache']);
    expect(cached(at)).toEqual(fresh());
    expect(cached(at)).toEqual(fresh());
    write(at, { 'migrations/1.sql': 'CREATE TABLE IF NOT EXISTS a (y int);\n' });
    expect(cached(at)).toEqual(fresh());
  });

  it('knows settings that lie beside a migration', () => {
    const name = 'migrations/2020-01-01-000000_a';
    const at = folder({
      'diesel.toml': '',
      [`${name}/up.sql`]: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a (x);\nSELECT 1;\n',
      [`${name}/down.sql`]: 'SELECT 1;\n',
    });
    old(at, `${name}/up.sql`);
    const both = (): void => {
      const args = ['--preset', 'strict', '--format', 'json'];
      expect(lint(at, [...args, '--cache-dir', 'cache'])).toEqual(lint(at, [...args, '--no-cache']));
    };
    both();
    write(at, { [`${name}/metadata.toml`]: 'run_in_transaction = false\n' });
    both();
  });

  it('of a staged text nothing is kept', () => {
    const at = repository({ 'migrations/1.sql': DROP });
    cached(at);
    write(at, { 'migrations/1.sql': `SELECT 1;\n${DROP}` });
    git(at, 'add', '-A');
    write(at, { 'migrations/1.sql': DROP });
    expect(cached(at, '--staged')).toEqual(['migrations/1.sql:2 ban-drop-table']);
    expect(cached(at)).toEqual(BEFORE);
  });

  it('lies in node_modules/.cache where there is one', () => {
    const at = project();
    fs.mkdirSync(path.join(at, 'node_modules'));
    lint(at, NARROW);
    expect(fs.readdirSync(path.join(at, 'node_modules/.cache/idempotify'))).toEqual([
      expect.stringMatching(/^lint-\w+\.cache$/),
    ]);
  });
});

describe('threads', () => {
  it('find the same as one, in the same order', () => {
    const files: Record<string, string> = {};
    for (let number = 1; number <= 400; number++)
      files[`migrations/${String(number).padStart(4, '0')}.sql`] =
        number % 3 === 0 ? DROP : `${FINE}UPDATE a SET n = n + ${number};\n`;
    const at = folder(files);
    const of = (...args: string[]): string[] => lint(at, [...NARROW, '--no-cache', ...args]);
    const alone = of('--workers', '0');
    expect(alone.length).toBeGreaterThan(100);
    expect(of('--workers', '3')).toEqual(alone);
    expect(of()).toEqual(alone);
  });
});

describe('--watch', () => {
  it('lints again when a file changes, until it is stopped', async () => {
    const at = folder({ 'migrations/1.sql': FINE });
    const child = start(at, ['lint', '--watch', '--no-cache', ...NARROW.slice(0, 4), 'migrations'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    child.stdout!.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    const until = async (pattern: RegExp): Promise<void> => {
      const deadline = Date.now() + 30_000;
      while (!pattern.test(text)) {
        if (Date.now() > deadline) throw new Error(`waited for ${pattern} in: ${text}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      text = '';
    };
    await until(/no findings in 1 file\n/);
    write(at, { 'migrations/2.sql': DROP });
    await until(/migrations\/2\.sql\n {2}1:1 {2}warning[\s\S]*in 1 of 2 files\n/);
    write(at, { 'migrations/1.sql': 'SELEC 1;\n' });
    await until(/migrations\/1\.sql\n {2}1:1 {2}error[\s\S]*in 2 of 2 files\n/);
    fs.rmSync(path.join(at, 'migrations/1.sql'));
    write(at, { 'migrations/2.sql': FINE });
    await until(/no findings in 1 file\n/);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
  });
});
