/** What goes on inside of a run: workers, writing, interruption, size. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { rewrite } from 'idempotify';
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveOptions, runRewrite } from '../../packages/cli/src/commands/rewrite.ts';
import { unifiedDiff } from '../../packages/cli/src/diff.ts';
import { runPool } from '../../packages/cli/src/engine/pool.ts';
import type { Job, JobResult } from '../../packages/cli/src/engine/protocol.ts';
import { decodeMigration } from '@idempotify/core';
import { WriteError, replaceFile } from '../../packages/cli/src/files/write.ts';
import { printable } from '../../packages/cli/src/terminal.ts';
import type { FileReport } from '../../packages/cli/src/results.ts';
import { REFUSED, RERUNNABLE, TABLE, bin, build, execute, folder, has, run, start, tree } from './harness.ts';

beforeAll(build);

const many = (
  count: number,
  text: (index: number) => string = (index) => TABLE.replace(' a ', ` t${index} `),
): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`m/${100_000 + index}.sql`, text(index)]));

describe('workers', () => {
  it('give the same as one thread, in the same order', () => {
    const files = many(150, (index) =>
      index % 7 === 0
        ? REFUSED
        : index % 5 === 0
          ? RERUNNABLE
          : index % 11 === 0
            ? 'CREAT;'
            : TABLE.replace(' a ', ` t${index} `),
    );
    const at = folder(files);
    const program = `import { rewrite } from ${JSON.stringify(path.join(path.dirname(bin), 'index.js'))};
      const [workers, outDir] = process.argv.slice(2);
      const { totals, ...report } = await rewrite({ paths: ['m'], outDir, workers: Number(workers), diff: true });
      console.log(JSON.stringify({ ...report, totals: { ...totals, ms: 0 } }));`;
    fs.writeFileSync(path.join(at, 'program.mjs'), program);
    const run = (workers: number): string => {
      const result = spawnSync(process.execPath, ['program.mjs', String(workers), `out${workers}`], {
        cwd: at,
        maxBuffer: 1 << 28,
      });
      expect(result.stderr.toString()).toBe('');
      return result.stdout.toString();
    };
    const [none, one, three] = [run(0), run(1), run(3)];
    expect(none.length).toBeGreaterThan(10_000);
    expect(one).toBe(none);
    expect(three).toBe(none);
    expect(tree(path.join(at, 'out1'))).toEqual(tree(path.join(at, 'out0')));
    expect(tree(path.join(at, 'out3'))).toEqual(tree(path.join(at, 'out0')));
    expect(Object.keys(tree(path.join(at, 'out3')))).toHaveLength(150);
  });

  const pool = async (
    paths: readonly string[],
    options: { guard?: string; workers?: number; signal?: AbortSignal } = {},
  ) => {
    const results = new Map<number, JobResult>();
    const jobs = paths.map((each, id): Job => ({ id, folder: 0, path: each, display: each }));
    const settings = {
      guard: (options.guard ?? 'shape') as 'shape',
      pgVersion: 14,
      folders: [],
      statements: 'all',
      diff: false,
      bytes: false,
    } as const;
    await runPool(
      {
        entry: new URL('./fixtures/crashing-worker.mjs', import.meta.url),
        workers: options.workers ?? 2,
        settings,
        ...(options.signal ? { signal: options.signal } : {}),
      },
      jobs,
      (result) => {
        expect(results.has(result.id)).toBe(false);
        results.set(result.id, result);
      },
    );
    return paths.map((_, id) => results.get(id));
  };

  it.each(['exit', 'throw'])('that die (%s) cost the file they were at, the others get their result', async (how) => {
    const paths = Array.from({ length: 100 }, (_, index) => (index % 33 === 7 ? `${how}${index}` : `f${index}`));
    const results = await pool(paths);
    results.forEach((result, index) => {
      if (index % 33 !== 7) expect(result).toMatchObject({ status: 'unchanged', notes: [`f${index}`] });
      else
        expect(result).toMatchObject({
          status: 'failed',
          reason: expect.stringContaining(
            how === 'throw' ? 'crashed on it: thrown outside' : 'crashed on it',
          ) as string,
        });
    });
  });

  it('that run out of memory cost the file they were at', () => {
    const entry = JSON.stringify(new URL('./fixtures/crashing-worker.mjs', import.meta.url).href);
    const program = `import { runPool } from ${JSON.stringify(path.join(path.dirname(bin), 'engine/pool.js'))};
      const jobs = ['a', 'memory', 'b', 'c'].map((path, id) => ({ id, folder: 0, path, display: path }));
      const results = [];
      await runPool({ entry: new URL(${entry}), workers: 1, settings: {} }, jobs, (result) => { results[result.id] = result; });
      console.log(JSON.stringify(results));`;
    const at = folder({ 'program.mjs': program });
    const result = spawnSync(process.execPath, ['--max-old-space-size=48', 'program.mjs'], { cwd: at });
    const results = JSON.parse(result.stdout.toString()) as JobResult[];
    expect(results.map((each) => each.status)).toEqual(['unchanged', 'failed', 'unchanged', 'unchanged']);
    expect(results[1]?.reason).toMatch(/memory/i);
  });

  it('that can not start are an error, not an endless loop', async () => {
    await expect(pool(['a', 'b', 'c'], { guard: 'cannot start' })).rejects.toThrow(
      /worker threads do not work: cannot start/,
    );
  });

  it('stop when they are told to', async () => {
    const controller = new AbortController();
    controller.abort();
    expect(await pool(['a', 'b'], { signal: controller.signal })).toEqual([undefined, undefined]);
  });
});

describe('replaceFile', () => {
  const bytes = (text: string): Uint8Array => Buffer.from(text);

  it('leaves a file alone that another program has changed meanwhile', async () => {
    const at = folder({ '1.sql': 'newer' });
    await expect(replaceFile(path.join(at, '1.sql'), bytes('older'), bytes('ours'))).rejects.toThrow(
      /was changed by another program meanwhile/,
    );
    expect(tree(at)).toEqual({ '1.sql': 'newer' });
  });

  it('says so when the file has gone', async () => {
    const at = folder();
    await expect(replaceFile(path.join(at, '1.sql'), bytes(''), bytes('ours'))).rejects.toThrow(
      new WriteError('can not be written: no such file or folder (ENOENT)'),
    );
    expect(tree(at)).toEqual({});
  });

  it('writes through a chain of links and keeps the mode', async () => {
    const at = folder({ 'real/1.sql': 'older' });
    fs.chmodSync(path.join(at, 'real/1.sql'), 0o751);
    fs.symlinkSync('real/1.sql', path.join(at, 'a.sql'));
    fs.symlinkSync('a.sql', path.join(at, 'b.sql'));
    await replaceFile(path.join(at, 'b.sql'), bytes('older'), bytes('ours'));
    expect(tree(at)).toEqual({ 'real/1.sql': 'ours', 'a.sql': '-> real/1.sql', 'b.sql': '-> a.sql' });
    expect(fs.statSync(path.join(at, 'real/1.sql')).mode & 0o777).toBe(0o751);
  });

  it('stops before the last step when it is told to', async () => {
    const at = folder({ '1.sql': 'older' });
    await expect(
      replaceFile(path.join(at, '1.sql'), bytes('older'), bytes('ours'), AbortSignal.abort()),
    ).rejects.toThrow();
    expect(tree(at)).toEqual({ '1.sql': 'older' });
  });
});

describe('a file that changes while we run', () => {
  it('is left as it is now, and reported; the others are written', async () => {
    const at = folder(many(5));
    const files: FileReport[] = [];
    const touched = path.join(at, 'm/100000.sql');
    const reporter = {
      start: () => undefined,
      file: (report: FileReport) => void files.push(report),
      error: () => undefined,
      end: () => undefined,
    };
    const summary = await runRewrite(await resolveOptions({ paths: ['m'], cwd: at, workers: 0 }), reporter, {
      statements: 'all',
      // it has been read by now and is not written yet
      onProgress: (done) => done === 1 && fs.appendFileSync(touched, '-- by an editor\n'),
    });
    expect(summary).toMatchObject({ exitCode: 2, totals: { files: { changed: 4, failed: 1 } } });
    expect(files[0]).toMatchObject({
      path: 'm/100000.sql',
      status: 'failed',
      reason: expect.stringContaining('changed by another program') as string,
    });
    expect(fs.readFileSync(touched, 'utf8')).toBe(`${TABLE.replace(' a ', ' t0 ')}-- by an editor\n`);
    expect(tree(at)['m/100001.sql']).toContain('DO ');
  });
});

describe('interruption', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s: every file is as it was or rewritten, nothing else is there, exit code %i',
    async (signal, code) => {
      const files = many(500, (index) =>
        Array.from({ length: 4 }, (_, n) => TABLE.replace(' a ', ` t${index}_${n} `)).join(''),
      );
      const expected = folder(files);
      const startedAt = performance.now();
      expect(run(expected, ['m', '--quiet']).code).toBe(0);
      const took = performance.now() - startedAt;
      const whole = tree(expected);
      const seen = new Set<string>();
      for (const delay of [0.15, 0.35, 0.5, 0.65, 0.8, 0.95].map((part) => part * took)) {
        const at = folder(files);
        const child = start(at, ['m', '--quiet']);
        const ended = new Promise<number | string | null>((resolve) =>
          child.on('exit', (exit, killed) => resolve(exit ?? killed)),
        );
        await new Promise((resolve) => setTimeout(resolve, delay));
        const late = child.exitCode !== null;
        child.kill(signal);
        const exit = await ended;
        if (late) expect(exit).toBe(0);
        // before the program has got to its first line, the signal ends it as any program
        else expect([code, signal]).toContain(exit);
        const after = tree(at);
        expect(Object.keys(after).sort()).toEqual(Object.keys(files).sort());
        for (const [name, text] of Object.entries(after)) {
          if (text !== files[name]) expect(text).toBe(whole[name]);
          seen.add(text === files[name] ? 'as it was' : 'rewritten');
        }
        if (exit === code) seen.add('interrupted');
      }
      expect(seen).toContain('interrupted');
      expect(seen).toContain('as it was');
    },
    120_000,
  );
});

describe('many files', () => {
  it('20,000 files: all of them, in order, in bounded memory', () => {
    const at = folder(many(20_000, (index) => `CREATE SCHEMA s${index};\n`));
    const measure = `process.on('exit', () => process.stderr.write('maxrss ' + process.resourceUsage().maxRSS));`;
    fs.writeFileSync(path.join(at, 'measure.mjs'), measure);
    const result = spawnSync(process.execPath, ['--import', './measure.mjs', bin, '--check', '--json', 'm'], {
      cwd: at,
      maxBuffer: 1 << 28,
    });
    expect(result.status).toBe(1);
    const report = JSON.parse(result.stdout.toString()) as {
      files: FileReport[];
      totals: { files: Record<string, number> };
    };
    expect(report.totals.files['changed']).toBe(20_000);
    expect(report.files.map((file) => file.path)).toEqual(
      Array.from({ length: 20_000 }, (_, index) => `m/${100_000 + index}.sql`),
    );
    // kilobytes
    expect(Number(/maxrss (\d+)/.exec(result.stderr.toString())?.[1])).toBeLessThan(600_000);
  }, 120_000);
});

describe('the API', () => {
  it('returns what was done and throws for no file', async () => {
    const at = folder({ 'm/001.sql': TABLE, 'm/002.sql': REFUSED, 'm/003.sql': Buffer.from([0xff, 0xfe, 0, 1]) });
    fs.symlinkSync('nowhere', path.join(at, 'm/004.sql'));
    const report = await rewrite({ paths: ['m', 'missing'], cwd: at });
    expect(report).toMatchObject({
      version: 1,
      mode: 'write',
      exitCode: 2,
      errors: [{ path: 'missing' }],
      ledgers: [{ tool: 'sql', checksums: false }],
    });
    expect(report.files.map((file) => [file.path, file.status])).toEqual([
      ['m/004.sql', 'failed'],
      ['m/001.sql', 'changed'],
      ['m/002.sql', 'unchanged'],
      ['m/003.sql', 'broken'],
    ]);
    expect(report.files[1]?.statements).toMatchObject([{ outcome: 'guarded', line: 1, column: 1 }]);
    expect(tree(at)['m/001.sql']).not.toBe(TABLE);
  });

  it('rewrites a text', async () => {
    const report = await rewrite({ stdin: { bytes: Buffer.from(TABLE) } });
    expect(report).toMatchObject({
      mode: 'stdin',
      exitCode: 0,
      files: [{ status: 'changed', text: expect.stringContaining('CREATE TABLE a') as string }],
    });
  });

  it('looks for no config file unless it is told to', async () => {
    const at = folder({ 'm/001.sql': TABLE, '.idempotifyrc.json': '{ "check": true }' });
    expect((await rewrite({ paths: ['m'], cwd: at, config: true })).mode).toBe('check');
    expect((await rewrite({ paths: ['m'], cwd: at })).mode).toBe('write');
  });

  it('throws for wrong options', async () => {
    await expect(rewrite({ guard: 'x' as 'shape' })).rejects.toThrow(/^rewrite\(\): "guard" must be/);
    await expect(rewrite({ pathes: ['m'] } as object)).rejects.toThrow(/no option "pathes"/);
    await expect(rewrite({ paths: ['m'], check: true, outDir: 'x' })).rejects.toThrow(/can not be used together/);
  });
});

describe('text', () => {
  it('is printed without anything that a terminal acts on', () => {
    expect(printable('a\n\r\t\x07\x1b[31m\x9b\u202e\u2028\ud800é🐘')).toBe(
      'a\\n\\r\\t\\x07\\x1b[31m\\x9b\\u{202e}\\u{2028}\\u{d800}é🐘',
    );
  });

  it('invalid UTF-8 is found at the right byte, line and column', () => {
    // every way to be wrong, behind text of every length and width
    const wrong = [
      [0x80],
      [0xc0, 0x80],
      [0xc3],
      [0xe2, 0x82],
      [0xe2, 0x28, 0xa1],
      [0xed, 0xa0, 0x80],
      [0xf0, 0x9f, 0x90],
      [0xf5, 0x80, 0x80, 0x80],
      [0xfe],
      [0xff],
    ];
    const right = ['', 'a', 'é', '€', '🐘', 'ab\ncd', 'é\r\n🐘x', '\ufeffx', '€'.repeat(100)];
    for (const bytes of wrong) {
      for (const before of right) {
        for (const after of ['', 'x', '\n€', '🐘🐘']) {
          const decoded = decodeMigration(Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]));
          const lines = before.split(/\r\n|\n/);
          expect({ bytes, before, after, decoded }).toMatchObject({
            decoded: {
              kind: 'broken',
              problem: { start: Buffer.byteLength(before), line: lines.length, column: lines.at(-1)!.length + 1 },
            },
          });
        }
      }
    }
  });

  it('a diff names unusual files as git does, and applies', () => {
    const at = folder();
    spawnSync('git', ['init', '-q'], { cwd: at });
    for (const name of ['plain.sql', 'with space.sql', 'tab\tquote".sql', 'back\\slash.sql', 'ü\n.sql']) {
      for (const [before, after] of [
        ['a\nb\n', 'a\nc\n'],
        ['a', 'a\n'],
        ['a\r\nb', 'x\r\na\r\nb'],
        ['x\n'.repeat(50), `${'x\n'.repeat(20)}y\n${'x\n'.repeat(30)}z`],
      ] as const) {
        fs.writeFileSync(path.join(at, name), before);
        const applied = spawnSync('git', ['apply', '--whitespace=nowarn', '-'], {
          cwd: at,
          input: unifiedDiff(name, before, after),
        });
        expect(applied.stderr.toString()).toBe('');
        expect(fs.readFileSync(path.join(at, name), 'utf8')).toBe(after);
      }
    }
    expect(unifiedDiff('x', 'a', 'a')).toBe('');
  });

  it('a diff that takes too long shows all lines as replaced, and applies', () => {
    const at = folder();
    spawnSync('git', ['init', '-q'], { cwd: at });
    const [before, after] = [0, 1].map((seed) =>
      Array.from({ length: 30_000 }, (_, index) => `${(index * 7919 + seed * 13) % 30_011}`).join('\n'),
    );
    fs.writeFileSync(path.join(at, 'x.sql'), before!);
    const diff = unifiedDiff('x.sql', before!, after!);
    expect(spawnSync('git', ['apply', '-'], { cwd: at, input: diff }).stderr.toString()).toBe('');
    expect(fs.readFileSync(path.join(at, 'x.sql'), 'utf8')).toBe(after);
  });
});

describe('output that nobody can take', () => {
  /** What the other stream says while one has lost its reader. */
  const deaf = async (at: string, closed: 'stdout' | 'stderr', ...args: string[]): Promise<[number | null, string]> => {
    const child = start(at, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child[closed]!.destroy();
    let said = '';
    child[closed === 'stdout' ? 'stderr' : 'stdout']!.on('data', (data: Buffer) => (said += data.toString()));
    return new Promise((resolve) => child.on('close', (code) => resolve([code, said])));
  };

  it('a reader that has gone is no fault, and the exit code is that of the work', async () => {
    const at = folder(many(3));
    for (const args of [['--help'], ['verify', '--help'], ['--version']])
      expect([args, await deaf(at, 'stdout', ...args)]).toEqual([args, [0, '']]);
    expect(await deaf(at, 'stdout', '--check', '--json', 'm')).toEqual([1, '']);
    expect(await deaf(at, 'stdout', 'verify', 'm', '--json', '--no-cache', '--shard', '4/4')).toEqual([0, '']);
    expect(await deaf(at, 'stderr', '--nonsense')).toEqual([2, '']);
    expect(await deaf(at, 'stderr', 'verify', '--merge')).toEqual([2, '']);
    expect(await deaf(at, 'stdout', 'm')).toEqual([0, '']);
    expect(Object.values(tree(at)).join('')).toContain('DO $idempotify$');
  });

  it.runIf(fs.existsSync('/dev/full'))('a full disk is told, and the work is done', () => {
    const at = folder(many(3));
    for (const args of ['--help', '--json m']) {
      const { code, stderr } = execute(at, 'sh', ['-c', `"${process.execPath}" "${bin}" ${args} > /dev/full`]);
      expect(stderr).toBe('error: standard output can not be written: no space left on the disk (ENOSPC)\n');
      expect(code).toBe(2);
    }
    expect(Object.values(tree(at)).join('')).toContain('DO $idempotify$');
  });
});

describe.runIf(has('script'))('on a terminal', () => {
  const onTerminal = (at: string, args: string): string =>
    execute(at, 'script', ['-qec', `"${process.execPath}" "${bin}" ${args}`, '/dev/null'], { env: { TERM: 'xterm' } })
      .stdout;

  it('shows progress when it takes longer, and takes it away', () => {
    const out = onTerminal(folder(many(1500)), '--check --quiet m');
    expect(out).toMatch(/\r\x1b\[2K\d+ of 1500 migrations …/);
    expect(out.split('\x1b[2K').at(-1)).toMatch(/1500 migrations: 1500 would be rewritten/);
  });

  it('shows none when it is quick, colours unless told otherwise, and nothing that a file could do to it', () => {
    const at = folder({ 'm/001.sql': `${TABLE}-- \x1b]0;title\x07\n` });
    const out = onTerminal(at, '--diff m');
    expect(out).not.toContain('migrations …');
    expect(out).toContain('\x1b[32m');
    expect(out).not.toContain('\x1b]0;');
    expect(out).toContain('\\x1b]0;title\\x07');
    expect(onTerminal(at, '--diff --no-color m')).not.toContain('\x1b');
  });
});
