/** docs/command.md: its commands run, and it describes the JSON document as it is. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { REFUSED, RERUNNABLE, TABLE, bin, build, execute, folder, git, json, write } from './harness.ts';

beforeAll(build);

const text = fs.readFileSync(path.resolve(import.meta.dirname, '../../docs/command.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1]!);

const project = (): string =>
  folder({
    'migrations/001_init.sql': RERUNNABLE,
    'migrations/007_add_index.sql': TABLE,
    'db/migrations/1_a.sql': TABLE,
    'packages/x/migrations/1_a.sql': TABLE,
    'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
    'prisma/migrations/20230101000000_old/migration.sql': TABLE,
    'prisma/migrations/20240101000000_new/migration.sql': TABLE.replace(' a ', ' b '),
  });

const commands = blocks('sh').flatMap((block) => block.trim().split('\n'));

it('has commands', () => expect(commands.length).toBeGreaterThan(10));

it.each(commands)('%s', (command) => {
  const at = project();
  if (command.includes('--force')) write(at, { 'rewritten/already': 'here' });
  if (command.includes('--staged')) git(at, 'init', '-q');
  const shell = `idempotify() { "${process.execPath}" "${bin}" "$@"; }; ${command}`;
  const { code, stderr } = execute(at, 'sh', ['-c', shell]);
  const finds = command.includes('--check') && command.includes('migrations/') && !command.includes('001_init');
  expect({ code, stderr }).toEqual({ code: finds ? 1 : 0, stderr: '' });
});

it('the config file is one, and the options are all there are', () => {
  const at = project();
  write(at, { '.idempotifyrc.json': blocks('json')[0]! });
  const report = json(at, ['--check']);
  expect(report.files.map((file) => file.status)).toEqual(['ignored', 'changed']);
  write(at, { '.idempotifyrc.json': '{ "x": 1 }' });
  const { stderr } = execute(at, process.execPath, [bin]);
  const named = /the options are (.*)/.exec(stderr)![1]!.split(', ').sort();
  const described = [.../^The options are (.*?)\. /m.exec(text)![1]!.matchAll(/`(\w+)`/g)]
    .map((match) => match[1]!)
    .sort();
  expect(described).toEqual(named);
});

it('the API example runs', () => {
  const at = project();
  write(at, { 'example.mjs': blocks('js')[0]! });
  fs.mkdirSync(path.join(at, 'node_modules'));
  fs.symlinkSync(path.resolve(import.meta.dirname, '../../packages/cli'), path.join(at, 'node_modules/idempotify'));
  expect(execute(at, process.execPath, ['example.mjs'])).toEqual({ code: 0, stdout: '1\n', stderr: '' });
});

it('all fields of the JSON document are described, and only they', () => {
  const at = project();
  write(at, {
    'migrations/2.sql': `${REFUSED}CREAT;`,
    'migrations/3.sql/x': '',
    'migrations/4.sql': Buffer.from([0xff]),
  });
  const reports = [
    json(at, ['--diff', 'migrations', 'missing']),
    json(at, ['--stdin'], { input: TABLE }),
    json(at, ['--checksum-sql', 'x.sql', 'prisma/migrations']),
  ].map(({ code: _code, ...report }) => report as unknown as Record<string, unknown>);

  const described = [...text.matchAll(/^\| `([\w.[\]]+)` +\| (.*) \|$/gm)].map(([, field, meaning]) => ({
    field: field!,
    meaning: meaning!,
  }));
  const lists = described.filter(({ field }) => field.endsWith('[]'));
  const found = new Set<string>();
  const inLists = new Map<string, Set<string>>();
  const visit = (value: unknown, at: string): void => {
    const list = lists.find(({ field }) => field === at);
    if (list) {
      const keys = inLists.get(at) ?? new Set();
      inLists.set(at, keys);
      if (typeof value === 'object') for (const key of Object.keys(value as object)) keys.add(key);
    }
    if (list || described.some(({ field }) => field === at)) found.add(at);
    else if (Array.isArray(value)) for (const each of value) visit(each, `${at}[]`);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, each] of Object.entries(value)) visit(each, at === '' ? key : `${at}.${key}`);
    } else throw new Error(`not described: ${at}`);
  };
  for (const report of reports) visit(report, '');
  expect([...found].sort()).toEqual(
    described
      .map(({ field }) => field)
      .filter((field) => !/^\d+$/.test(field))
      .sort(),
  );
  for (const [field, keys] of inLists) {
    const { meaning } = lists.find((each) => each.field === field)!;
    for (const key of keys) expect(meaning).toContain(`\`${key}\``);
  }
});
