/** docs/setup.md: its commands run, its recipes work as written, and it says what init and action.yml really do. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { bin, build, execute, folder, git, run, write } from './harness.ts';
import { BAD, FIXABLE, FIXED, KINDS, commit, hookEnvironment, install, projectOf } from './project.ts';

beforeAll(build);

const root = path.resolve(import.meta.dirname, '../..');
const text = fs.readFileSync(path.join(root, 'docs/setup.md'), 'utf8');
const marked = (name: string): string =>
  new RegExp(`<!-- run: ${name.replaceAll('.', '\\.')} -->\\n\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(text)![1]!;
const plain = KINDS.at(-1)!;
const read = (at: string, name: string): string => fs.readFileSync(path.join(at, name), 'utf8');

const blocks = [...text.matchAll(/(?<!-->\n\n)```sh\n([\s\S]*?)```/g)].map((match) => match[1]!.trim());

/** npm as a machine without a network has it: everything is installed already, husky is the real one. */
function shell(at: string, script: string): ReturnType<typeof execute> {
  const program = `"${process.execPath}" "${bin}" "$@"`;
  const functions = [
    `idempotify() { ${program}; }`,
    'npm() { :; }',
    `npx() { if [ "$1" = husky ]; then shift; "${process.execPath}" "${path.join(root, 'node_modules/husky/bin.js')}" "$@"; else shift; shift; ${program}; fi; }`,
  ];
  return execute(at, 'sh', ['-c', `${functions.join('\n')}\n${script}`], { env: hookEnvironment() });
}

const project = (): string => {
  const at = projectOf(plain, {
    'db/scripts/001_a.sql': 'CREATE SCHEMA IF NOT EXISTS a;\n',
    'packages/db/migrations/001_a.sql': 'CREATE SCHEMA IF NOT EXISTS a;\n',
  });
  install(at);
  return at;
};

const commands = blocks.flatMap((block) => block.split('\n'));

it('has commands', () => expect(commands.length).toBeGreaterThan(12));

it.each(commands)('%s', (command) => {
  const at = project();
  const { code, stderr } = shell(at, command);
  // the one that asks has nobody to ask
  const asks = command === 'idempotify init';
  expect({ code, stderr }).toEqual({
    code: asks ? 2 : 0,
    stderr: asks ? (expect.stringContaining('--yes') as string) : '',
  });
});

/** A bad migration is stopped, and another one rewritten and committed. */
function works(at: string): void {
  write(at, { [plain.next]: `${BAD};\n` });
  git(at, 'add', plain.next);
  expect(commit(at)).toMatchObject({ done: false });
  write(at, { [plain.next]: `${FIXABLE};\n` });
  git(at, 'add', plain.next);
  expect(commit(at)).toMatchObject({ done: true });
  expect(git(at, 'show', `HEAD:${plain.next}`)).toBe(`${FIXED};\n`);
  expect(read(at, plain.next)).toBe(`${FIXED};\n`);
}

describe('recipes', () => {
  it('husky', () => {
    const at = project();
    const recipe = blocks.find((block) => block.includes('npx husky init'))!;
    expect(shell(at, recipe)).toMatchObject({ code: 0 });
    expect(read(at, '.husky/pre-commit').split('\n').slice(1)).toEqual([marked('husky').trim(), 'npm test', '']);
    write(at, { '.husky/pre-commit': read(at, '.husky/pre-commit').replace('npm test\n', '') }); // as the page says
    works(at);
  });

  it('lint-staged', () => {
    const at = project();
    install(at, 'husky', 'lint-staged');
    write(at, {
      '.lintstagedrc.json': marked('.lintstagedrc.json'),
      '.husky/pre-commit': 'npx --no-install lint-staged\n',
    });
    expect(shell(at, 'npx husky')).toMatchObject({ code: 0 });
    works(at);
  });

  it('pre-commit: what is shown is what init writes', () => {
    const at = project();
    expect(run(at, ['init', '--yes', '--hook', 'pre-commit'])).toMatchObject({ code: 0 });
    expect(read(at, '.pre-commit-config.yaml')).toBe(marked('.pre-commit-config.yaml'));
  });

  it('git alone', () => {
    const at = project();
    expect(shell(at, 'idempotify init --yes --hook git')).toMatchObject({ code: 0 });
    works(at);
  });

  it('GitLab: what is shown is what init writes', () => {
    const at = project();
    write(at, { 'package-lock.json': '{}' });
    expect(run(at, ['init', '--yes', '--ci', 'gitlab'])).toMatchObject({ code: 0 });
    expect(read(at, '.gitlab-ci.yml')).toBe(marked('gitlab'));
  });
});

it('the action is used as it is, and described whole', () => {
  interface Described {
    readonly description: string;
    readonly default?: string;
  }
  const action = parse(read(root, 'action.yml')) as Record<'inputs' | 'outputs', Record<string, Described>>;
  const { jobs } = parse(marked('action')) as {
    jobs: { idempotify: { steps: { uses: string; if?: string; with: Record<string, string> }[] } };
  };
  const { steps } = jobs.idempotify;
  const own = steps.find(({ uses }) => uses.includes('/idempotify@'))!;
  for (const name of Object.keys(own.with)) expect(Object.keys(action.inputs)).toContain(name);
  for (const [, name] of JSON.stringify(steps).matchAll(/steps\.idempotify\.outputs\.([\w-]+)/g))
    expect(Object.keys(action.outputs)).toContain(name);
  const cell = (value: string): string => value.replace(/\s+/g, ' ').trim();
  const rows = (name: string): string[][] =>
    new RegExp(`<!-- action: ${name} -->([\\s\\S]*?)<!-- /action -->`)
      .exec(text)![1]!
      .trim()
      .split('\n')
      .slice(2)
      .map((row) => row.split('|').slice(1, -1).map(cell));
  expect(rows('inputs')).toEqual(
    Object.entries(action.inputs).map(([name, input]) => [
      `\`${name}\``,
      cell(input.description),
      input.default === '' ? '' : `\`${input.default}\``,
    ]),
  );
  expect(rows('outputs')).toEqual(
    Object.entries(action.outputs).map(([name, output]) => [`\`${name}\``, cell(output.description)]),
  );
});

it('every option of init is described', () => {
  const { stdout } = run(folder(), ['init', '--help']);
  const options = [...stdout.matchAll(/^ {2}(?:-\w, )?--([\w-]+)/gm)].map((match) => match[1]!);
  expect(options.length).toBeGreaterThan(6);
  expect(options.filter((name) => !/color|help/.test(name) && !text.includes(`--${name}`))).toEqual([]);
});
