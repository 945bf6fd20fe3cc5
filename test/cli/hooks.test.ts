/** The hooks that `idempotify init` sets up, run by git through husky, lint-staged, pre-commit and on their own. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, execute, folder, git, has, run, write } from './harness.ts';
import {
  BAD,
  FIXABLE,
  FIXED,
  KINDS,
  type ProjectKind,
  commit,
  hookEnvironment,
  install,
  projectOf,
  version,
} from './project.ts';

beforeAll(build);

const read = (at: string, name: string): string => fs.readFileSync(path.join(at, name), 'utf8');
const committed = (at: string, name: string): string => git(at, 'show', `HEAD:${name}`);
const status = (at: string): string => git(at, 'status', '--porcelain');
const kind = (name: string): ProjectKind => KINDS.find((each) => each.name === name)!;

/** Writes migrations, and what their tool knows of them. */
function migrate(at: string, { journal }: ProjectKind, files: Readonly<Record<string, string>>): void {
  write(at, { ...files, ...journal?.(Object.keys(files)) });
}

/** `idempotify init`, committed. */
function init(at: string, ...args: readonly string[]): void {
  expect(run(at, ['init', '--yes', '--ci', 'none', ...args])).toMatchObject({ code: 0, stderr: '' });
  git(at, 'add', '-A');
  git(at, 'commit', '-q', '-m', 'set up', '--no-verify');
}

const node = (at: string, ...args: readonly string[]): void => {
  const { code, stderr } = execute(at, process.execPath, args, { env: hookEnvironment() });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
};

/** Each way to run the hook, put in place. */
const WAYS: Readonly<Record<string, (at: string) => void>> = {
  husky(at) {
    install(at, 'husky');
    init(at, '--hook', 'husky');
    node(at, 'node_modules/husky/bin.js'); // what `npm install` runs: the script "prepare"
  },
  'lint-staged'(at) {
    install(at, 'husky', 'lint-staged');
    write(at, { '.husky/pre-commit': 'npx --no-install lint-staged\n', '.lintstagedrc.json': '{}\n' });
    init(at);
    node(at, 'node_modules/husky/bin.js');
  },
  git(at) {
    install(at);
    init(at, '--hook', 'git');
  },
};

describe.each([
  ...KINDS.map((each) => ['husky', each.name] as const),
  ...['Prisma', 'Knex'].map((each) => ['lint-staged', each] as const),
  ['git', 'Drizzle'] as const,
])('%s, %s', (way, name) => {
  it('stops a bad commit; rewrites a staged migration and stages it again', () => {
    const tool = kind(name);
    const at = projectOf(tool);
    WAYS[way]!(at);
    const head = git(at, 'rev-parse', 'HEAD');

    migrate(at, tool, { [tool.next]: tool.content(BAD) });
    git(at, 'add', '-A');
    const bad = commit(at);
    expect(bad).toMatchObject({ done: false, said: expect.stringContaining('refused') });
    expect(git(at, 'rev-parse', 'HEAD')).toBe(head);
    expect(read(at, tool.next)).toBe(tool.content(BAD));

    migrate(at, tool, { [tool.next]: tool.content(FIXABLE) });
    git(at, 'add', '-A');
    const good = commit(at);
    expect(good).toMatchObject({ done: true });
    expect(committed(at, tool.next)).toBe(tool.content(FIXED));
    expect(read(at, tool.next)).toBe(tool.content(FIXED));
    expect(status(at)).toBe('');
  });
});

const MANY = (first: string, last: string): string =>
  `${first};\n\nSELECT 1;\n\nSELECT 2;\n\nSELECT 3;\n\nSELECT 4;\n${last}`;

describe.each(['husky', 'lint-staged'])('a file that is staged in part, %s', (way) => {
  const tool = kind('plain SQL');
  const prepared = (): string => {
    const at = projectOf(tool);
    WAYS[way]!(at);
    write(at, { [tool.next]: MANY(FIXABLE, '') });
    git(at, 'add', '-A');
    return at;
  };

  it('is committed as it is staged; the rest stays, unstaged', () => {
    const at = prepared();
    write(at, { [tool.next]: MANY(FIXABLE, '\nSELECT 5;\n'), [tool.other]: 'not staged' });
    expect(commit(at)).toMatchObject({ done: true });
    expect(committed(at, tool.next)).toBe(MANY(FIXED, ''));
    expect(read(at, tool.next)).toBe(MANY(FIXED, '\nSELECT 5;\n'));
    expect(status(at)).toBe(` M ${tool.next}\n?? ${tool.other}\n`);
  });

  it('is not mixed up where both are in the same place: no commit, and everything as it was', () => {
    const at = prepared();
    const work = MANY('CREATE SCHEMA bee', '');
    write(at, { [tool.next]: work });
    const before = [git(at, 'rev-parse', 'HEAD'), git(at, 'ls-files', '--stage')];
    expect(commit(at)).toMatchObject({ done: false });
    expect([git(at, 'rev-parse', 'HEAD'), git(at, 'ls-files', '--stage')]).toEqual(before);
    expect(read(at, tool.next)).toBe(work);
  });
});

// CI has neither Python nor pre-commit
describe.skipIf(!has('pre-commit'))('the pre-commit framework (skipped where it is not installed)', () => {
  let home: string;
  beforeAll(() => {
    home = folder();
  });
  const environment = (): NodeJS.ProcessEnv => ({ ...hookEnvironment(), PRE_COMMIT_HOME: home });
  const framework = (at: string, ...args: readonly string[]): ReturnType<typeof execute> =>
    execute(at, 'pre-commit', args, { env: environment() });
  const commits = (at: string): { done: boolean; said: string } => {
    const { code, stdout, stderr } = execute(at, 'git', ['commit', '-m', 'next'], { env: environment() });
    return { done: code === 0, said: stdout + stderr };
  };
  /** The registry has no idempotify of this checkout: the package is taken from a folder. */
  const fromFolder = (at: string, config: string): void => {
    const text = read(at, config);
    expect(text).toContain(`idempotify@${version}`);
    const home = path.join(at, 'node_modules/idempotify');
    write(at, { [config]: text.replaceAll(`idempotify@${version}`, home) });
  };

  const tool = kind('plain SQL');
  const prepared = (of = tool): string => {
    const at = projectOf(of, { '.pre-commit-config.yaml': '# ours\nrepos:\n- repo: local\n  hooks: []\n' });
    install(at);
    init(at);
    fromFolder(at, '.pre-commit-config.yaml');
    git(at, 'commit', '-qam', 'for the test');
    expect(framework(at, 'install')).toMatchObject({ code: 0 });
    return at;
  };

  it.each(['Prisma', 'Drizzle', 'Knex'])('%s: stops a bad commit; rewrites a staged migration', (name) => {
    const of = kind(name);
    const at = prepared(of);
    migrate(at, of, { [of.next]: of.content(BAD) });
    git(at, 'add', '-A');
    expect(commits(at)).toMatchObject({ done: false, said: expect.stringContaining('refused') });
    migrate(at, of, { [of.next]: of.content(FIXABLE) });
    git(at, 'add', '-A');
    expect(commits(at)).toMatchObject({ done: true });
    expect(committed(at, of.next)).toBe(of.content(FIXED));
    expect(status(at)).toBe('');
  });

  it('stops a bad commit; rewrites a staged migration and stages it again; never mixes up what is staged in part', () => {
    const at = prepared();
    expect(read(at, '.pre-commit-config.yaml')).toMatch(
      /^# ours\nrepos:\n- repo: local\n {2}hooks: \[\]\n- repo: local\n/,
    );
    write(at, { [tool.next]: `${BAD};\n` });
    git(at, 'add', '-A');
    expect(commits(at)).toMatchObject({ done: false, said: expect.stringContaining('refused') });

    write(at, { [tool.next]: MANY(FIXABLE, '') });
    git(at, 'add', '-A');
    write(at, { [tool.next]: MANY(FIXABLE, '\nSELECT 5;\n') });
    expect(commits(at)).toMatchObject({ done: true });
    expect(committed(at, tool.next)).toBe(MANY(FIXED, ''));
    expect(read(at, tool.next)).toBe(MANY(FIXED, '\nSELECT 5;\n'));

    write(at, { [tool.other]: MANY('CREATE SCHEMA c', '') });
    git(at, 'add', tool.other);
    const work = MANY('CREATE SCHEMA cee', '');
    write(at, { [tool.other]: work });
    const index = git(at, 'ls-files', '--stage');
    expect(commits(at)).toMatchObject({ done: false, said: expect.stringContaining('staged only in part') });
    expect(git(at, 'ls-files', '--stage')).toBe(index);
    expect(read(at, tool.other)).toBe(work);
  });

  it('runs the hooks of .pre-commit-hooks.yaml', () => {
    const source = folder();
    const manifest = path.resolve(import.meta.dirname, '../../.pre-commit-hooks.yaml');
    write(source, { '.pre-commit-hooks.yaml': fs.readFileSync(manifest) });
    git(source, 'init', '-q');
    git(source, 'add', '-A');
    git(source, 'commit', '-qm', 'hooks');
    git(source, 'tag', 'v1.0.0');
    const at = projectOf(tool, {
      '.pre-commit-config.yaml': `repos:\n  - repo: ${source}\n    rev: v1.0.0\n    hooks:\n      - id: idempotify-rewrite\n      - id: idempotify-lint\n`,
    });
    install(at); // npx takes what is installed in this version
    expect(framework(at, 'install')).toMatchObject({ code: 0 });
    write(at, { [tool.next]: `${FIXABLE};\n` });
    git(at, 'add', '-A');
    expect(commits(at)).toMatchObject({ done: true });
    expect(committed(at, tool.next)).toBe(`${FIXED};\n`);
    write(at, { [tool.other]: `${BAD};\n` });
    git(at, 'add', '-A');
    expect(commits(at)).toMatchObject({ done: false, said: expect.stringContaining('rerun-update') });
  });
});
