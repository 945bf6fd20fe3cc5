/** docs/lint.md: its commands run, and it describes the options and the JSON document as they are. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { bin, build, execute, folder, git, repository, run, write } from './harness.ts';

beforeAll(build);

const text = fs.readFileSync(path.resolve(import.meta.dirname, '../../docs/lint.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1]!);

const FINE = 'CREATE SCHEMA IF NOT EXISTS s;\n';
const TABLE = 'CREATE TABLE a (id integer PRIMARY KEY);\n';

const project = (): string => {
  const at = repository({
    'migrations/001_init.sql': FINE,
    'migrations/007_add_index.sql': FINE,
    'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
    'prisma/migrations/20230101000000_old/migration.sql': FINE,
  });
  git(at, 'update-ref', 'refs/remotes/origin/main', 'HEAD');
  return at;
};

const help = run(folder(), ['lint', '--help']).stdout;
const examples = [...help.matchAll(/^ {2}\$ (idempotify .*?)(?: {2,}.*)?$/gm)].map((match) => match[1]!);
const commands = [...blocks('sh').flatMap((block) => block.trim().split('\n')), ...examples].filter(
  (command) => !command.includes('--watch'),
);

it('has commands', () => {
  expect(examples.length).toBe(7);
  expect(commands.length).toBeGreaterThan(15);
});

it.each(commands)('%s', (command) => {
  const at = project();
  write(at, { 'migrations/002_add.sql': FINE });
  const shell = `idempotify() { "${process.execPath}" "${bin}" "$@"; }; ${command}`;
  expect(execute(at, 'sh', ['-c', shell])).toMatchObject({ code: 0, stderr: '' });
});

it('the config file is one, and its keys are all there are', () => {
  const at = project();
  fs.rmSync(path.join(at, '.git'), { recursive: true });
  const config = blocks('json')[0]!;
  write(at, { '.idempotifyrc.json': config, 'prisma/known-findings.json': '{"version":1,"findings":[]}' });
  expect(run(at, ['lint', '--no-cache'])).toMatchObject({ code: 0, stderr: '' });
  write(at, { '.idempotifyrc.json': '{ "lint": { "x": 1 } }' });
  const { stderr } = run(at, ['lint']);
  const named = /the options are (.*)/.exec(stderr)![1]!.split(', ').sort();
  const described = [.../^The keys of `lint` are (.*?)\. /m.exec(text)![1]!.matchAll(/`(\w+)`/g)].map(
    (match) => match[1]!,
  );
  expect(described.sort()).toEqual(named);
});

it('every option is described', () => {
  const options = [...help.matchAll(/^ {2}(?:-\w, )?--([\w-]+)/gm)].map((match) => match[1]!);
  const own = text.replace(/```\nUsage[\s\S]*?\n```/, '');
  const usual = new Set(['help', 'color', 'no-color', 'config', 'no-config', 'cache', 'workers']);
  expect(options.filter((name) => !usual.has(name) && !own.includes(`--${name}`))).toEqual([]);
});

it('all fields of the JSON document are described, and only they', () => {
  const at = folder({
    'migrations/1.sql': `-- idempotify-disable-next-statement -- why\n${TABLE}${TABLE.replace(' a ', ' b ')}`,
    'migrations/2.sql': TABLE.replace(' a ', ' c '),
    'goose/1.down.sql': TABLE,
  });
  fs.symlinkSync('nowhere', path.join(at, 'migrations/3.sql'));
  const args = [
    'lint',
    'migrations',
    'goose/1.down.sql',
    'nope',
    '--no-cache',
    '--format',
    'json',
    '--preset',
    'rerun',
  ];
  const fields = new Set<string>();
  const collect = (value: unknown, name: string): void => {
    if (Array.isArray(value)) for (const each of value) collect(each, `${name}[]`);
    else if (typeof value === 'object' && value !== null)
      for (const [key, each] of Object.entries(value)) collect(each, name === '' ? key : `${name}.${key}`);
    else fields.add(name);
  };
  const add = (...more: string[]): void => collect(JSON.parse(run(at, [...args, ...more]).stdout), '');
  add();
  add('--fix-dry-run');
  add('--update-ignores');
  add();
  // only the API has it: the command writes the text itself
  fields.add('files[].text');
  const described = new Set<string>();
  for (const row of /^\| Field[\s\S]*?\n\n/m.exec(text)![0].split('\n').slice(2)) {
    const [cell = '', meaning = ''] = row.split('|').slice(1);
    const names = [...cell.matchAll(/`([^`]+)`/g), ...meaning.matchAll(/`(\.\w+)`/g)].map((match) => match[1]!);
    const prefix = names[0]?.replace(/\.?\w+$/, '') ?? '';
    for (const name of names) described.add(name.startsWith('.') ? prefix + name : name);
  }
  described.delete('');
  expect([...fields].sort()).toEqual([...described].sort());
});

it('the API example runs', () => {
  const at = project();
  write(at, { 'example.mjs': blocks('js')[0]! });
  fs.mkdirSync(path.join(at, 'node_modules'));
  fs.symlinkSync(path.resolve(import.meta.dirname, '../../packages/cli'), path.join(at, 'node_modules/idempotify'));
  expect(execute(at, process.execPath, ['example.mjs'])).toEqual({ code: 0, stdout: '0\n', stderr: '' });
});
