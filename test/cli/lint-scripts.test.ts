/** `idempotify lint` on migrations in JavaScript and TypeScript. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bin, build, execute, folder, git, repository, run, write, type Outcome } from './harness.ts';

beforeAll(build);

type Report = import('idempotify').LintReport;

const NARROW = ['--preset', 'rerun', '--rule', 'ban-drop-table=warning', '--rule', 'created-twice=error'] as const;

const lint = (cwd: string, args: readonly string[] = [], options: Parameters<typeof run>[2] = {}): Outcome =>
  run(cwd, ['lint', ...(args.includes('--cache') ? [] : ['--no-cache']), ...NARROW, ...args], options);

function report(cwd: string, args: readonly string[] = [], options: Parameters<typeof run>[2] = {}): Report {
  const { stdout, stderr } = lint(cwd, ['--format', 'json', ...args], options);
  if (!stdout.startsWith('{')) throw new Error(`no JSON document: ${stdout}${stderr}`);
  return JSON.parse(stdout) as Report;
}

/** `path:line:column rule`, of what is told. */
const told = ({ files }: Report): string[] =>
  files.flatMap((file) =>
    file.findings
      .filter((finding) => !finding.suppressed && !finding.known)
      .map(({ line, column, rule }) => `${path.basename(file.path)}:${line}:${column} ${rule}`),
  );

const typeorm = (body: string): string => `import { MigrationInterface, QueryRunner } from 'typeorm';

export class M implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    ${body}
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE down');
  }
}
`;

const PROJECT = {
  'package.json': '{ "dependencies": { "typeorm": "1" } }',
  'src/migrations/1700000000000-first.ts': typeorm(
    'await runner.query(`CREATE TABLE IF NOT EXISTS "größer" (id int)`);',
  ),
  'src/migrations/1700000000001-second.ts': typeorm(`await runner.query('CREATE TABLE "größer" (id int)');`),
  'src/migrations/1700000000002-third.ts': typeorm(`await runner.query('DROP TABLE a');`),
  'src/migrations/index.ts': 'export {};\n',
} as const;
const FOUND = [
  '1700000000001-second.ts:5:25 rerun-table',
  '1700000000001-second.ts:5:38 created-twice',
  '1700000000002-third.ts:5:25 rerun-drop',
  '1700000000002-third.ts:5:25 ban-drop-table',
];

describe('which files', () => {
  it('a project, a folder, one file', () => {
    const at = folder(PROJECT);
    expect(told(report(at)).sort()).toEqual([...FOUND].sort());
    expect(told(report(at, ['src/migrations'])).sort()).toEqual([...FOUND].sort());
    expect(told(report(at, ['src/migrations/1700000000002-third.ts'])).sort()).toEqual(FOUND.slice(2).sort());
  });
  it('standard input, in the place of a file', () => {
    const at = folder(PROJECT);
    const text = typeorm(`await runner.query('CREATE TABLE "größer" ()');`);
    const name = 'src/migrations/1700000000009-new.ts';
    expect(told(report(at, ['--stdin', '--stdin-filepath', name], { input: text }))).toEqual([
      '1700000000009-new.ts:5:25 rerun-table',
      '1700000000009-new.ts:5:38 created-twice',
    ]);
    const { stdout } = lint(at, ['--stdin', '--stdin-filepath', name, '--fix'], {
      input: typeorm(`await runner.query('DROP TABLE x');`),
    });
    expect(stdout).toContain(typeorm(`await runner.query('DROP TABLE IF EXISTS x');`));
  });
  it('SQL and JavaScript in one folder', () => {
    const at = folder({
      'package.json': '{ "dependencies": { "node-pg-migrate": "9" } }',
      'migrations/1700000000000_a.sql': 'CREATE TABLE IF NOT EXISTS a (id int);\n',
      'migrations/1700000000001_b.js': `exports.up = (pgm) => {\n  pgm.createTable('a', { id: 'int' });\n};\n`,
      'migrations/1700000000002_c.sql': 'CREATE TABLE a (id int);\n',
    });
    expect(told(report(at))).toEqual([
      '1700000000001_b.js:2:3 rerun-table',
      '1700000000001_b.js:2:3 created-twice',
      '1700000000002_c.sql:1:1 rerun-table',
      '1700000000002_c.sql:1:14 created-twice',
    ]);
  });
  it('what is staged, and what has changed since', () => {
    const at = repository(PROJECT);
    const file = 'src/migrations/1700000000003-fourth.ts';
    write(at, { [file]: typeorm(`await runner.query('DROP TABLE b');`) });
    git(at, 'add', '-A');
    write(at, { [file]: typeorm(`await runner.query('SELECT 1');`) });
    expect(told(report(at, ['--staged'])).sort()).toEqual([
      '1700000000003-fourth.ts:5:25 ban-drop-table',
      '1700000000003-fourth.ts:5:25 rerun-drop',
    ]);
    expect(told(report(at, ['--since', 'HEAD']))).toEqual([]);
  });
  it('one that can not be read, and one that holds nothing', () => {
    const at = folder({
      ...PROJECT,
      'src/migrations/1700000000003-x.ts': typeorm(`await runner.query('SELECT 1'`),
      'src/migrations/1700000000004-y.ts': typeorm(''),
    });
    const found = report(at, ['--rule', 'empty-migration=warning']);
    expect(told(found).filter((each) => !FOUND.includes(each))).toEqual([
      '1700000000003-x.ts:6:3 syntax-error',
      '1700000000004-y.ts:1:1 empty-migration',
    ]);
    const [broken] = found.files.find((file) => file.path.endsWith('x.ts'))!.findings;
    expect(broken!.message).toMatch(/^The file can not be read as TypeScript/);
  });
});

describe('corrections', () => {
  it('are written, and nothing else changes', () => {
    const at = folder(PROJECT);
    const file = path.join(at, 'src/migrations/1700000000002-third.ts');
    fs.writeFileSync(file, `\ufeff${fs.readFileSync(file, 'utf8').replaceAll('\n', '\r\n')}`);
    const before = fs.readFileSync(file, 'utf8');
    const { stdout } = lint(at, ['--fix-dry-run']);
    expect(stdout).toContain("+    await runner.query('DROP TABLE IF EXISTS a');");
    expect(fs.readFileSync(file, 'utf8')).toBe(before);
    lint(at, ['--fix']);
    expect(fs.readFileSync(file, 'utf8')).toBe(before.replace('DROP TABLE a', 'DROP TABLE IF EXISTS a'));
    expect(told(report(at))).not.toContain(FOUND[2]);
  });
});

describe('what is remembered', () => {
  it('the cache gives the same, with threads as well', () => {
    const at = folder(PROJECT);
    const args = ['--cache', '--cache-dir', 'cache'];
    const first = report(at, args);
    expect(report(at, args).files).toEqual(first.files);
    expect(told(first).sort()).toEqual([...FOUND].sort());
    expect(report(at, ['--workers', '2']).files).toEqual(first.files);
    // a file in front of it has changed
    write(at, { 'src/migrations/1700000000000-first.ts': typeorm(`await runner.query('SELECT 1');`) });
    expect(told(report(at, args))).not.toContain(FOUND[1]);
  });
  it('known findings stay known when lines move', () => {
    const at = folder(PROJECT);
    lint(at, ['--update-ignores']);
    const file = path.join(at, 'src/migrations/1700000000002-third.ts');
    fs.writeFileSync(file, `// a line more\n${fs.readFileSync(file, 'utf8')}`);
    expect(told(report(at))).toEqual([]);
  });
});

it('where there is only SQL, nothing that reads JavaScript is loaded', () => {
  const hook = `process.on('exit', () => console.log('babel', Object.keys(require.cache).some((name) => name.includes('@babel'))));\n`;
  const at = folder({ 'hook.cjs': hook, 'a/001.sql': 'SELECT 1;\n', ...PROJECT });
  const loads = (args: string[]): string =>
    execute(at, process.execPath, ['-r', './hook.cjs', bin, 'lint', '--no-cache', ...args]).stdout;
  expect(loads(['a'])).toContain('babel false');
  expect(loads(['src/migrations'])).toContain('babel true');
});
