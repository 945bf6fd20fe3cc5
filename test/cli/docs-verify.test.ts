/** docs/verify.md: its commands run, its CI files parse and what they run works, and it describes all options there are. */
import fs from 'node:fs';
import path from 'node:path';
import { format } from 'prettier';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Outcome, build, execute, folder, git, program, repository, run, write } from './harness.ts';

const text = fs.readFileSync(path.resolve(import.meta.dirname, '../../docs/verify.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1]!);

const commands = blocks('sh').flatMap((block) => block.trim().split('\n'));

let at: string;
/** Shared, as on a machine: what is proven in one of the commands is so in the next. */
let cache: string;

beforeAll(() => {
  build();
  cache = folder();
  at = repository({
    'migrations/1_author.sql': 'CREATE TABLE author (id int PRIMARY KEY, name text);\n',
    'migrations/2_book.sql':
      'CREATE TABLE book (id int PRIMARY KEY, author int);\nCREATE INDEX book_author ON book (author);\n',
    'migrations/3_name.sql': 'CREATE INDEX author_name ON author (name);\n',
    'supabase/migrations/20250101000000_profile.sql':
      'CREATE TABLE profile (id uuid PRIMARY KEY, name text);\nALTER TABLE profile ENABLE ROW LEVEL SECURITY;\nGRANT SELECT ON profile TO anon, authenticated;\n',
    'prelude.sql': blocks('sql')[0]!,
  });
  expect(run(at, ['--all', '--quiet', 'migrations', 'supabase/migrations'])).toMatchObject({ code: 0, stderr: '' });
  git(at, 'commit', '-qam', 'rewritten');
});

function shell(script: string, env: NodeJS.ProcessEnv = {}): Outcome {
  const started = `"${process.execPath}" ${program.join(' ')} "$@"`;
  const functions = `idempotify() { ${started}; }; npx() { shift; ${started}; }`;
  return execute(at, 'sh', ['-c', `${functions}\n${script}`], { env: { ...env, XDG_CACHE_HOME: cache } });
}

it('has commands', () => expect(commands.length).toBeGreaterThan(10));

it.each(commands)('%s', (command) => {
  expect(shell(command)).toMatchObject({ code: 0, stderr: '' });
});

it('the prelude is what the example needs', () => {
  const { code, stdout } = shell('idempotify verify supabase/migrations');
  expect(code).toBe(1);
  expect(stdout).toContain('--prelude');
});

it('all options of the help are described, and only they', () => {
  const section = text.slice(text.indexOf('## Options'), text.indexOf('## The whole history'));
  const described = [...section.matchAll(/^\| (`--.*?) +\|/gm)].flatMap((row) => row[1]!.match(/--[\w-]+/g));
  const { stdout } = run(at, ['verify', '--help']);
  const printed = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map((match) => match[1]!);
  expect(described.sort()).toEqual(printed.filter((name) => !/help|color/.test(name)).sort());
});

it('the config file is one, and the keys are all there are', () => {
  const project = folder({ '.idempotifyrc.json': blocks('json')[0]!, 'prelude.sql': '' });
  write(project, { 'supabase/migrations/20250101000000_a.sql': '' });
  expect(run(project, ['verify'])).toMatchObject({ code: 0, stderr: '' });
  write(project, { '.idempotifyrc.json': '{ "verify": { "x": 1 } }' });
  const named = /the options are (.*)/
    .exec(run(project, ['verify']).stderr)![1]!
    .split(', ')
    .sort();
  const described = [.../^The keys are (.*?)\. /m.exec(text)![1]!.matchAll(/`(\w+)`/g)].map((match) => match[1]!);
  expect(described.sort()).toEqual(named);
});

describe('CI files', () => {
  const files = blocks('yaml');
  const [, actions, job, merge] = files;
  const lines = (yaml: string): string[] => [...yaml.matchAll(/- run: (.*idempotify.*)/g)].map((match) => match[1]!);
  const script = (yaml: string): string => /- \|\n([\s\S]*?)\n +volumeMounts/.exec(yaml)![1]!;

  it.each(files)('parses', async (yaml) => {
    await expect(format(yaml, { parser: 'yaml' })).resolves.toContain('idempotify');
  });

  it('the step with the cache', () => {
    expect(shell(lines(files[0]!)[0]!)).toMatchObject({ code: 0, stderr: '' });
    expect(fs.existsSync(path.join(at, '.idempotify/verify'))).toBe(true);
  });

  it('GitHub Actions', () => {
    const [prove, join] = lines(actions!);
    for (const shard of ['1', '2', '3']) {
      expect(shell(prove!.replaceAll('${{ matrix.shard }}', shard))).toMatchObject({ code: 0, stderr: '' });
    }
    expect(shell(join!)).toMatchObject({ code: 0, stdout: expect.stringContaining('3 migrations: 3 proven') });
    expect(fs.readdirSync(at)).toEqual(expect.arrayContaining(['verify.xml', 'verify.html']));
    fs.rmSync(path.join(at, 'shard-2.json'));
    expect(shell(join!)).toMatchObject({ code: 2, stderr: expect.stringContaining('shard 2 of 3 is missing') });
  });

  it('Kubernetes', () => {
    const reports = folder();
    const inPod = (yaml: string): string => script(yaml).replaceAll('/reports', reports);
    for (const index of ['0', '1', '2']) {
      expect(shell(inPod(job!), { JOB_COMPLETION_INDEX: index })).toMatchObject({ code: 0, stderr: '' });
    }
    expect(fs.readdirSync(reports).sort()).toEqual(['1.json', '2.json', '3.json']);
    expect(shell(inPod(merge!))).toMatchObject({ code: 0, stdout: expect.stringContaining('3 migrations: 3 proven') });
    // a pod that came to no end has to be started again
    const broken = inPod(job!).replace('--json', '--json --prelude missing.sql');
    expect(shell(broken, { JOB_COMPLETION_INDEX: '0' }).code).not.toBe(0);
  });
});
