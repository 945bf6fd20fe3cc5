/** `idempotify --staged`: what is staged is rewritten and staged again; what is not staged stays as it is, and unstaged. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { stagedChanges } from '../../packages/cli/src/changes.ts';
import { restage } from '../../packages/cli/src/restage.ts';
import { RERUNNABLE, REFUSED, bin, build, execute, folder, git, json, repository, run, write } from './harness.ts';

beforeAll(build);

const FILE = 'migrations/002_b.sql';
const B = 'CREATE SCHEMA b;\n';
const C = 'CREATE SCHEMA c;\n';
const GUARDED = 'CREATE SCHEMA IF NOT EXISTS';

const project = (): string => repository({ 'migrations/001_a.sql': RERUNNABLE, 'README.md': '# x\n' });
const read = (at: string, name = FILE): string => fs.readFileSync(path.join(at, name), 'utf8');
const staged = (at: string, name = FILE): string => git(at, 'show', `:${name}`);
const status = (at: string): string => git(at, 'status', '--porcelain');
const state = (at: string): string[] => [git(at, 'ls-files', '--stage'), status(at), read(at)];

/** A repository whose hook rewrites. */
function hooked(at: string): string {
  write(at, { '.git/hooks/pre-commit': `#!/bin/sh\nexec "${process.execPath}" "${bin}" --staged\n` });
  fs.chmodSync(path.join(at, '.git/hooks/pre-commit'), 0o755);
  return at;
}

it('rewrites a staged file in the index and in the work tree', () => {
  const at = project();
  write(at, { [FILE]: B, 'migrations/003_c.sql': B });
  git(at, 'add', FILE);
  const { code, stdout, stderr } = run(at, ['--staged']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('rewritten migrations/002_b.sql');
  expect(staged(at)).toContain(GUARDED);
  expect(read(at)).toBe(staged(at));
  // what is not staged is nobody's business
  expect(read(at, 'migrations/003_c.sql')).toBe(B);
  expect(status(at)).toBe(`A  ${FILE}\n?? migrations/003_c.sql\n`);
  expect(run(at, ['--staged'])).toMatchObject({ code: 0, stderr: '' });
});

it('--check and --diff only look', () => {
  const at = project();
  write(at, { [FILE]: B });
  git(at, 'add', FILE);
  write(at, { [FILE]: RERUNNABLE });
  const before = state(at);
  expect(run(at, ['--staged', '--check'])).toMatchObject({ code: 1, stderr: '' });
  const { stdout } = run(at, ['--staged', '--diff']);
  expect(stdout).toContain(`+${GUARDED}`);
  expect(state(at)).toEqual(before);
});

describe('a file that is staged in part', () => {
  const partial = (work: string): string => {
    const at = project();
    write(at, { [FILE]: `-- one\n\n${B}\n\n-- two\n` });
    git(at, 'add', FILE);
    write(at, { [FILE]: work });
    return at;
  };

  it('keeps what is not staged in the work tree, unstaged', () => {
    const more = 'CREATE TABLE later (id int);\n';
    const at = partial(`-- one\n\n${B}\n\n-- two\n${more}`);
    const kept = git(at, 'diff');
    expect(run(at, ['--staged'])).toMatchObject({ code: 0, stderr: '' });
    expect(staged(at)).toContain(GUARDED);
    expect(staged(at)).not.toContain('later');
    expect(read(at)).toBe(staged(at) + more);
    const changes = (diff: string): string[] => diff.split('\n').filter((line) => /^[-+][^-+]/.test(line));
    expect(changes(git(at, 'diff'))).toEqual(changes(kept));
  });

  it('is left alone where both are in the same place', () => {
    const at = partial(`-- one\n\n${B.replace('b;', 'bee;')}\n\n-- two\n`);
    write(at, { 'migrations/003_c.sql': C });
    git(at, 'add', 'migrations/003_c.sql');
    const before = [staged(at), read(at)];
    const { code, stdout } = run(at, ['--staged']);
    expect(code).toBe(2);
    expect(stdout).toContain(`error ${FILE} is staged only in part`);
    expect([staged(at), read(at)]).toEqual(before);
    expect(staged(at, 'migrations/003_c.sql')).toContain(GUARDED);
  });

  it('is committed as it is staged, when the work tree has no such file any more', () => {
    const at = partial('');
    fs.rmSync(path.join(at, FILE));
    expect(run(at, ['--staged'])).toMatchObject({ code: 0, stderr: '' });
    expect(staged(at)).toContain(GUARDED);
    expect(fs.existsSync(path.join(at, FILE))).toBe(false);
  });

  it('is no matter when the edits are the rewriting itself', () => {
    const at = partial('');
    run(at, [FILE]);
    write(at, { [FILE]: run(at, ['--stdin', '--stdin-filepath', FILE], { input: staged(at) }).stdout });
    expect(run(at, ['--staged'])).toMatchObject({ code: 0, stderr: '' });
    expect(status(at)).toBe(`A  ${FILE}\n`);
  });
});

it('interrupted at any moment: all of it is done, or everything is as it was', async () => {
  const outcomes = new Set<boolean>();
  for (let moment = 0; moment < 8; moment++) {
    const at = project();
    const other = 'migrations/003_c.sql';
    write(at, { [FILE]: B, [other]: C });
    git(at, 'add', '-A');
    const before = [...state(at), read(at, other)];
    let asked = 0;
    const signal = Object.assign(new AbortController().signal, {});
    Object.defineProperty(signal, 'aborted', { get: () => asked++ >= moment });
    signal.throwIfAborted = () => {
      if (signal.aborted) throw new Error('aborted');
    };
    const changes = stagedChanges([at], '--staged');
    const files = [FILE, other].map((name) => ({
      path: path.join(at, name),
      after: Buffer.from(read(at, name).replace('SCHEMA', 'SCHEMA IF NOT EXISTS')),
    }));
    await restage({ files, staged: changes, again: () => undefined, signal });
    const after = [...state(at), read(at, other)];
    const done = staged(at).includes(GUARDED);
    outcomes.add(done);
    if (done)
      expect([read(at), read(at, other), status(at)]).toEqual([
        staged(at),
        staged(at, other),
        `A  ${FILE}\nA  ${other}\n`,
      ]);
    else expect(after).toEqual(before);
    expect(fs.readdirSync(path.join(at, 'migrations'))).toHaveLength(3);
  }
  expect(outcomes.size).toBe(2);
});

it('another git at work: everything stays as it was', () => {
  const at = project();
  write(at, { [FILE]: B, 'migrations/003_c.sql': C });
  git(at, 'add', '-A');
  write(at, { '.git/index.lock': '' });
  const before = state(at);
  const { code, stdout } = run(at, ['--staged']);
  expect(code).toBe(2);
  expect(stdout).toContain(`${FILE} is staged as it was, because git says`);
  fs.rmSync(path.join(at, '.git/index.lock'));
  expect(state(at)).toEqual(before);
});

it('line endings and modes stay', () => {
  const at = project();
  git(at, 'config', 'core.autocrlf', 'true');
  const crlf = `-- x\n${B}`.replaceAll('\n', '\r\n');
  // one as git would check it out, one with the endings of the repository
  write(at, { [FILE]: crlf, 'migrations/003_c.sql': C });
  fs.chmodSync(path.join(at, FILE), 0o755);
  git(at, '-c', 'core.safecrlf=false', 'add', '-A');
  expect(run(at, ['--staged'])).toMatchObject({ code: 0, stderr: '' });
  expect(staged(at)).toContain(GUARDED);
  expect(staged(at)).not.toContain('\r');
  expect(read(at)).toBe(staged(at).replaceAll('\n', '\r\n'));
  expect(read(at, 'migrations/003_c.sql')).toBe(staged(at, 'migrations/003_c.sql'));
  expect(git(at, 'ls-files', '--stage', FILE)).toMatch(/^100755 /);
  expect(fs.statSync(path.join(at, FILE)).mode & 0o777).toBe(0o755);
  expect(git(at, 'diff', '--stat')).toBe('');
});

it('the migrations before are those that are committed with it', () => {
  const at = project();
  write(at, {
    'migrations/002_t.sql': 'CREATE TABLE t (id int);\n',
    'migrations/003_t.sql': 'ALTER TABLE t RENAME id TO k;\n',
  });
  git(at, 'add', '-A');
  write(at, { 'migrations/002_t.sql': 'nonsense;\n' });
  expect(run(at, ['--staged']).code).toBe(2); // 002 can't be merged
  expect(staged(at, 'migrations/003_t.sql')).toContain('DO $');
});

describe('in a hook', () => {
  const committed = (at: string, name = FILE): string => git(at, 'show', `HEAD:${name}`);

  it('of the first commit, of a commit of everything, of an amended one', () => {
    const at = folder();
    git(at, 'init', '-q');
    hooked(at);
    write(at, { [FILE]: B });
    git(at, 'add', '-A');
    git(at, 'commit', '-qm', 'one');
    expect(committed(at)).toContain(GUARDED);
    write(at, { [FILE]: `${B}\n` });
    git(at, 'commit', '-qam', 'two');
    expect(committed(at)).toBe(`${GUARDED} b;\n\n`);
    write(at, { [FILE]: `${B}\n\n` });
    git(at, 'commit', '-qa', '--amend', '--no-edit');
    expect(committed(at)).toBe(`${GUARDED} b;\n\n\n`);
    expect(status(at)).toBe('');
  });

  it('of git commit FILE: that file is rewritten, what else is staged is not touched', () => {
    const at = hooked(project());
    write(at, { [FILE]: B, 'migrations/003_c.sql': C });
    git(at, 'add', '-A');
    git(at, 'commit', '-qm', 'one file', FILE);
    expect(committed(at)).toContain(GUARDED);
    expect(status(at)).toBe('A  migrations/003_c.sql\n');
    expect(read(at)).toBe(committed(at));
    expect(staged(at, 'migrations/003_c.sql')).not.toContain(GUARDED);
  });

  it('a statement without a rerunnable form stops the commit', () => {
    const at = hooked(project());
    write(at, { [FILE]: REFUSED });
    git(at, 'add', '-A');
    expect(() => git(at, 'commit', '-qm', 'bad')).toThrow('refused');
    expect(git(at, 'log', '--format=%s')).toBe('first\n');
  });

  it('in a worktree and in a submodule', () => {
    const main = hooked(project());
    const tree = path.join(folder(), 'a tree');
    git(main, 'worktree', 'add', '-q', '-b', 'other', tree);
    write(tree, { [FILE]: B });
    git(tree, 'add', '-A');
    git(tree, 'commit', '-qm', 'in the worktree');
    expect(committed(tree)).toContain(GUARDED);
    const outer = repository({ x: '' });
    git(outer, 'submodule', 'add', '-q', main, 'sub');
    const sub = path.join(outer, 'sub');
    write(sub, { 'migrations/004_d.sql': B });
    git(sub, 'add', '-A');
    expect(run(sub, ['--staged'])).toMatchObject({ code: 0, stderr: '' });
    expect(staged(sub, 'migrations/004_d.sql')).toContain(GUARDED);
    write(sub, { 'migrations/005_e.sql': C });
    git(sub, 'add', '-A');
    const env = { GIT_INDEX_FILE: path.join(outer, '.git/index') };
    expect(run(outer, ['--staged', 'sub/migrations'], { env })).toMatchObject({ code: 0, stderr: '' });
    expect(staged(sub, 'migrations/005_e.sql')).toContain(GUARDED);
    git(sub, 'reset', '-q', '--hard');
    write(sub, { 'migrations/004_d.sql': RERUNNABLE });
    git(sub, 'add', '-A');
    // from above, too, it is the submodule's index that counts
    expect(json(outer, ['--staged', 'sub/migrations']).files).toMatchObject([{ status: 'unchanged' }]);
  });
});

describe('nothing to do is nothing wrong', () => {
  it.each([['--staged'], ['lint', '--staged']])('%s', (...args) => {
    const silent = { code: 0, stdout: '', stderr: '' };
    const empty = repository({ 'README.md': '' });
    expect(run(empty, args)).toEqual(silent);
    expect(run(empty, [...args, 'drizzle'])).toEqual(silent);
    write(empty, { 'drizzle/meta/x.json': '{}' });
    expect(run(empty, [...args, 'drizzle'])).toEqual(silent);
    const at = project();
    write(at, { 'migrations/001_a.down.sql': '', 'README.md': '# y' });
    git(at, 'add', 'README.md');
    expect(run(at, args)).toEqual(silent);
  });

  it('what is added without content is not staged', () => {
    const at = project();
    write(at, { [FILE]: B });
    git(at, 'add', '--intent-to-add', FILE);
    expect(json(at, ['--staged']).files).toEqual([]);
    expect(run(at, ['lint', '--staged'])).toMatchObject({ code: 0 });
  });
});

it('says what it needs', () => {
  const at = folder({ 'migrations/1.sql': B });
  expect(run(at, ['--staged'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--staged needs a git repository'),
  });
  for (const other of [['--all'], ['--out-dir', 'x'], ['--stdin']])
    expect(run(at, ['--staged', ...other])).toMatchObject({ code: 2, stderr: expect.stringContaining('--staged') });
  expect(execute(at, 'ls', []).stdout).toBe('migrations\n');
});
