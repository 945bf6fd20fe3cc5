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

/** Beside the cache of single files: the whole report, as long as nothing at all has changed. */
describe('what was told', () => {
  const DROP_SET = 'DROP TABLE a;\n';
  const TOLD = ['--preset', 'strict', '--format', 'gcc', '--cache-dir', '.told'];
  const history: Record<string, string> = {
    'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
    'prisma/migrations/20240101000000_a/migration.sql': DROP,
    'prisma/migrations/20240102000000_b/migration.sql': DROP_SET,
    'package.json': '{ "scripts": { "release": "prisma migrate deploy" } }',
    'deploy/run.sh': '#!/bin/sh\nprisma migrate deploy\n',
    '.github/CODEOWNERS': '',
  };
  const first = 'prisma/migrations/20240101000000_a/migration.sql';

  interface Case {
    readonly name: string;
    readonly change: (at: string) => void;
    /** Further arguments, before and after the change. */
    readonly args?: readonly string[];
    readonly after?: readonly string[];
    /** With git, and this in front of the first run. */
    readonly edit?: (at: string) => void;
    /** It is told again. Else the change shows in the report. */
    readonly same?: true;
  }
  const put =
    (file: string, text: string) =>
    (at: string): void =>
      write(at, { [file]: text });
  const noticed: readonly Case[] = [
    {
      name: 'a file of the same size with the same time',
      change: (at) => {
        const { atime, mtime } = fs.statSync(path.join(at, first));
        write(at, { [first]: DROP.replace('TABLE', 'INDEX') });
        fs.utimesSync(path.join(at, first), atime, mtime);
      },
    },
    {
      name: 'a file that was put in the place of another',
      change: (at) => {
        write(at, { other: DROP.replace('TABLE', 'INDEX') });
        fs.renameSync(path.join(at, 'other'), path.join(at, first));
      },
    },
    { name: 'a new file', change: put('prisma/migrations/20240103000000_c/migration.sql', DROP_SET) },
    { name: 'a file that is gone', change: (at) => fs.rmSync(path.join(at, first)) },
    {
      name: 'a folder with another name',
      change: (at) =>
        fs.renameSync(
          path.join(at, 'prisma/migrations/20240101000000_a'),
          path.join(at, 'prisma/migrations/20240109000000_a'),
        ),
    },
    {
      name: 'a lock file that is gone',
      change: (at) => fs.rmSync(path.join(at, 'prisma/migrations/migration_lock.toml')),
    },
    { name: 'another script', change: put('deploy/run.sh', '#!/bin/sh\nprisma migrate deploy || true\n') },
    { name: 'a file that deploys', change: put('Procfile', 'release: prisma migrate deploy || true\n') },
    {
      name: 'a workflow in a folder that was not there',
      change: put(
        '.github/workflows/x.yml',
        'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: prisma migrate deploy || true\n',
      ),
    },
    {
      name: 'a file of known findings',
      change: (at) =>
        expect(run(at, ['lint', 'prisma', '--preset', 'strict', '--update-ignores', '--no-cache']).code).toBe(0),
    },
    {
      name: 'a config file',
      change: put('.idempotifyrc.json', '{ "lint": { "rules": { "ban-drop-table": "off" } } }'),
    },
    { name: 'other options', change: () => {}, after: ['--rule', 'ban-drop-table=off'] },
    { name: 'another link', args: ['linked'], change: (at) => link(at, 'elsewhere') },
    {
      name: 'what git says of the same files',
      edit: put('prisma/migrations/20240102000000_b/migration.sql', `${DROP_SET}SELECT 1;\n`),
      change: (at) => git(at, 'commit', '-qam', 'edited'),
    },
    { name: 'nothing new', change: () => {}, same: true },
    {
      name: 'only the trace of a file that came and went',
      change: (at) => {
        write(at, { 'prisma/migrations/notes.txt': '' });
        fs.rmSync(path.join(at, 'prisma/migrations/notes.txt'));
      },
      same: true,
    },
  ];

  const link = (at: string, to: string): void => {
    fs.rmSync(path.join(at, 'linked'), { force: true });
    fs.symlinkSync(to, path.join(at, 'linked'));
  };
  const told = (at: string, ...args: readonly string[]): string => {
    const paths = args[0] === 'linked' ? args : ['prisma', ...args];
    const { stdout, stderr, code } = run(at, ['lint', ...paths]);
    expect(stderr).toBe('');
    expect(code).toBeLessThan(2);
    return stdout;
  };
  const outcomeFile = (at: string): string | undefined => {
    const name = fs.readdirSync(path.join(at, '.told')).find((each) => each.endsWith('.outcome'));
    return name === undefined ? undefined : path.join(at, '.told', name);
  };
  const places = new Map<string, string>();
  const place = (name: string): string => places.get(name)!;

  beforeAll(async () => {
    const make = (name: string, edit?: (at: string) => void): void => {
      const at = edit ? repository(history) : folder(history);
      edit?.(at);
      write(at, { 'elsewhere/1.sql': 'SELECT 1;\n' });
      fs.mkdirSync(path.join(at, '.told'));
      link(at, 'prisma/migrations');
      places.set(name, at);
    };
    for (const { name, edit } of noticed) make(name, edit);
    for (const name of ['future', 'broken', 'complete']) make(name);
    write(place('future'), { 'prisma/migrations/20990101000000_z/migration.sql': FINE });
    write(place('complete'), {
      'knexfile.js': "module.exports = { client: 'pg' };\n",
      'knex/20240101000000_a.js':
        'exports.up = (knex) => knex.schema.createTable("t", (table) => table.increments());\n',
      'drizzle/meta/_journal.json':
        '{ "version": "7", "dialect": "postgresql", "entries": [{ "idx": 0, "version": "7", "when": 1700000000000, "tag": "0000_a", "breakpoints": true }] }',
      'drizzle/0000_a.sql': FINE,
    });
    // what has changed just now may change again without a trace
    await new Promise((resolve) => setTimeout(resolve, 2200));
  });

  it.each(noticed)('when there is $name', ({ name, change, args = [], after = [], same }) => {
    const at = place(name);
    const before = told(at, ...args, ...TOLD);
    // a text of the same length in its place shows where it was told
    const file = outcomeFile(at)!;
    const bytes = fs.readFileSync(file, 'latin1');
    const head = bytes.indexOf('\n', bytes.indexOf('\n') + 1) + 1;
    expect(bytes.slice(head)).toBe(before);
    const mark = (text: string): string => text.replaceAll('warning: ', 'WARNING: ');
    fs.writeFileSync(file, bytes.slice(0, head) + mark(before), 'latin1');
    change(at);
    const now = told(at, ...args, ...TOLD, ...after);
    if (same) expect(now).toBe(mark(before));
    else {
      expect(now).not.toBe(before);
      expect(now).toBe(told(at, ...args, ...TOLD, ...after, '--no-cache'));
    }
  });

  it('is not kept where something has changed just now, lies in the future, or the content is asked for', () => {
    const now = folder(history);
    told(now, ...TOLD);
    expect(outcomeFile(now)).toBeUndefined();
    expect(told(place('future'), ...TOLD)).toContain('[future-timestamp]');
    expect(outcomeFile(place('future'))).toBeUndefined();
    told(place('broken'), ...TOLD, '--cache-strategy', 'content');
    expect(outcomeFile(place('broken'))).toBeUndefined();
  });

  it('counts as none when it is not whole', () => {
    const at = place('broken');
    const fresh = told(at, ...TOLD);
    const file = outcomeFile(at)!;
    const whole = fs.readFileSync(file, 'utf8');
    for (const broken of ['', 'x', '\n\n', whole.slice(0, -5), whole.replace('"exitCode":1', '"exitCode":0')]) {
      fs.writeFileSync(file, broken);
      expect(told(at, ...TOLD)).toBe(fresh);
      expect(fs.readFileSync(file, 'utf8')).toBe(whole);
    }
  });

  it('knows everything that a run has asked the disk for', () => {
    const at = place('complete');
    const log = path.join(folder(), 'log');
    const spy = `import fs from 'node:fs';
      const append = fs.appendFileSync;
      for (const name of ['statSync', 'lstatSync', 'existsSync', 'realpathSync', 'readdirSync', 'readlinkSync', 'readFileSync', 'openSync', 'accessSync', 'opendirSync', 'readdir', 'stat', 'lstat', 'readFile', 'access', 'realpath', 'opendir']) {
        const asked = fs[name];
        fs[name] = Object.assign((file, ...rest) => {
          if (process.env.IDEMPOTIFY_SPY) append(process.env.IDEMPOTIFY_SPY, String(file) + '\\n');
          return asked(file, ...rest);
        }, asked);
      }`;
    const imported = `--import=data:text/javascript,${encodeURIComponent(spy)}`;
    const { code } = run(
      at,
      ['lint', 'prisma', 'linked', 'knex', 'drizzle', 'drizzle/0000_a.sql', ...TOLD, '--workers', '1'],
      {
        env: { NODE_OPTIONS: imported, IDEMPOTIFY_SPY: log },
      },
    );
    expect(code).toBeLessThan(2);
    const [, kept = ''] = fs.readFileSync(outcomeFile(at)!, 'utf8').split('\n');
    const { kinds, places, contents, listings } = JSON.parse(kept) as Record<string, [string][]>;
    const known = new Set([kinds, places, contents, listings].flatMap((list) => list!.map(([file]) => file)));
    expect(known.size).toBeGreaterThan(20);
    const asked = new Set(fs.readFileSync(log, 'utf8').trim().split('\n'));
    const missing = [...asked].filter(
      (file) =>
        file.startsWith(at + path.sep) &&
        !known.has(file) &&
        !file.includes('.told') &&
        // where these lie, and what they say, is asked anew in every run
        !/(?:^|[\\/])(?:node_modules|\.idempotifyrc\.json|idempotify\.config\.\w+|\.git)$/.test(file),
    );
    expect(asked.size).toBeGreaterThan(30);
    expect(missing).toEqual([]);
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
