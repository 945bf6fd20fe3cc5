/** Every option of the command, as real processes. */
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { REFUSED, RERUNNABLE, TABLE, build, execute, folder, git, json, run, tree, write } from './harness.ts';

beforeAll(build);

const migrations = (): string => folder({ 'migrations/001_a.sql': TABLE, 'migrations/002_b.sql': RERUNNABLE });

describe('writing in place', () => {
  it('rewrites what needs it and leaves the rest to the byte', () => {
    const at = migrations();
    const { code, stdout, stderr } = run(at, ['migrations']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('2 migrations in migrations');
    expect(stdout).toMatch(/rewritten migrations\/001_a\.sql \(1 guarded\)/);
    expect(stdout).toMatch(/2 migrations: 1 rewritten, 1 unchanged/);
    const after = tree(at);
    expect(after['migrations/001_a.sql']).toContain('CREATE TABLE');
    expect(after['migrations/001_a.sql']).not.toBe(TABLE);
    expect(after['migrations/002_b.sql']).toBe(RERUNNABLE);
    expect(Object.keys(after)).toHaveLength(2);
  });

  it('changes nothing the second time', () => {
    const at = migrations();
    run(at, ['migrations']);
    const before = tree(at);
    const second = json(at, ['migrations']);
    expect(second.totals.files).toMatchObject({ changed: 0, unchanged: 2 });
    expect(tree(at)).toEqual(before);
    expect(run(at, ['--check', 'migrations']).code).toBe(0);
  });

  it('`rewrite` is the same command', () => {
    const [a, b] = [migrations(), migrations()];
    run(a, ['migrations']);
    expect(run(b, ['rewrite', 'migrations']).code).toBe(0);
    expect(tree(b)).toEqual(tree(a));
  });

  it('keeps mode, CRLF, BOM and bytes beyond ASCII', () => {
    const at = folder({ 'm/001.sql': `\ufeff-- Grüße 🐘\r\nCREATE TABLE "ü" (id integer);\r\n\r\n-- end` });
    fs.chmodSync(path.join(at, 'm/001.sql'), 0o640);
    expect(run(at, ['m']).code).toBe(0);
    const text = fs.readFileSync(path.join(at, 'm/001.sql'), 'utf8');
    expect(text.startsWith('\ufeff-- Grüße 🐘\r\n')).toBe(true);
    expect(text.endsWith('\r\n\r\n-- end')).toBe(true);
    expect(text).not.toMatch(/[^\r]\n/);
    expect(fs.statSync(path.join(at, 'm/001.sql')).mode & 0o777).toBe(0o640);
  });

  it('takes folders, files, globs and several of them, each file once', () => {
    const at = folder({
      'a/001.sql': TABLE,
      'a/002.sql': TABLE.replace(' a ', ' b '),
      'b/001.sql': TABLE,
      'c/x/001.sql': TABLE,
    });
    const report = json(at, ['--check', 'a', 'a/001.sql', './a/', 'c/**/*.sql', 'b/*.sql']);
    expect(report.files.map((file) => file.path).sort()).toEqual([
      'a/001.sql',
      'a/002.sql',
      'b/001.sql',
      'c/x/001.sql',
    ]);
    expect(json(at, ['--check', '?/']).files).toHaveLength(4);
  });

  it('a file whose name looks like a pattern is that file', () => {
    const at = folder({ 'm/[id]*.sql': TABLE, 'm/i.sql': TABLE.replace(' a ', ' b ') });
    const report = json(at, ['m/[id]*.sql']);
    expect(report.files.map((file) => [file.path, file.status])).toEqual([['m/[id]*.sql', 'changed']]);
  });

  it('finds the migrations in the usual places when no path is given', () => {
    const at = folder({
      'prisma/migrations/1_init/migration.sql': TABLE,
      'prisma/schema.prisma': '',
      'db/migrations/001.sql': TABLE,
    });
    const report = json(at, ['--check']);
    expect(report.folders.map((each) => [each.path, each.tool])).toEqual([
      ['prisma/migrations', 'prisma'],
      ['db/migrations', 'sql'],
    ]);
    const nothing = run(folder(), []);
    expect(nothing.code).toBe(2);
    expect(nothing.stderr).toMatch(/no path was given, and no migrations were found/);
  });
});

describe('--check', () => {
  it('writes nothing and exits with 1 when something would change', () => {
    const at = migrations();
    const before = tree(at);
    const { code, stdout } = run(at, ['--check', 'migrations']);
    expect(code).toBe(1);
    expect(stdout).toContain('would be rewritten migrations/001_a.sql');
    expect(tree(at)).toEqual(before);
    expect(run(at, ['--check', 'migrations/002_b.sql']).code).toBe(0);
  });
});

describe('exit code 1', () => {
  it('tells of a refused statement with place, reason and advice; the other files are rewritten', () => {
    const at = folder({ 'm/001.sql': TABLE, 'm/002.sql': `-- first\n${REFUSED}` });
    const { code, stdout } = run(at, ['m']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/refused m\/002\.sql:2:1 UPDATE .*\n {4}\S.*\n {4}what to do: \S/);
    expect(fs.readFileSync(path.join(at, 'm/001.sql'), 'utf8')).not.toBe(TABLE);
  });

  it('tells of a statement that does not parse with place', () => {
    const at = folder({ 'm/001.sql': `${TABLE}\n  CREAT TABLE b ();\n` });
    const { code, stdout } = run(at, ['m']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/syntax error m\/001\.sql:3:3: /);
    expect(fs.readFileSync(path.join(at, 'm/001.sql'), 'utf8')).toContain('  CREAT TABLE b ();\n');
  });
});

describe('--diff', () => {
  it('shows what would change, writes nothing, and the diff applies', () => {
    const at = folder({
      'm/001.sql': `-- a\r\n${TABLE}`,
      'm/sub dir/002.sql': TABLE.trimEnd().replace(' a ', ' b '),
      'm/003.sql': RERUNNABLE,
    });
    const before = tree(at);
    const { code, stdout } = run(at, ['--diff', 'm']);
    expect(code).toBe(0);
    expect(tree(at)).toEqual(before);
    expect(stdout).toContain('--- a/m/001.sql\n+++ b/m/001.sql\n@@ ');
    expect(stdout).not.toContain('a/m/003.sql');
    const expected = folder();
    expect(run(at, ['m', '--out-dir', path.join(expected, 'm')]).code).toBe(0);
    // lines of the report around the patches are no problem for git
    expect(execute(at, 'git', ['apply', '--unsafe-paths', '-'], { input: stdout }).code).toBe(0);
    expect(tree(at)).toEqual(tree(expected));
  });

  it('is coloured with --color only', () => {
    const at = migrations();
    expect(run(at, ['--diff', 'migrations']).stdout).not.toContain('\x1b[');
    expect(run(at, ['--diff', '--color', 'migrations']).stdout).toMatch(/\x1b\[32m\+/);
    expect(run(at, ['--diff', 'migrations'], { env: { CI: '1' } }).stdout).not.toContain('\x1b[');
    expect(run(at, ['--diff', 'migrations'], { env: { FORCE_COLOR: '1' } }).stdout).toContain('\x1b[');
    expect(run(at, ['--diff', 'migrations'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } }).stdout).not.toContain(
      '\x1b[',
    );
    expect(run(at, ['--diff', '--no-color', 'migrations'], { env: { FORCE_COLOR: '1' } }).stdout).not.toContain(
      '\x1b[',
    );
  });

  it('goes with --check and with --out-dir', () => {
    const at = migrations();
    const both = run(at, ['--check', '--diff', 'migrations']);
    expect(both.code).toBe(1);
    expect(both.stdout).toContain('+++ b/migrations/001_a.sql');
    const written = run(at, ['--diff', '--out-dir', 'out', 'migrations']);
    expect(written.stdout).toContain('+++ b/migrations/001_a.sql');
    expect(fs.existsSync(path.join(at, 'out/001_a.sql'))).toBe(true);
  });
});

describe('--out-dir', () => {
  const prisma = {
    'p/migration_lock.toml': 'provider = "postgresql"\n',
    'p/1_a/migration.sql': TABLE,
    'p/1_a/README.md': 'notes',
    'p/2_b/migration.sql': RERUNNABLE,
    'p/3_c/migration.sql': REFUSED,
    'p/.hidden': 'x',
  };

  it('writes the whole tree and leaves the input alone', () => {
    const at = folder(prisma);
    fs.chmodSync(path.join(at, 'p/1_a/migration.sql'), 0o600);
    const before = tree(at);
    expect(run(at, ['p', '--out-dir', 'out']).code).toBe(1);
    const after = tree(at);
    const out = Object.fromEntries(Object.entries(after).filter(([name]) => name.startsWith('out/')));
    expect(Object.keys(out).sort()).toEqual(
      Object.keys(prisma)
        .map((name) => name.replace('p/', 'out/'))
        .sort(),
    );
    for (const [name, content] of Object.entries(before)) {
      expect(after[name]).toBe(content);
      if (!name.includes('1_a/migration')) expect(out[name.replace('p/', 'out/')]).toBe(content);
    }
    expect(out['out/1_a/migration.sql']).not.toBe(TABLE);
    expect(fs.statSync(path.join(at, 'out/1_a/migration.sql')).mode & 0o777).toBe(0o600);
  });

  it('refuses to mix with the input or with other files', () => {
    const at = folder({ ...prisma, 'full/x': '', file: '' });
    fs.symlinkSync('p', path.join(at, 'link'));
    for (const [args, message] of [
      [['p', '--out-dir', 'p/out'], /lies in the input/],
      [['p', '--out-dir', 'p'], /lies in the input/],
      [['p', '--out-dir', 'link/out'], /lies in the input/],
      [['p/1_a', '--out-dir', 'p'], /holds the input/],
      [['p', '--out-dir', '.', '--force'], /holds the input/],
      [['p', '--out-dir', 'full'], /is not empty/],
      [['p', '--out-dir', 'file'], /is a file/],
    ] as const) {
      const before = tree(at);
      const { code, stderr } = run(at, args);
      expect({ args, code, stderr }).toEqual({ args, code: 2, stderr: expect.stringMatching(message) as string });
      expect(tree(at)).toEqual(before);
    }
    expect(run(at, ['p', '--out-dir', 'full', '--force']).code).toBe(1);
    expect(Object.keys(tree(path.join(at, 'full')))).toHaveLength(7);
  });

  it('never writes through a link in the output folder', () => {
    const at = folder({
      'p/1_a/migration.sql': TABLE,
      'p/2_b/migration.sql': TABLE,
      'out/x': '',
      'elsewhere/keep.txt': 'x',
    });
    fs.symlinkSync('../p/1_a', path.join(at, 'out/1_a'));
    fs.mkdirSync(path.join(at, 'out/2_b'));
    fs.symlinkSync('../../p/2_b/migration.sql', path.join(at, 'out/2_b/migration.sql'));
    const { code, stdout } = run(at, ['p', '--out-dir', 'out', '--force']);
    expect(code).toBe(2);
    expect(stdout).toMatch(/p\/1_a\/migration\.sql can not be written: a symbolic link leads out/);
    expect(tree(at)['p/1_a/migration.sql']).toBe(TABLE);
    expect(tree(at)['p/2_b/migration.sql']).toBe(TABLE);
    expect(fs.lstatSync(path.join(at, 'out/2_b/migration.sql')).isFile()).toBe(true);
  });

  it('puts several inputs under their own names', () => {
    const at = folder({ 'a/m/001.sql': TABLE, 'b/m/001.sql': TABLE, 'c.sql': TABLE });
    expect(run(at, ['a/m', 'b/m', 'c.sql', '--out-dir', 'out']).code).toBe(0);
    expect(Object.keys(tree(path.join(at, 'out'))).sort()).toEqual(['a/m/001.sql', 'b/m/001.sql', 'c.sql']);
    const [x, y] = [folder({ 'm/001.sql': TABLE }), folder({ 'm/001.sql': TABLE })];
    const clash = run(at, [path.join(x, 'm'), path.join(y, 'm'), '--out-dir', 'out2']);
    expect(clash.code).toBe(2);
    expect(clash.stderr).toMatch(/^error: --out-dir: .* would both be written to m\/001\.sql/);
    write(at, { 'c.json': '{ "outDir": "out2" }' });
    const configured = run(at, [path.join(x, 'm'), path.join(y, 'm'), '--config', 'c.json']);
    expect(configured.stderr).toMatch(/^error: \/.*\/c\.json: "outDir": .* would both be written to m\/001\.sql/);
    expect(fs.existsSync(path.join(at, 'out2'))).toBe(false);
  });

  it('gives the same as writing in place', () => {
    const [a, b] = [folder(prisma), folder(prisma)];
    run(a, ['p', '--out-dir', 'out']);
    run(b, ['p']);
    expect(tree(path.join(a, 'out'))).toEqual(tree(path.join(b, 'p')));
  });
});

describe('--json', () => {
  it('prints one document with all statements, also when there are errors', () => {
    const at = folder({ 'm/001.sql': TABLE, 'm/002.sql': `${RERUNNABLE}${REFUSED}CREAT;\n`, 'm/x.sql/y.txt': '' });
    const { code, ...report } = json(at, ['--check', 'm', 'missing']);
    expect(code).toBe(2);
    expect(report).toMatchObject({
      version: 1,
      mode: 'check',
      exitCode: 2,
      folders: [{ path: 'm', tool: 'sql', title: expect.any(String) as string, migrations: 2 }],
      errors: [{ path: 'missing', message: expect.stringContaining('no such file') as string }],
      totals: {
        files: { changed: 1, unchanged: 1, skipped: 1 },
        statements: { guarded: 1, rerunnable: 1, refused: 1, broken: 1 },
        problems: 1,
      },
    });
    const byPath = new Map(report.files.map((file) => [file.path, file]));
    expect(byPath.get('m/001.sql')).toMatchObject({
      status: 'changed',
      folder: 0,
      statements: [
        { line: 1, column: 1, kind: 'CREATE TABLE', outcome: 'guarded', message: expect.any(String) as string },
      ],
    });
    expect(byPath.get('m/002.sql')?.statements.map((statement) => statement.outcome)).toEqual([
      'rerunnable',
      'refused',
      'broken',
    ]);
    expect(byPath.get('m/002.sql')?.problems).toMatchObject([{ kind: 'syntax', line: 3, column: 1 }]);
    expect(byPath.get('m/x.sql')).toMatchObject({
      status: 'skipped',
      reason: expect.stringContaining('folder') as string,
    });
  });

  it('holds the diff with --diff and nothing on standard error', () => {
    const at = migrations();
    const { stdout, stderr } = run(at, ['--json', '--diff', 'migrations']);
    expect(stderr).toBe('');
    const report = JSON.parse(stdout) as { files: { diff?: string }[] };
    expect(report.files.map((file) => file.diff?.startsWith('--- a/'))).toEqual([true, false]);
  });
});

describe('--quiet', () => {
  it('leaves refusals, errors and the total', () => {
    const at = folder({ 'm/001.sql': TABLE, 'm/002.sql': REFUSED });
    const { stdout, stderr } = run(at, ['--quiet', 'm', 'missing']);
    expect(stdout).toMatch(/^ {2}refused m\/002\.sql:1:1 .*\n.*\n.*\n2 migrations: .*\n$/);
    expect(stderr).toMatch(/^error missing: no such file or folder/);
    expect(run(migrations(), ['--quiet', 'migrations']).stdout).toMatch(/^2 migrations: .*\n$/);
  });
});

describe('--guard and --pg-version', () => {
  it('reach the rewriter', () => {
    const at = folder({ 'm/001.sql': TABLE });
    const text = (...args: string[]): string => run(at, ['--stdin', ...args], { input: TABLE }).stdout;
    expect(text('--guard', 'shape')).toBe(text());
    expect(text('--guard', 'name').length).toBeLessThan(text().length);
    const view = 'CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f();\n';
    const trigger = (version: string): string =>
      run(at, ['--stdin', '--guard', 'name', '--pg-version', version], { input: view }).stdout;
    expect(trigger('12')).toContain('TRIGGER');
    for (const [args, message] of [
      [['--guard', 'full'], /^error: --guard must be "shape" or "name"/],
      [['--pg-version', '11'], /^error: --pg-version must be a whole number from 12 to 18/],
      [['--pg-version', '14.2'], /^error: --pg-version must be/],
      [['--pg-version', 'x'], /^error: --pg-version must be/],
      [['--out-dir', ''], /^error: --out-dir must be a text that is not empty/],
      [['--checksum-sql', ''], /^error: --checksum-sql must be a text/],
      [['--tool', ''], /^error: --tool must be a text/],
      [['--ignore', ''], /^error: --ignore must be a list of texts that are not empty/],
      [['--config', ''], /^error: --config needs the name of a file/],
      [['--stdin', '--stdin-filepath', ''], /^error: --stdin-filepath needs the name of a file/],
    ] as const) {
      const result = run(at, [...args, '--', 'm']);
      expect(result.stderr).toMatch(message);
      expect(result.code).toBe(2);
    }
  });
});

describe('--stdin', () => {
  it('is a filter', () => {
    const at = migrations();
    const { code, stdout, stderr } = run(at, ['--stdin'], { input: TABLE });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('CREATE TABLE a');
    expect(run(at, ['--stdin'], { input: stdout }).stdout).toBe(stdout);
    expect(run(at, ['--stdin'], { input: '' })).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('tells of refusals on standard error and passes the text on', () => {
    const { code, stdout, stderr } = run(folder(), ['--stdin', '--stdin-filepath', 'm/007.sql'], { input: REFUSED });
    expect({ code, stdout }).toEqual({ code: 1, stdout: REFUSED });
    expect(stderr).toMatch(/refused m\/007\.sql:1:1/);
  });

  it('knows the tool and the earlier migrations of --stdin-filepath, whether the file is there or not', () => {
    const at = folder({
      'migrations/migration_lock.toml': 'provider = "postgresql"\n',
      'migrations/1_a/migration.sql': 'CREATE TABLE a (id integer PRIMARY KEY, n integer);\n',
    });
    const report = json(at, ['--stdin', '--stdin-filepath', 'migrations/2_b/migration.sql'], { input: RERUNNABLE });
    expect(report.folders[0]).toMatchObject({ tool: 'prisma', migrations: 2 });
    expect(report.files[0]).toMatchObject({
      path: 'migrations/2_b/migration.sql',
      status: 'unchanged',
      text: RERUNNABLE,
    });
  });

  it('--check and --diff show instead of passing on', () => {
    const at = folder();
    expect(run(at, ['--stdin', '--check'], { input: TABLE })).toMatchObject({ code: 1, stdout: '' });
    expect(run(at, ['--stdin', '--check'], { input: RERUNNABLE })).toMatchObject({ code: 0, stdout: '' });
    expect(run(at, ['--stdin', '--diff', '--stdin-filepath', 'x/1.sql'], { input: TABLE }).stdout).toMatch(
      /^--- a\/x\/1\.sql\n/,
    );
  });

  it('does not lose what is no UTF-8', () => {
    const input = Buffer.from([0x2d, 0x2d, 0xe4, 0x0a]);
    const { code, stderr } = run(folder(), ['--stdin'], { input });
    expect(code).toBe(1);
    expect(stderr).toMatch(/byte offset 2/);
    const passed = execute(
      folder(),
      'sh',
      [
        '-c',
        `"${process.execPath}" "${path.resolve(import.meta.dirname, '../../packages/cli/dist/bin.js')}" --stdin 2>/dev/null | od -An -tx1`,
      ],
      { input },
    );
    expect(passed.stdout.trim()).toBe('2d 2d e4 0a');
  });

  it('contradictions are wrong use', () => {
    const at = migrations();
    for (const args of [
      ['--stdin', 'migrations'],
      ['--stdin', '--all'],
      ['--stdin', '--out-dir', 'x'],
      ['--stdin-filepath', 'x', 'migrations'],
    ]) {
      expect({ args, code: run(at, args).code }).toEqual({ args, code: 2 });
    }
  });
});

describe('--tool', () => {
  it('overrides the detection', () => {
    const at = folder({ 'm/001_a.sql': `-- +goose Up\n${TABLE}\n-- +goose Down\nDROP TABLE a;\n` });
    expect(json(at, ['--check', 'm']).folders[0]?.tool).toBe('goose');
    expect(json(at, ['--check', '--tool', 'sql', 'm']).folders[0]?.tool).toBe('sql');
    const unknown = run(at, ['--tool', 'nope', 'm']);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/^error: --tool: there is no migration tool "nope"; the tools are .*prisma/);
  });
});

describe('--checksum-sql', () => {
  const prisma = (): string =>
    folder({
      'p/migration_lock.toml': 'provider = "postgresql"\n',
      'p/1_a/migration.sql': TABLE,
      'p/2_b/migration.sql': RERUNNABLE,
    });
  const sha256 = (text: string): string => crypto.createHash('sha256').update(text).digest('hex');

  it('writes the statements for the rewritten files', () => {
    const at = prisma();
    expect(run(at, ['p', '--checksum-sql', 'ledger.sql']).code).toBe(0);
    const sql = fs.readFileSync(path.join(at, 'ledger.sql'), 'utf8');
    expect(sql).toContain(sha256(TABLE));
    expect(sql).toContain(sha256(fs.readFileSync(path.join(at, 'p/1_a/migration.sql'), 'utf8')));
    expect(sql).not.toContain('2_b');
  });

  it('- is standard output, and then the report goes to standard error', () => {
    const at = prisma();
    const { code, stdout, stderr } = run(at, ['p', '--checksum-sql', '-', '--out-dir', 'out']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^UPDATE "_prisma_migrations"/);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('1 rewritten');
  });

  it('is told of once per tool where checksums are kept', () => {
    const at = prisma();
    expect(run(at, ['--check', 'p']).stdout.match(/--checksum-sql FILE/g)).toHaveLength(1);
  });

  it('never lies among the migrations, and a failure is told', () => {
    const at = folder({ 'm/001.sql': TABLE });
    const inside = run(at, ['m', '--checksum-sql', 'm/999.sql']);
    expect(inside.code).toBe(2);
    expect(inside.stderr).toMatch(/taken for a migration/);
    expect(tree(at)).toEqual({ 'm/001.sql': TABLE });
    const missing = run(at, ['m', '--checksum-sql', 'no/such/folder/x.sql']);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(/no\/such\/folder\/x\.sql: can not be written: no such file or folder/);
    for (const other of ['--check', '--diff']) expect(run(at, ['m', other, '--checksum-sql', 'x.sql']).code).toBe(2);
  });
});

describe('ignore', () => {
  it('leaves files alone, also those that are named', () => {
    const at = folder({ 'm/001.sql': TABLE, 'm/old/000.sql': TABLE, 'm/seed.sql': TABLE });
    const report = json(at, ['--check', 'm', '--ignore', 'm/old', '**/seed.sql']);
    expect(report.files.map((file) => [file.path, file.status])).toEqual([
      ['m/old/000.sql', 'ignored'],
      ['m/seed.sql', 'ignored'],
      ['m/001.sql', 'changed'],
    ]);
    expect(json(at, ['--check', 'm/seed.sql', '--ignore', '**/seed.sql']).files[0]?.status).toBe('ignored');
  });
});

describe('help, version, wrong use', () => {
  it('--help shows options and examples that run', () => {
    const at = folder();
    const { code, stdout } = run(at, ['--help']);
    expect(code).toBe(0);
    for (const option of [
      '--check',
      '--diff',
      '--out-dir',
      '--force',
      '--all',
      '--ignore',
      '--guard',
      '--pg-version',
      '--tool',
      '--checksum-sql',
      '--stdin',
      '--stdin-filepath',
      '--json',
      '--quiet',
      '--config',
      '--no-config',
      '--color',
      '--no-color',
      '--help',
    ]) {
      expect(stdout).toContain(option);
    }
    expect(run(at, ['rewrite', '--help']).stdout).toBe(stdout);
    const examples = stdout
      .split('\n')
      .flatMap((line) => /^ {2}\$ idempotify (.*?)(?: {2,}.*)?$/.exec(line)?.[1] ?? []);
    expect(examples.length).toBeGreaterThan(4);
    for (const example of examples) {
      const place = folder({ 'migrations/002_add.sql': TABLE, 'prisma/migrations/1_a/migration.sql': TABLE });
      if (example.includes('--staged')) git(place, 'init', '-q');
      const bin = path.resolve(import.meta.dirname, '../../packages/cli/dist/bin.js');
      const result = execute(place, 'sh', ['-c', `"${process.execPath}" "${bin}" ${example}`]);
      expect({ example, code: result.code, stderr: result.stderr }).toEqual({
        example,
        code: example.startsWith('--check ') ? 1 : 0,
        stderr: '',
      });
    }
  });

  it('--version', () => {
    const manifest = JSON.parse(
      fs.readFileSync(path.resolve(import.meta.dirname, '../../packages/cli/package.json'), 'utf8'),
    ) as { version: string };
    expect(run(folder(), ['--version'])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  it.each([
    [['--nope'], /unknown option '--nope'/],
    [['--chek', 'm'], /Did you mean --check/],
    [['--guard'], /argument missing/],
    [['--check', '--out-dir', 'x', 'm'], /--check and --out-dir can not be used together/],
    [['--force', 'm'], /--force needs --out-dir/],
    [['--json', '--checksum-sql', '-', 'm'], /both would be written to standard output/],
  ])('%j is wrong use', (args, message) => {
    const at = folder({ 'm/001.sql': TABLE });
    const { code, stdout, stderr } = run(at, args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(tree(at)).toEqual({ 'm/001.sql': TABLE });
  });
});

describe('config file', () => {
  const files = { 'm/001.sql': TABLE };

  it.each([
    ['.idempotifyrc.json', '{ "check": true }'],
    ['idempotify.config.json', '{ "check": true }'],
    ['idempotify.config.mjs', 'export default { check: true };'],
    ['idempotify.config.js', 'module.exports = { check: true };'],
    ['package.json', '{ "idempotify": { "check": true } }'],
  ])('%s is found, from subfolders too', (name, content) => {
    const at = folder({ ...files, [name]: content });
    expect(run(at, ['m']).code).toBe(1);
    expect(run(path.join(at, 'm'), ['.']).code).toBe(1);
    expect(tree(at)['m/001.sql']).toBe(TABLE);
    expect(run(at, ['--no-config', '--check', 'm/']).code).toBe(1);
    // the command line has the last word
    expect(run(at, ['--no-check', 'm']).code).toBe(0);
    expect(tree(at)['m/001.sql']).not.toBe(TABLE);
  });

  it('paths and globs are relative to the file', () => {
    const at = folder({
      'm/001.sql': TABLE,
      'm/old/1.sql': TABLE,
      'conf/c.json': '{ "paths": ["../m"], "ignore": ["../m/old"], "outDir": "out", "pg-version": 16 }',
      'conf/package.json': '{}',
    });
    expect(run(at, ['--config', 'conf/c.json']).code).toBe(0);
    expect(Object.keys(tree(path.join(at, 'conf/out'))).sort()).toEqual(['001.sql', 'old/1.sql']);
    expect(tree(at)['conf/out/old/1.sql']).toBe(TABLE);
    expect(tree(at)['conf/out/001.sql']).not.toBe(TABLE);
    const inner = folder({
      'sub/m/001.sql': TABLE,
      'sub/.idempotifyrc.json': '{ "paths": ["m"], "ignore": ["m/0*.sql"] }',
    });
    expect(json(path.join(inner, 'sub/m'), ['--check']).files.map((file) => file.status)).toEqual(['ignored']);
  });

  it.each([
    ['{ "chek": true }', /\.idempotifyrc\.json: there is no option "chek"; the options are paths, /],
    ['{ "pgVersion": "16" }', /\.idempotifyrc\.json: "pgVersion" must be a whole number/],
    ['{ "guard": 1 }', /"guard" must be "shape" or "name"/],
    ['{ "paths": "m" }', /"paths" must be a list of texts/],
    ['{ "check": "yes" }', /"check" must be true or false/],
    ['[]', /\.idempotifyrc\.json: must hold an object with options; the options are paths, /],
    ['{ "verify": [] }', /\.idempotifyrc\.json: "verify" must hold an object with options; the options are original, /],
    ['{ "check": true, }', /\.idempotifyrc\.json: does not parse: /],
    ['', /\.idempotifyrc\.json is empty/],
    ['{ "pgVersion": 16, "pg-version": 15 }', /"pgVersion" is given twice/],
    [
      '{ "check": true, "outDir": "x" }',
      /\/\.idempotifyrc\.json: "check" and \/.*\.json: "outDir" can not be used together: \/.*\.json: "check" writes nothing/,
    ],
    ['{ "force": true }', /\.idempotifyrc\.json: "force" needs --out-dir/],
    ['{ "tool": "x" }', /\.idempotifyrc\.json: "tool": there is no migration tool "x"/],
  ])('%s is an error that names the file', (content, message) => {
    const at = folder({ ...files, '.idempotifyrc.json': content });
    const { code, stderr } = run(at, ['m']);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(tree(at)['m/001.sql']).toBe(TABLE);
  });

  it('a config file that can not be loaded is told', () => {
    const at = folder({
      ...files,
      'bad.mjs': 'export default (',
      'none.mjs': 'export const a = 1;',
      'x.yaml': 'check: true',
      'dir.json/x': '',
      'package.json': '{ "name": "x" }',
    });
    for (const [file, message] of [
      ['missing.json', /missing\.json: the config file can not be loaded: no such file/],
      ['bad.mjs', /bad\.mjs: does not parse/],
      ['none.mjs', /none\.mjs: has no default export/],
      ['x.yaml', /x\.yaml: the config file can not be loaded/],
      ['dir.json', /dir\.json: the config file can not be loaded: is a folder/],
      ['package.json', /has no key "idempotify"/],
    ] as const) {
      const { code, stderr } = run(at, ['--config', file, 'm']);
      expect({ file, code, stderr }).toEqual({ file, code: 2, stderr: expect.stringMatching(message) as string });
    }
  });
});

describe('output', () => {
  it('goes on when nobody reads it any more', () => {
    const at = folder(Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`m/${100 + index}.sql`, REFUSED])));
    write(at, { 'm/000.sql': TABLE });
    const bin = path.resolve(import.meta.dirname, '../../packages/cli/dist/bin.js');
    const { stderr } = execute(at, 'sh', ['-c', `"${process.execPath}" "${bin}" m | true`]);
    expect(stderr).toBe('');
    expect(tree(at)['m/000.sql']).not.toBe(TABLE);
  });
});
