/** What is committed and unchanged is left alone. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { TABLE, build, folder, git, json, repository, run, tree, write } from './harness.ts';

beforeAll(build);

const statuses = (report: { files: readonly { path: string; status: string }[] }): Record<string, string> =>
  Object.fromEntries(report.files.map((file) => [file.path, file.status]));

const migration = (name: string): string => TABLE.replace(' a ', ` ${name} `);

describe('in a repository', () => {
  const project = (): string =>
    repository({
      'app/m/001.sql': migration('a'),
      'app/m/002.sql': migration('b'),
      'app/m/003.sql': migration('c'),
      'app/m/004.sql': migration('d'),
      '.gitignore': '*.local.sql\nignored/\n',
    });

  it('leaves committed files alone and rewrites new, changed, staged and ignored ones', () => {
    const at = project();
    write(at, {
      'app/m/002.sql': `-- changed\n${migration('b')}`,
      'app/m/005 ü\n.sql': migration('e'),
      'app/m/006.sql': migration('f'),
      'app/m/007.local.sql': migration('g'),
      'app/m/ignored/008.sql': migration('h'),
    });
    fs.appendFileSync(path.join(at, 'app/m/003.sql'), '-- staged\n');
    git(at, 'add', 'app/m/003.sql', 'app/m/006.sql');
    const report = json(at, ['--check', 'app/m']);
    expect(statuses(report)).toEqual({
      'app/m/001.sql': 'committed',
      'app/m/002.sql': 'changed',
      'app/m/003.sql': 'changed',
      'app/m/004.sql': 'committed',
      'app/m/005 ü\n.sql': 'changed',
      'app/m/006.sql': 'changed',
      'app/m/007.local.sql': 'changed',
      'app/m/ignored/008.sql': 'changed',
    });
    const { stdout } = run(at, ['app/m']);
    expect(stdout).toContain('2 already committed, left alone (--all rewrites them too)');
    expect(stdout).toContain('rewritten app/m/005 ü\\n.sql');
    expect(tree(at)['app/m/001.sql']).toBe(migration('a'));
    expect(tree(at)['app/m/006.sql']).not.toBe(migration('f'));
  });

  it('--check is fine when everything is committed, whatever it is', () => {
    const at = project();
    expect(run(at, ['--check', 'app/m']).code).toBe(0);
    expect(run(at, ['--check', '--all', 'app/m']).code).toBe(1);
  });

  it('--all, --out-dir and naming the file itself rewrite committed files; a pattern does not name', () => {
    const at = project();
    expect(statuses(json(at, ['--check', 'app/m/*.sql']))).toMatchObject({ 'app/m/001.sql': 'committed' });
    expect(statuses(json(at, ['--check', 'app/m', 'app/m/002.sql']))).toMatchObject({
      'app/m/001.sql': 'committed',
      'app/m/002.sql': 'changed',
    });
    expect(json(at, ['app/m', '--out-dir', 'out']).totals.files).toMatchObject({ changed: 4, committed: 0 });
    run(at, ['app/m/003.sql']);
    expect(tree(at)['app/m/003.sql']).not.toBe(migration('c'));
    expect(tree(at)['app/m/004.sql']).toBe(migration('d'));
    run(at, ['--all', 'app/m']);
    expect(tree(at)['app/m/004.sql']).not.toBe(migration('d'));
  });

  it('works from subfolders, through links, and with relative and absolute paths', () => {
    const at = project();
    const elsewhere = folder();
    fs.symlinkSync(path.join(at, 'app'), path.join(elsewhere, 'link'));
    for (const [cwd, argument] of [
      [path.join(at, 'app/m'), '.'],
      [path.join(at, 'app'), '../app/m/'],
      [elsewhere, path.join(at, 'app/m')],
      [elsewhere, 'link/m'],
    ] as const) {
      expect(json(cwd, ['--check', argument]).totals.files).toMatchObject({ committed: 4, changed: 0 });
    }
  });

  it('works in a hook, where git has set its variables', () => {
    const at = project();
    write(at, { 'app/m/009.sql': migration('i') });
    git(at, 'add', '-A');
    const report = run(at, ['--json', '--check', 'app/m'], {
      env: { GIT_DIR: '.git', GIT_INDEX_FILE: '.git/index.lock', GIT_WORK_TREE: '.' },
    });
    expect(JSON.parse(report.stdout)).toMatchObject({ totals: { files: { committed: 4, changed: 1 } } });
  });

  it('works in a submodule, a worktree, and above them', () => {
    const inner = repository({ 'm/001.sql': migration('a') });
    const at = project();
    git(at, 'submodule', 'add', '-q', inner, 'sub');
    git(at, 'commit', '-q', '-m', 'submodule');
    write(at, { 'sub/m/002.sql': migration('b') });
    const expected = { 'sub/m/001.sql': 'committed', 'sub/m/002.sql': 'changed' };
    expect(statuses(json(at, ['--check', 'sub/m']))).toEqual(expected);
    expect(statuses(json(at, ['--check', '.']))).toEqual({
      'app/m/001.sql': 'committed',
      'app/m/002.sql': 'committed',
      'app/m/003.sql': 'committed',
      'app/m/004.sql': 'committed',
      ...expected,
    });
    const worktree = path.join(folder(), 'w');
    git(at, 'worktree', 'add', '-q', worktree);
    expect(json(worktree, ['--check', 'app/m']).totals.files).toMatchObject({ committed: 4 });
  });

  it('has no commit yet: everything is new', () => {
    const at = folder({ 'm/001.sql': TABLE });
    git(at, 'init', '-q');
    git(at, 'add', '-A');
    expect(statuses(json(at, ['--check', 'm']))).toEqual({ 'm/001.sql': 'changed' });
  });

  it('a changed mode is no change, a deleted file is none of ours', () => {
    const at = project();
    fs.chmodSync(path.join(at, 'app/m/001.sql'), 0o755);
    fs.rmSync(path.join(at, 'app/m/002.sql'));
    expect(json(at, ['--check', 'app/m']).totals.files).toMatchObject({ committed: 3, changed: 0 });
  });

  it('many folders are one call', () => {
    const files = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`p/${1000 + index}_x/migration.sql`, migration(`t${index}`)]),
    );
    const at = repository({ ...files, 'p/migration_lock.toml': 'provider = "postgresql"\n' });
    write(at, { 'p/1300_y/migration.sql': migration('y') });
    expect(json(at, ['--check', 'p']).totals.files).toMatchObject({ committed: 300, changed: 1 });
  });
});

describe('without git', () => {
  it('everything is rewritten outside of a repository', () => {
    const at = folder({ 'm/001.sql': TABLE });
    expect(run(at, ['m'], { env: { PATH: '/nowhere' } }).code).toBe(0);
    expect(tree(at)['m/001.sql']).not.toBe(TABLE);
  });

  it('nothing is rewritten in a repository that can not be asked, and it says so', () => {
    const at = repository({ 'm/001.sql': TABLE });
    const { code, stderr } = run(at, ['m'], { env: { PATH: '/nowhere' } });
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /1 file is left alone, because it is not known whether they are committed: git is not installed\. --all rewrites them anyway/,
    );
    expect(tree(at)['m/001.sql']).toBe(TABLE);

    fs.writeFileSync(path.join(at, '.git/HEAD'), 'damaged');
    const damaged = run(at, ['m']);
    expect(damaged.code).toBe(2);
    expect(damaged.stderr).toMatch(/git says "fatal: /);
    expect(tree(at)['m/001.sql']).toBe(TABLE);

    expect(run(at, ['m/001.sql'], { env: { PATH: '/nowhere' } }).code).toBe(0);
    expect(tree(at)['m/001.sql']).not.toBe(TABLE);
  });
});
