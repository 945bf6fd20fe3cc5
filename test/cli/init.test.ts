/** `idempotify init`: what it finds, what it writes, and that it can be undone to the byte. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Outcome, build, execute, folder, git, has, repository, run, tree, write } from './harness.ts';
import { FIXABLE, FIXED, KINDS, commit, hookEnvironment, install, projectOf, version } from './project.ts';

beforeAll(build);

const MIGRATION = { 'migrations/001_a.sql': 'CREATE SCHEMA IF NOT EXISTS a;\n' };
const init = (at: string, ...args: readonly string[]): Outcome => run(at, ['init', ...args]);
const read = (at: string, name: string): string => fs.readFileSync(path.join(at, name), 'utf8');
const fine = { code: 0, stderr: '' };
const plain = KINDS.at(-1)!;

/** Everything that there is, hooks included, with modes. */
function everything(at: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of fs.readdirSync(at, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(at, file);
    if (/^(?:node_modules|\.git\/(?:objects|logs|refs))\b/.test(name)) continue;
    const mode = (fs.lstatSync(file).mode & 0o7777).toString(8);
    found[name] = entry.isFile() ? `${mode} ${fs.readFileSync(file, 'latin1')}` : mode;
  }
  return found;
}

describe('what is found', () => {
  it.each(KINDS.map((kind) => [kind.name, kind] as const))('%s, also before there is a migration', (name, kind) => {
    const at = projectOf(kind);
    const { code, stdout, stderr } = init(at, '--yes');
    expect({ code, stderr }).toEqual(fine);
    const config = JSON.parse(read(at, '.idempotifyrc.json')) as { paths: string[] };
    expect(kind.next.startsWith(`${config.paths[0]}/`)).toBe(true);
    expect(config.paths).toHaveLength(1);
    if (name !== 'plain SQL') expect(stdout).toContain(`${name}`);
    expect(JSON.parse(read(at, 'package.json'))).toEqual({
      name: 'app',
      private: true,
      devDependencies: { idempotify: `^${version}` },
    });
    // the hook does not stand in the way while there are none
    expect(run(at, ['rewrite', '--staged'])).toMatchObject(fine);
    expect(run(at, ['lint', '--staged'])).toMatchObject(fine);
  });

  it('nothing: it says what to name', () => {
    const at = repository({ 'README.md': '' });
    expect(init(at, '--yes')).toMatchObject({ code: 2, stderr: expect.stringContaining('idempotify init FOLDER') });
    expect(init(at, '--yes', 'db/sql dir')).toMatchObject(fine);
    expect(JSON.parse(read(at, '.idempotifyrc.json'))).toEqual({ paths: ['db/sql dir'] });
    expect(init(at, '--yes', '..')).toMatchObject({ code: 2, stderr: expect.stringContaining('does not lie in') });
  });

  it('where the tool says that they will lie', () => {
    const at = repository({
      'drizzle.config.ts': "export default { dialect: 'postgresql', out: './db/sql' };\n",
      'knexfile.js': "module.exports = { migrations: { directory: 'db/js' } };\n",
    });
    expect(init(at, '--yes').stdout).toContain('Drizzle Kit in db/sql, which holds none yet\n  Knex in db/js, which');
  });

  it('in a monorepo, the folders that are called as those of migrations are', () => {
    const at = repository({
      'services/shop/prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
      'services/shop/prisma/migrations/20250101000000_a/migration.sql': 'SELECT 1;\n',
      'packages/db/migrations/001.sql': 'SELECT 1;\n',
      'packages/db/test/migrations/001.sql': 'SELECT 1;\n',
      'packages/db/queries/a.sql': 'SELECT 1;\n',
    });
    expect(init(at, '--yes').stdout).toContain('Prisma Migrate in services/shop/prisma/migrations');
    expect(JSON.parse(read(at, '.idempotifyrc.json'))).toEqual({
      paths: ['packages/db/migrations', 'services/shop/prisma/migrations'],
    });
  });

  it.each([
    ['package-lock.json', 'npx --no-install idempotify'],
    ['pnpm-lock.yaml', 'pnpm exec idempotify'],
    ['yarn.lock', 'yarn run idempotify'],
    ['bun.lock', 'bun run idempotify'],
  ])('%s: %s', (lock, call) => {
    const at = repository({ ...MIGRATION, 'package.json': '{}\n', [lock]: '' });
    expect(init(at, '--yes', '--ci', 'github')).toMatchObject(fine);
    expect(read(at, '.git/hooks/pre-commit')).toContain(
      `\n${call} rewrite --staged && ${call} lint --staged || exit 1\n`,
    );
    expect(read(at, '.github/workflows/idempotify.yml')).toContain(`- run: ${call} lint --since`);
  });

  it('what squawk was told', () => {
    const at = repository({
      ...MIGRATION,
      '.squawk.toml':
        'excluded_rules = ["ban-drop-table", "no-such-rule"]\nexcluded_paths = ["migrations/2019*"]\npg_version = "15.2"\nassume_in_transaction = true\n',
    });
    const { stdout } = init(at, '--yes', '--hook', 'none');
    expect(JSON.parse(read(at, '.idempotifyrc.json'))).toEqual({
      paths: ['migrations'],
      pgVersion: 15,
      lint: { rules: { 'ban-drop-table': 'off' }, ignore: ['migrations/2019*'] },
    });
    expect(stdout).toContain('squawk\'s rule "no-such-rule" has no counterpart here');
    expect(stdout).toContain('assume_in_transaction is not taken over');
    expect(run(at, ['lint', '--no-cache'])).toMatchObject(fine);
  });

  it('a broken package.json or squawk config is told', () => {
    const at = repository({ ...MIGRATION, 'package.json': '{' });
    expect(init(at, '--yes')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('package.json does not parse'),
    });
    write(at, { 'package.json': '{}', '.squawk.toml': '[' });
    expect(init(at, '--yes')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('.squawk.toml: does not parse'),
    });
  });
});

describe('nothing is written unasked', () => {
  it('--dry-run, and without a terminal', () => {
    const at = repository({ ...MIGRATION, 'package.json': '{}\n' });
    const before = everything(at);
    const shown = init(at, '--dry-run');
    expect(shown).toMatchObject({ ...fine, stdout: expect.stringContaining('+  "paths": ["migrations"]') });
    expect(shown.stdout).toContain('3 files would be written. Nothing was.');
    const { code, stdout, stderr } = init(at);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'error: nothing was written, because there is no terminal to ask at. Pass --yes to write this, or --dry-run to only see it\n',
    );
    expect(stdout).toContain('new .idempotifyrc.json');
    expect(everything(at)).toEqual(before);
  });

  it.skipIf(!has('script'))('at a terminal it asks (skipped where there is no program "script")', () => {
    const at = repository({ ...MIGRATION, 'package.json': '{}\n' });
    const answer = (...keys: readonly string[]): Outcome => {
      const bin = path.resolve(import.meta.dirname, '../../packages/cli/dist/bin.js');
      const command = `stty cols 100 rows 40; "${process.execPath}" "${bin}" init --no-color`;
      // each key when the question before it has been put
      const typed = keys.map((key) => `sleep 1.5; printf '${key}'`).join('; ');
      return execute(at, 'sh', ['-c', `(${typed}; sleep 1) | timeout 20 script -qec '${command}' /dev/null`]);
    };
    const before = everything(at);
    const no = answer('\\r', 'n');
    expect(no.stdout).toContain('What runs before a commit?');
    expect(no.stdout).toContain('Write 3 files, 1 of them over what is there?');
    expect(no.stdout).toContain('Nothing was written.');
    expect(everything(at)).toEqual(before);
    const yes = answer('\\r', 'y');
    expect(yes.stdout).toContain('3 files written.');
    expect(fs.existsSync(path.join(at, '.git/hooks/pre-commit'))).toBe(true);
  });

  it('wrong use', () => {
    const at = repository(MIGRATION);
    for (const args of [
      ['--hook', 'x'],
      ['--ci', 'x'],
      ['--yes', '--dry-run'],
      ['--undo', '--hook', 'git'],
      ['--nope'],
    ])
      expect(init(at, ...args)).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('without git', () => {
  it('it says what it needs, and does the rest', () => {
    const at = folder({ ...MIGRATION, 'package.json': '{}\n' });
    const before = everything(at);
    const { code, stderr } = init(at, '--yes');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: a hook needs a git repository, .* Run git init first, or pass --hook none/);
    expect(init(at, '--yes', '--hook', 'none', '--ci', 'github')).toMatchObject({ code: 2 });
    expect(everything(at)).toEqual(before);
    expect(init(at, '--yes', '--hook', 'none')).toMatchObject(fine);
    expect(read(at, '.idempotifyrc.json')).toBe('{\n  "paths": ["migrations"]\n}\n');
    expect(init(at, '--undo', '--yes')).toMatchObject(fine);
    expect(everything(at)).toEqual(before);
  });
});

describe('undo', () => {
  const full = (): string => {
    const at = projectOf(plain, {
      'package.json': '{\r\n\t"name": "app",\r\n\t"devDependencies": { "husky": "^9.1.7" }\r\n}\r\n',
      'eslint.config.js': 'module.exports = [];\n',
      '.gitlab-ci.yml': 'stages: [build]\njob:\n  script: exit 0',
      '.husky/pre-commit': 'npm test\n',
    });
    fs.chmodSync(path.join(at, '.husky/pre-commit'), 0o755);
    fs.chmodSync(path.join(at, 'package.json'), 0o600);
    return at;
  };

  it('everything is as it was before, to the byte and the mode', () => {
    const at = full();
    const before = everything(at);
    expect(init(at, '--yes', '--ci', 'github')).toMatchObject(fine);
    expect(fs.existsSync(path.join(at, '.github/workflows/idempotify.yml'))).toBe(true);
    expect(read(at, 'package.json')).toContain(`\r\n\t\t"idempotify": "^${version}"\r\n`);
    // once more, with something new
    expect(init(at, '--yes', '--ci', 'gitlab')).toMatchObject(fine);
    expect(init(at, '--undo', '--dry-run').stdout).toContain('Nothing was changed.');
    const { code, stdout } = init(at, '--undo', '--yes');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('6 files as before init.') });
    expect(everything(at)).toEqual(before);
    expect(init(at, '--undo', '--yes')).toMatchObject({ ...fine, stdout: expect.stringContaining('nothing to undo') });
  });

  it('what was changed since stays, and is named; it can be taken back later', () => {
    const at = full();
    const before = everything(at);
    init(at, '--yes');
    const ours = read(at, '.gitlab-ci.yml');
    write(at, { '.gitlab-ci.yml': `${ours}# mine\n`, '.idempotifyrc.json': '{}' });
    expect(init(at, '--undo')).toMatchObject({ code: 2, stderr: expect.stringContaining('Pass --yes') });
    const { code, stdout } = init(at, '--undo', '--yes');
    expect(code).toBe(1);
    expect(stdout).toContain('stays .gitlab-ci.yml: it was changed since');
    expect(stdout).toContain('stays .idempotifyrc.json');
    expect(read(at, '.gitlab-ci.yml')).toBe(`${ours}# mine\n`);
    expect(read(at, 'package.json')).toBe(before['package.json']!.slice(4));
    write(at, { '.gitlab-ci.yml': ours });
    fs.rmSync(path.join(at, '.idempotifyrc.json'));
    expect(init(at, '--undo', '--yes')).toMatchObject({ code: 0 });
    expect(everything(at)).toEqual(before);
  });

  it('when one file can not be written, none is', () => {
    const at = full();
    fs.chmodSync(path.join(at, '.gitlab-ci.yml'), 0o444);
    const before = everything(at);
    const { code, stderr } = init(at, '--yes');
    expect(code).toBe(2);
    expect(stderr).toMatch(/\.gitlab-ci\.yml can not be written: it is read-only\. Everything is as it was before\n$/);
    expect(everything(at)).toEqual(before);
  });

  it('a second run finds everything set up', () => {
    const at = full();
    init(at, '--yes');
    const before = everything(at);
    expect(init(at, '--yes').stdout).toContain('Everything is set up already: nothing to write.');
    expect(init(at)).toMatchObject({ code: 0 });
    expect(everything(at)).toEqual(before);
  });
});

describe('hook files that are there', () => {
  const hook = '.git/hooks/pre-commit';

  it('keep what they do, also where it ends the script', () => {
    const at = repository(MIGRATION);
    write(at, { [hook]: '#!/usr/bin/env bash\n# ours\n\nexit 0' });
    fs.chmodSync(path.join(at, hook), 0o755);
    expect(init(at, '--yes')).toMatchObject(fine);
    expect(read(at, hook)).toMatch(
      /^#!\/usr\/bin\/env bash\n# ours\n\n# idempotify: .*\nnpx --yes idempotify.* \|\| exit 1\nexit 0$/,
    );
  });

  it('in another language stay, and it says what to run', () => {
    const at = repository(MIGRATION);
    write(at, { [hook]: '#!/usr/bin/env python3\nprint()\n' });
    const { stdout } = init(at, '--yes');
    expect(stdout).toContain('.git/hooks/pre-commit is no shell script and stays as it is. Have it run: npx --yes');
    expect(read(at, hook)).toBe('#!/usr/bin/env python3\nprint()\n');
  });

  it('that are not executable are not run, and it says so', () => {
    const at = repository(MIGRATION);
    write(at, { [hook]: '#!/bin/sh\n' });
    fs.chmodSync(path.join(at, hook), 0o644);
    expect(init(at, '--yes').stdout).toContain('is not executable');
  });

  it('of husky 8 are begun as it wants', () => {
    const at = repository({
      ...MIGRATION,
      'package.json': '{}',
      '.husky/pre-commit': '#!/usr/bin/env sh\n. "$(dirname -- "$0")/_/husky.sh"\n\nnpm test\n',
    });
    init(at, '--yes');
    expect(read(at, '.husky/pre-commit')).toMatch(/husky\.sh"\n\n# idempotify.*\nnpx .*\nnpm test\n$/);
  });
});

describe('hook managers', () => {
  it('husky 4 is told what to run; hooks that lie outside of the repository are left alone', () => {
    const at = repository({ ...MIGRATION, 'package.json': '{"devDependencies":{"husky":"4"},"husky":{"hooks":{}}}' });
    const { code, stdout } = init(at, '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain('package.json holds hooks of husky 4 and stays as it is. Have its "pre-commit" run: npx');
    const other = repository(MIGRATION);
    git(other, 'config', 'core.hooksPath', folder());
    expect(init(other, '--yes')).toMatchObject({ code: 2, stderr: expect.stringContaining('(core.hooksPath)') });
  });

  it('husky is put in place where it is asked for', () => {
    const at = repository({ ...MIGRATION, 'package.json': '{"scripts":{"prepare":"tsc"}}' });
    expect(init(at, '--yes', '--hook', 'husky')).toMatchObject(fine);
    expect(JSON.parse(read(at, 'package.json'))).toMatchObject({
      scripts: { prepare: 'tsc && (husky)' },
      devDependencies: { husky: '^9.1.7' },
    });
    const bare = repository(MIGRATION);
    expect(init(bare, '--yes', '--hook', 'husky')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('husky needs a package.json'),
    });
  });

  it.each([
    ['package.json', '{"lint-staged":{"*.js":"x"}}', 'package.json'],
    ['.lintstagedrc.json', '{\n  "*.js": "x"\n}\n', '.lintstagedrc.json'],
    ['.lintstagedrc', '"*.js": x\n', '.lintstagedrc'],
    ['.lintstagedrc.yml', '# ours\n"*.js": x', '.lintstagedrc.yml'],
  ])('lint-staged in %s', (name, content, file) => {
    const at = repository({ ...MIGRATION, 'package.json': '{}', [name]: content });
    expect(init(at, '--yes')).toMatchObject(fine);
    const all = parse(read(at, file)) as Record<string, unknown>;
    expect(name === 'package.json' ? all['lint-staged'] : all).toMatchObject({
      '*.js': 'x',
      'migrations/**/*.{sql,js,ts,mjs,mts,cjs,cts}': ['idempotify rewrite', 'idempotify lint'],
    });
  });

  it('lint-staged in a program stays as it is, and the hook is another one', () => {
    const config = 'export default {};\n';
    const at = repository({
      ...MIGRATION,
      'package.json': '{}',
      'lint-staged.config.js': config,
      '.husky/pre-commit': 'npx lint-staged\n',
    });
    expect(init(at, '--yes')).toMatchObject(fine);
    expect(read(at, '.husky/pre-commit')).toContain('idempotify rewrite --staged');
    const { stdout } = init(at, '--yes', '--hook', 'lint-staged');
    expect(stdout).toContain(
      'Add to what it exports: "migrations/**/*.{sql,js,ts,mjs,mts,cjs,cts}": ["idempotify rewrite","idempotify lint"]',
    );
    expect(read(at, 'lint-staged.config.js')).toBe(config);
  });

  it('pre-commit in a form that is not edited', () => {
    const at = repository({ ...MIGRATION, '.pre-commit-config.yaml': 'repos: []\n' });
    const { code, stderr } = init(at, '--yes');
    expect(code).toBe(2);
    expect(stderr).toContain('can not be edited');
    expect(stderr).toContain('- repo: local');
  });
});

describe('where it works', () => {
  const inside = { 'packages/my db/migrations/001_a.sql': 'CREATE SCHEMA IF NOT EXISTS a;\n' };

  it.each(['husky', 'git'])('a package of a monorepo, with a space in its name: %s', (way) => {
    const at = repository({
      ...inside,
      '.gitignore': 'node_modules\n',
      'package.json': '{"workspaces":["packages/*"],"devDependencies":{"husky":"9"}}',
      'packages/my db/package.json': '{"name":"db"}\n',
    });
    const db = path.join(at, 'packages/my db');
    install(at, 'husky');
    expect(init(db, '--yes', '--hook', way, '--ci', 'github')).toMatchObject(fine);
    expect(tree(db)['.idempotifyrc.json']).toBe('{\n  "paths": ["migrations"]\n}\n');
    if (way === 'husky') execute(at, process.execPath, ['node_modules/husky/bin.js'], { env: hookEnvironment() });
    const workflow = parse(read(at, '.github/workflows/idempotify-packages-my-db.yml')) as {
      jobs: { idempotify: { steps: object[] } };
    };
    expect(workflow.jobs.idempotify.steps.at(-1)).toMatchObject({ 'working-directory': 'packages/my db' });
    git(at, 'config', 'user.name', 't');
    git(at, 'config', 'user.email', 't@example.org');
    write(db, { 'migrations/002_b.sql': `${FIXABLE};\n` });
    git(at, 'add', '-A');
    expect(commit(at)).toMatchObject({ done: true });
    expect(git(at, 'show', 'HEAD:packages/my db/migrations/002_b.sql')).toBe(`${FIXED};\n`);
    // something else in the repository has nothing to do with it
    write(at, { x: '' });
    git(at, 'add', '-A');
    expect(commit(at)).toMatchObject({ done: true });
    expect(init(db, '--undo', '--yes')).toMatchObject({ code: 0 });
    expect(fs.existsSync(path.join(at, '.github'))).toBe(false);
  });

  it('husky of a package: its script prepares the hooks at the top', () => {
    const at = repository({ ...inside, 'packages/my db/package.json': '{}' });
    const db = path.join(at, 'packages/my db');
    expect(init(db, '--yes', '--hook', 'husky')).toMatchObject(fine);
    const { scripts } = JSON.parse(read(db, 'package.json')) as { scripts: { prepare: string } };
    expect(scripts.prepare).toBe('cd ../.. && husky .husky');
    install(db, 'husky');
    execute(db, 'npm', ['run', 'prepare'], { env: hookEnvironment() });
    expect(git(at, 'config', 'core.hooksPath').trim()).toBe('.husky/_');
    expect(fs.existsSync(path.join(at, '.husky/pre-commit'))).toBe(true);
  });

  it('lint-staged and pre-commit at the top find the config of the package', () => {
    const at = repository({
      ...inside,
      'package.json': '{"lint-staged":{}}',
      'packages/my db/package.json': '{}',
    });
    const db = path.join(at, 'packages/my db');
    expect(init(db, '--yes', '--hook', 'lint-staged')).toMatchObject(fine);
    const config = 'packages/my db/.idempotifyrc.json';
    expect((JSON.parse(read(at, 'package.json')) as Record<string, object>)['lint-staged']).toEqual({
      'packages/my db/migrations/**/*.{sql,js,ts,mjs,mts,cjs,cts}': [
        `idempotify rewrite --config "${config}"`,
        `idempotify lint --config "${config}"`,
      ],
    });
    expect(init(db, '--yes', '--hook', 'pre-commit')).toMatchObject(fine);
    const { repos } = parse(read(at, '.pre-commit-config.yaml')) as { repos: { hooks: object[] }[] };
    expect(repos[0]!.hooks[0]).toMatchObject({ args: ['--config', config], files: '^packages/my db/migrations/' });
  });

  it('a git worktree', () => {
    const main = repository(MIGRATION);
    const at = path.join(folder(), 'work tree');
    git(main, 'worktree', 'add', '-q', '-b', 'other', at);
    expect(init(at, '--yes')).toMatchObject(fine);
    // git has one place for the hooks of all work trees
    expect(read(main, '.git/hooks/pre-commit')).toContain('rewrite --staged');
    expect(init(main, '--undo', '--yes').stdout).toContain('nothing to undo');
    expect(init(at, '--undo', '--yes')).toMatchObject(fine);
    expect(fs.existsSync(path.join(main, '.git/hooks/pre-commit'))).toBe(false);
    expect(git(at, 'status', '--porcelain')).toBe('');
  });
});

describe('CI files', () => {
  it('GitHub: the steps are those of the project', () => {
    const at = repository({ ...MIGRATION, '.github/x': '', 'package.json': '{}', 'package-lock.json': '{}' });
    init(at, '--yes');
    const { jobs, on } = parse(read(at, '.github/workflows/idempotify.yml')) as {
      on: string;
      jobs: { idempotify: { steps: { run?: string; with?: object }[] } };
    };
    expect(on).toBe('pull_request');
    expect(jobs.idempotify.steps.flatMap((step) => step.run ?? [])).toEqual([
      'npm ci',
      'npx --no-install idempotify lint --since origin/${{ github.base_ref }} --format github',
    ]);
    git(at, 'update-ref', 'refs/remotes/origin/main', 'HEAD');
    install(at);
    const last = jobs.idempotify.steps.at(-1)!.run!.replace('${{ github.base_ref }}', 'main');
    expect(execute(at, 'sh', ['-c', last]).code).toBe(0);
  });

  it('GitLab: a job is added, and everything else stays', () => {
    const own = '# ours\nstages:\n  - check\nx:\n  script:\n    - !reference [.a, script]\n';
    const at = repository({ ...MIGRATION, '.gitlab-ci.yml': own });
    init(at, '--yes');
    const text = read(at, '.gitlab-ci.yml');
    expect(text.startsWith(`${own}\nidempotify:\n  stage: "check"\n`)).toBe(true);
    const { idempotify } = parse(text, { logLevel: 'silent' }) as { idempotify: { script: string[] } };
    expect(idempotify.script).toEqual([
      `npx --yes idempotify@${version} lint --since "$CI_MERGE_REQUEST_DIFF_BASE_SHA" --format gitlab -o "$CI_PROJECT_DIR"/gl-code-quality.json`,
    ]);
    install(at);
    const env = { CI_MERGE_REQUEST_DIFF_BASE_SHA: git(at, 'rev-parse', 'HEAD').trim(), CI_PROJECT_DIR: at };
    expect(execute(at, 'sh', ['-c', idempotify.script[0]!], { env }).code).toBe(0);
    expect(JSON.parse(read(at, 'gl-code-quality.json'))).toEqual([]);
  });
});

it('--help has examples that run', () => {
  const { stdout } = run(folder(), ['init', '--help']);
  const examples = [...stdout.matchAll(/^ {2}\$ idempotify (.*?)(?: {2,}.*)?$/gm)].map((match) => match[1]!);
  expect(examples.length).toBe(5);
  for (const example of examples) {
    const at = repository({ 'migrations/001_a.sql': '' });
    const { code, stderr } = run(at, example.split(' '));
    // the one that asks has nobody to ask
    expect({ example, code }).toEqual({ example, code: example === 'init' ? 2 : 0 });
    expect(stderr).toEqual(example === 'init' ? expect.stringContaining('no terminal') : '');
  }
});
