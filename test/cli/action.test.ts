/**
 * action.yml: its script is run as a runner would run it (bash, the inputs in the environment, GITHUB_OUTPUT), and its form is
 * checked as far as it can be without GitHub.
 */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { build, execute, folder, git, repository, write } from './harness.ts';
import { install, version } from './project.ts';

beforeAll(build);

interface Action {
  readonly inputs: Record<string, { description: string; default: string }>;
  readonly outputs: Record<string, { description: string; value: string }>;
  readonly runs: { using: string; steps: { id: string; shell: string; env: Record<string, string>; run: string }[] };
}

const action = parse(fs.readFileSync(path.resolve(import.meta.dirname, '../../action.yml'), 'utf8')) as Action;
const step = action.runs.steps[0]!;

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly outputs: Record<string, string>;
}

/** As a runner does it: `bash -eo pipefail` over the script, in the working directory. */
function runAction(at: string, inputs: Readonly<Record<string, string>> = {}): Ran {
  for (const name of Object.keys(inputs)) expect(Object.keys(action.inputs)).toContain(name);
  const valueOf = (name: string): string => inputs[name] ?? action.inputs[name]!.default;
  const env = Object.fromEntries(
    Object.entries(step.env).map(([name, value]) => [
      name,
      value.replace(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, input: string) => valueOf(input)),
    ]),
  );
  const temporary = folder({ output: '', 'step.sh': step.run });
  const { code, stdout, stderr } = execute(
    path.join(at, valueOf('working-directory')),
    'bash',
    ['--noprofile', '--norc', '-eo', 'pipefail', path.join(temporary, 'step.sh')],
    {
      env: {
        ...env,
        RUNNER_TEMP: temporary,
        GITHUB_OUTPUT: path.join(temporary, 'output'),
        GITHUB_WORKSPACE: at,
        GITHUB_ACTIONS: 'true',
        XDG_CACHE_HOME: temporary,
      },
    },
  );
  const lines = fs.readFileSync(path.join(temporary, 'output'), 'utf8').trim().split('\n');
  const outputs = Object.fromEntries(lines.filter(Boolean).map((line) => line.split('=') as [string, string]));
  return { code, stdout: stdout + stderr, outputs };
}

const project = (files: Readonly<Record<string, string>>): string => {
  const at = repository({ ...files, '.gitignore': 'node_modules\n' });
  install(at);
  return at;
};
const ERROR = { 'my migrations/1.sql': 'CREATE SCHEMA a;\n' };
const WARNING = { 'my migrations/1.sql': 'DROP TABLE IF EXISTS a;\n' };

it('has the form of a composite action', () => {
  expect(action.runs.using).toBe('composite');
  for (const { shell } of action.runs.steps) expect(shell).toBe('bash');
  for (const input of Object.values(action.inputs)) {
    expect(input.description).not.toBe('');
    expect(typeof input.default).toBe('string');
  }
  // what it takes is used, what it gives is set, and no input is ever put into the script itself
  const used = [
    ...Object.values(step.env)
      .join()
      .matchAll(/inputs\.([\w-]+)/g),
  ].map((match) => match[1]);
  expect(used.sort()).toEqual(
    [...Object.keys(action.inputs), 'working-directory'].sort().filter((name, i, all) => name !== all[i - 1]),
  );
  expect(step.run).not.toContain('${{');
  for (const [name, { value }] of Object.entries(action.outputs)) {
    expect(value).toBe(`\${{ steps.${step.id}.outputs.${name} }}`);
    expect(step.run).toContain(`echo "${name}=`);
  }
});

it('runs this version, as the hooks of pre-commit do', () => {
  expect(action.inputs['version']!.default).toBe(version);
  const hooks = parse(fs.readFileSync(path.resolve(import.meta.dirname, '../../.pre-commit-hooks.yaml'), 'utf8')) as {
    entry: string;
  }[];
  for (const { entry } of hooks) expect(entry).toContain(`npx --yes idempotify@${version} `);
});

it('tells what is found as annotations, as SARIF and in its outputs', () => {
  const at = project(ERROR);
  const { code, stdout, outputs } = runAction(at, { paths: 'my migrations\n', 'sarif-file': 'x.sarif' });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^::error file=my migrations\/1\.sql,line=1,.*rerun-schema/m);
  expect(outputs).toEqual({ errors: '1', warnings: '0', 'exit-code': '1', 'sarif-file': 'x.sarif' });
  const sarif = JSON.parse(fs.readFileSync(path.join(at, 'x.sarif'), 'utf8')) as { runs: { results: object[] }[] };
  expect(sarif.runs[0]!.results).toHaveLength(1);
});

it('fails on what it is asked to fail on', () => {
  const errors = project(ERROR);
  const warnings = project(WARNING);
  const code = (at: string, failOn: string): number | null =>
    runAction(at, { paths: 'my migrations', 'fail-on': failOn }).code;
  expect([code(errors, 'never'), code(warnings, 'error'), code(warnings, 'warning')]).toEqual([0, 0, 1]);
  expect(runAction(warnings, { 'fail-on': 'x' })).toMatchObject({
    code: 2,
    stdout: expect.stringContaining('::error::fail-on must be'),
  });
  expect(runAction(warnings, { 'fail-on': 'never', args: '--nope' })).toMatchObject({
    code: 2,
    stdout: expect.stringContaining('::error::idempotify could not lint'),
  });
});

it('takes options, a revision, a version and a folder', () => {
  const at = project({ 'db/migrations/1.sql': 'CREATE SCHEMA a;\n' });
  git(at, 'branch', 'base');
  write(at, { 'db/migrations/2.sql': 'CREATE SCHEMA b;\n' });
  const inputs = { 'working-directory': 'db', version: 'installed', 'pg-version': '16' };
  expect(runAction(at, { ...inputs, 'sarif-file': 'x.sarif', args: '--preset rerun\n--no-deploy' }).outputs).toEqual({
    errors: '2',
    warnings: '0',
    'exit-code': '1',
    'sarif-file': 'db/x.sarif',
  });
  const { outputs, stdout } = runAction(at, { ...inputs, since: 'base' });
  expect(outputs['errors']).toBe('1');
  expect(stdout).toContain('file=db/migrations/2.sql');
});
