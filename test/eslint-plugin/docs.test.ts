/** docs/eslint.md: its configs and commands run as written. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, execute, folder } from '../cli/harness.ts';

beforeAll(build);

const root = path.resolve(import.meta.dirname, '../..');
const text = fs.readFileSync(path.join(root, 'docs/eslint.md'), 'utf8');
const configs = [...text.matchAll(/<!-- run: (\S+) -->\n\n```(\w+)\n([\s\S]*?)```/g)].map(([, name, , content]) => ({
  name: name!,
  content: content!,
}));
const commands = [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap(([, block]) => block!.trim().split('\n'))
  .filter((command) => command.startsWith('npx '));

function project(files: Readonly<Record<string, string>>): string {
  const at = folder({ 'migrations/0001_a.sql': 'CREATE SCHEMA s;\nDROP TABLE t;\n', 'package.json': '{}', ...files });
  fs.mkdirSync(path.join(at, 'node_modules'));
  fs.mkdirSync(path.join(at, 'node_modules/.bin'));
  fs.symlinkSync(path.join(root, 'packages/eslint-plugin'), path.join(at, 'node_modules/eslint-plugin-idempotify'));
  for (const name of ['eslint', '@eslint', 'typescript-eslint'])
    fs.symlinkSync(path.join(root, 'node_modules', name), path.join(at, 'node_modules', name));
  fs.symlinkSync('../eslint/bin/eslint.js', path.join(at, 'node_modules/.bin/eslint'));
  return at;
}

const rulesIn = (at: string): string[] => {
  const { stdout, stderr } = execute(at, process.execPath, ['node_modules/.bin/eslint', 'migrations', '-f', 'json']);
  expect(stderr).toBe('');
  const [file] = JSON.parse(stdout) as { messages: { ruleId: string }[] }[];
  return file!.messages.map(({ ruleId }) => ruleId);
};

it('every block of JavaScript and JSON is run', () => {
  expect(configs.length).toBe([...text.matchAll(/```(?:js|json)\n/g)].length);
  expect(configs.filter(({ name }) => name.endsWith('.cjs'))).toHaveLength(1);
  expect(commands).toHaveLength(2);
});

describe('configs', () => {
  it.each(configs.filter(({ name }) => name.startsWith('eslint.')))('$name: $content', ({ name, content }) => {
    expect(content.split('\n')[0]).toBe(`// ${name}`);
    const found = rulesIn(project({ [name]: content }));
    expect(found).toContain('idempotify/rerun-schema');
    if (content.includes('no-restricted-syntax')) expect(found).toContain('no-restricted-syntax');
  });

  it('rules of JavaScript for all files do no harm where they are the recommended ones', () => {
    const config = `import js from '@eslint/js';
      import tseslint from 'typescript-eslint';
      import idempotify from 'eslint-plugin-idempotify';
      export default [js.configs.recommended, ...tseslint.configs.recommended, idempotify.configs.recommended];`;
    expect(rulesIn(project({ 'eslint.config.mjs': config }))).toEqual([
      'idempotify/rerun-schema',
      'idempotify/ban-drop-table',
      'idempotify/rerun-drop',
    ]);
  });

  it("VS Code's settings are JSON and name SQL", () => {
    for (const { content } of configs.filter(({ name }) => name.endsWith('.json')))
      expect(JSON.parse(content)).toMatchObject({ 'eslint.validate': expect.arrayContaining(['sql']) });
  });
});

it.each(commands)('%s', (command) => {
  const at = project({ 'eslint.config.mjs': configs[0]!.content });
  const [, program, ...args] = command.split(' ');
  expect(program).toBe('eslint');
  expect(execute(at, process.execPath, ['node_modules/.bin/eslint', ...args])).toMatchObject({ stderr: '' });
  const fixed = command.includes('--fix') ? 'CREATE SCHEMA IF NOT EXISTS s;' : 'CREATE SCHEMA s;';
  expect(fs.readFileSync(path.join(at, 'migrations/0001_a.sql'), 'utf8')).toContain(fixed);
});

it('comments that editors write into SQL files count', () => {
  const at = project({ 'eslint.config.mjs': configs[0]!.content });
  const file = path.join(at, 'migrations/0001_a.sql');
  fs.writeFileSync(file, `/** eslint-disable idempotify/rerun-schema */\n${fs.readFileSync(file, 'utf8')}`);
  expect(rulesIn(at)).not.toContain('idempotify/rerun-schema');
});
