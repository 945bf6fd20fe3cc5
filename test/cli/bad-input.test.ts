/** Bad input: each a clear error or a result, never a half-written file, and the other files still get theirs. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { TABLE, bin, build, execute, folder, has, json, run, tree, write } from './harness.ts';

beforeAll(build);

const isRoot = process.getuid?.() === 0;

/** The other file of the folder, which is to be rewritten whatever happens. */
const OTHER = 'm/999_other.sql';

/** Runs on a folder with the given files and one sound migration, and makes sure that this one got its result. */
function outcome(
  files: Record<string, string | Uint8Array>,
  prepare: (at: string) => void = () => undefined,
  args: readonly string[] = ['m'],
) {
  const at = folder({ ...files, [OTHER]: TABLE });
  prepare(at);
  const before = tree(at);
  const text = run(at, args);
  const after = tree(at);
  expect(after[OTHER]).not.toBe(TABLE);
  expect(after[OTHER]).toContain('CREATE TABLE a');
  expect(Object.keys(after).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  fs.writeFileSync(path.join(at, OTHER), TABLE);
  const report = json(at, [...args]);
  const { [OTHER]: _a, ...rest } = after;
  const { [OTHER]: _b, ...was } = before;
  return {
    at,
    text,
    report,
    untouched: JSON.stringify(rest) === JSON.stringify(was),
    file: (name: string) => report.files.find((each) => each.path === name),
  };
}

describe('paths', () => {
  it('a missing path', () => {
    const { text, report } = outcome({}, undefined, ['m', 'nope/x.sql', 'no\x1b[31mpe']);
    expect(text.code).toBe(2);
    expect(text.stderr).toBe(
      'error nope/x.sql: no such file or folder (ENOENT)\nerror no\\x1b[31mpe: no such file or folder (ENOENT)\n',
    );
    expect(report.errors).toHaveLength(2);
  });

  it('a pattern that matches nothing', () => {
    const { text } = outcome({}, undefined, ['m', 'x/**/*.sql']);
    expect(text.code).toBe(2);
    expect(text.stderr).toMatch(/error x\/\*\*\/\*\.sql: no migration file or folder matches this pattern/);
  });

  it('an empty folder, and one with only down migrations', () => {
    const { text } = outcome({ 'd/1_x/down.sql': 'DROP TABLE a;', 'e/readme.md': '' }, undefined, ['m', 'e', 'd']);
    expect(text.code).toBe(2);
    expect(text.stderr).toMatch(/error e: no migrations found: there is no \.sql file in this folder/);
    expect(text.stderr).toMatch(/error d: no migrations found: none of the \.sql files/);
  });

  it('a file that is no .sql file, a device, a path through a file', () => {
    const { text } = outcome({ 'a.txt': '' }, undefined, ['m', 'a.txt', '/dev/null', 'a.txt/x.sql']);
    expect(text.code).toBe(2);
    expect(text.stderr).toMatch(/error a\.txt: is no \.sql file/);
    expect(text.stderr).toMatch(/error \/dev\/null: is not a regular file/);
    expect(text.stderr).toMatch(/error a\.txt\/x\.sql: a part of the path is not a folder/);
  });

  it('the same path twice and in several spellings is one file', () => {
    const { report } = outcome({}, undefined, ['m', './m', `m/../m/999_other.sql`, OTHER, 'm/*.sql']);
    expect(report.files).toHaveLength(1);
  });

  it('a folder named x.sql', () => {
    const { text, file } = outcome({ 'm/x.sql/inner.sql': TABLE });
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(/left alone: m\/x\.sql: it is a folder, in spite of its name/);
    expect(file('m/x.sql')).toMatchObject({ status: 'skipped' });
    expect(file('m/x.sql/inner.sql')).toBeDefined();
  });

  it('a named pipe is not waited for', () => {
    const { text, file } = outcome({}, (at) => expect(execute(at, 'mkfifo', ['m/p.sql']).code).toBe(0));
    expect(text.code).toBe(0);
    expect(file('m/p.sql')).toMatchObject({ status: 'skipped', reason: 'it is not a regular file' });
    const named = outcome({}, (at) => execute(at, 'mkfifo', ['p.sql']), ['m', 'p.sql']);
    expect(named.text.stderr).toMatch(/error p\.sql: is not a regular file; --stdin reads from a pipe/);
  });

  it('names with line breaks and escape characters are printed safely', () => {
    const name = 'm/1\n\x1b[31m\u202e.sql';
    const { text, at } = outcome({ [name]: `${TABLE}CREAT;` });
    expect(tree(at)[name]).toContain('DO ');
    expect(text.stdout).not.toContain('\x1b');
    expect(text.stdout).toContain('m/1\\n\\x1b[31m\\u{202e}.sql:2:1');
  });

  it.runIf(process.platform === 'linux')('a name that is not UTF-8', () => {
    const at = folder({ [OTHER]: TABLE });
    fs.writeFileSync(Buffer.concat([Buffer.from(`${at}/m/`), Buffer.from([0xff]), Buffer.from('.sql')]), TABLE);
    const text = run(at, ['m']);
    expect(text.code).toBe(2);
    expect(fs.readFileSync(path.join(at, OTHER), 'utf8')).not.toBe(TABLE);
    expect(text.stdout).toMatch(/error m\/\ufffd\.sql can not be read: its name is not valid UTF-8/);
  });
});

describe('links', () => {
  it('a broken link', () => {
    const { text, file } = outcome({}, (at) => fs.symlinkSync('nowhere.sql', path.join(at, 'm/001.sql')));
    expect(text.code).toBe(2);
    expect(text.stdout).toMatch(/error m\/001\.sql is a symbolic link that leads nowhere: no such file/);
    expect(file('m/001.sql')).toMatchObject({ status: 'failed' });
    const named = outcome({}, (at) => fs.symlinkSync('nowhere.sql', path.join(at, 'l.sql')), ['m', 'l.sql']);
    expect(named.text.stderr).toMatch(/error l\.sql: is a symbolic link that leads nowhere, to nowhere\.sql/);
  });

  it('a link out of the tree is not followed unless it is named itself; then it stays a link', () => {
    const link = (at: string): void => fs.symlinkSync('../elsewhere/001.sql', path.join(at, 'm/001.sql'));
    const { text, file, untouched } = outcome({ 'elsewhere/001.sql': TABLE }, link);
    expect(text.code).toBe(0);
    expect(untouched).toBe(true);
    expect(file('m/001.sql')).toMatchObject({
      status: 'skipped',
      reason: expect.stringMatching(/link out of the folder, to .*elsewhere\/001\.sql/) as string,
    });
    const { at } = outcome({ 'elsewhere/001.sql': TABLE }, link, ['m', 'm/001.sql']);
    expect(tree(at)['m/001.sql']).toBe('-> ../elsewhere/001.sql');
    expect(tree(at)['elsewhere/001.sql']).toContain('DO ');
  });

  it('links within the tree: the file is rewritten once; loops end', () => {
    const { at, file } = outcome({ 'm/001.sql': TABLE, 'm/text.txt': TABLE }, (place) => {
      fs.symlinkSync('001.sql', path.join(place, 'm/002.sql'));
      fs.symlinkSync('text.txt', path.join(place, 'm/003.sql'));
      fs.symlinkSync('.', path.join(place, 'm/loop'));
      fs.symlinkSync('self.sql', path.join(place, 'm/self.sql'));
    });
    expect(file('m/002.sql')).toMatchObject({
      status: 'skipped',
      reason: 'it is a symbolic link to 001.sql, which is looked at itself',
    });
    expect(file('m/self.sql')).toMatchObject({ status: 'failed' });
    expect(tree(at)).toMatchObject({ 'm/002.sql': '-> 001.sql', 'm/003.sql': '-> text.txt', 'm/loop': '-> .' });
    expect(tree(at)['m/text.txt']).toContain('DO ');
  });

  it('--out-dir keeps links within the tree and leaves out those that lead elsewhere', () => {
    const at = folder({ 'm/001.sql': TABLE, 'm/sub/x.txt': '', 'elsewhere.txt': 'secret' });
    fs.symlinkSync('../001.sql', path.join(at, 'm/sub/l.sql'));
    fs.symlinkSync(path.join(at, 'm/sub'), path.join(at, 'm/abs'));
    fs.symlinkSync('../elsewhere.txt', path.join(at, 'm/out.txt'));
    fs.symlinkSync('nowhere', path.join(at, 'm/broken.txt'));
    expect(run(at, ['m', '--out-dir', 'out']).code).toBe(0);
    const out = tree(path.join(at, 'out'));
    expect(Object.keys(out).sort()).toEqual(['001.sql', 'abs', 'sub/l.sql', 'sub/x.txt']);
    expect(out).toMatchObject({ abs: '-> sub', 'sub/l.sql': '-> ../001.sql' });
  });

  it('a pattern sees links and does not follow them', () => {
    const { file, untouched } = outcome(
      { 'elsewhere/001.sql': TABLE },
      (at) => fs.symlinkSync('../elsewhere/001.sql', path.join(at, 'm/001.sql')),
      ['m/*.sql'],
    );
    expect(file('m/001.sql')).toMatchObject({ status: 'skipped' });
    expect(untouched).toBe(true);
  });

  it('a hard link keeps the old text, and that is told', () => {
    const { text } = outcome({ 'm/001.sql': TABLE }, (at) =>
      fs.linkSync(path.join(at, 'm/001.sql'), path.join(at, 'copy.sql')),
    );
    expect(text.stdout).toMatch(/note m\/001\.sql: the file had 1 further hard link, which keeps the text as it was/);
  });
});

describe('content', () => {
  const utf16 = (text: string, bom: number[]): Uint8Array =>
    Buffer.concat([Buffer.from(bom), Buffer.from(text, 'utf16le')]);

  it.each([
    [
      'UTF-16 little endian',
      utf16(TABLE, [0xff, 0xfe]),
      /m\/001\.sql:1:1: is UTF-16 \(byte order mark ff fe\), and PostgreSQL takes UTF-8/,
    ],
    [
      'UTF-16 big endian',
      utf16(TABLE, [0xff, 0xfe])
        .slice()
        .map((_, i, all) => all[i ^ 1]!),
      /is UTF-16 \(byte order mark fe ff\)/,
    ],
    ['UTF-16 without a mark', utf16(TABLE, []), /is UTF-16 \(without a byte order mark\)/],
    [
      'Latin-1',
      Buffer.from("-- ok\nSELECT 'Gr\xfc\xdfe';\n", 'latin1'),
      /m\/001\.sql:2:11: is not valid UTF-8: byte 0xfc at byte offset 16/,
    ],
    [
      'UTF-8 cut off',
      Buffer.concat([Buffer.from('SELECT 1; -- €'), Buffer.from([0xe2, 0x82])]),
      /m\/001\.sql:1:15: .* byte 0xe2 at byte offset 16/,
    ],
    ['NUL bytes', Buffer.from(`${TABLE}SELECT 'a\0b';\n`), /unreadable m\/001\.sql:2:10: contains a NUL character/],
  ])('%s', (_, content, message) => {
    const { text, file, untouched } = outcome({ 'm/001.sql': content });
    expect(text.code).toBe(1);
    expect(text.stdout).toMatch(message);
    if (!content.includes(0) || content[1] === 0 || content[0] === 0 || content[0]! >= 0xfe) {
      expect(file('m/001.sql')?.status).toBe('broken');
      expect(untouched).toBe(true);
    }
  });

  it('NUL bytes cost only their statement', () => {
    const { at } = outcome({ 'm/001.sql': `${TABLE.replace(' a ', ' b ')}SELECT 'a\0b';\n` });
    expect(tree(at)['m/001.sql']).toMatch(/DO [\s\S]*SELECT 'a\0b';\n$/);
  });

  it('an empty file and one of comments only', () => {
    const { text, untouched } = outcome({ 'm/001.sql': '', 'm/002.sql': '-- nothing\n', 'm/003.sql': '\ufeff' });
    expect(text.code).toBe(0);
    expect(untouched).toBe(true);
  });

  it('a file of 50 MB is refused with its size, whatever lies in it', () => {
    const line = "INSERT INTO t VALUES (1, 'some text');\n";
    const { text, untouched } = outcome({ 'm/001.sql': line.repeat(Math.ceil((50 * 1024 * 1024) / line.length)) });
    expect(text.code).toBe(2);
    expect(text.stdout).toMatch(/error m\/001\.sql is too large: 50 MB, and at most 8 MB are read/);
    expect(untouched).toBe(true);
    const at = folder({ 'm/001.sql': line.repeat(300_000), 'm/002.sql': TABLE });
    run(at, ['m', '--out-dir', 'out']);
    expect(fs.statSync(path.join(at, 'out/001.sql')).size).toBe(300_000 * line.length);
  });
});

describe('rights', () => {
  /** Runs as a user for whom rights count. */
  const asUser = (at: string, args: readonly string[]) => {
    if (!isRoot) return run(at, args);
    expect(spawnSync('chown', ['-R', '65534:65534', at]).status).toBe(0);
    return execute(at, 'setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, bin, ...args]);
  };
  const canDropRoot = !isRoot || has('setpriv');

  it.runIf(canDropRoot)('an unreadable file and an unreadable folder', () => {
    const at = folder({ 'm/001.sql': TABLE, 'm/locked/001.sql': TABLE, [OTHER]: TABLE });
    fs.chmodSync(path.join(at, 'm/001.sql'), 0);
    fs.chmodSync(path.join(at, 'm/locked'), 0);
    const { code, stdout } = asUser(at, ['m']);
    fs.chmodSync(path.join(at, 'm/locked'), 0o755);
    fs.chmodSync(path.join(at, 'm/001.sql'), 0o644);
    expect(code).toBe(2);
    expect(stdout).toMatch(/error m\/001\.sql can not be read: permission denied \(EACCES\)/);
    expect(stdout).toMatch(/error m\/locked can not be listed: permission denied \(EACCES\)/);
    expect(tree(at)[OTHER]).not.toBe(TABLE);
    expect(tree(at)['m/001.sql']).toBe(TABLE);
  });

  it.runIf(canDropRoot)('a folder that may not be written to', () => {
    const at = folder({ 'm/ro/001.sql': TABLE, [OTHER]: TABLE });
    fs.chmodSync(path.join(at, 'm/ro'), 0o555);
    const { code, stdout } = asUser(at, ['m']);
    fs.chmodSync(path.join(at, 'm/ro'), 0o755);
    expect(code).toBe(2);
    expect(stdout).toMatch(/error m\/ro\/001\.sql can not be written: permission denied \(EACCES\)/);
    expect(tree(at)['m/ro/001.sql']).toBe(TABLE);
    expect(tree(at)[OTHER]).not.toBe(TABLE);
  });

  it('a read-only file, also for root', () => {
    const { text, file, untouched } = outcome({ 'm/001.sql': TABLE }, (at) =>
      fs.chmodSync(path.join(at, 'm/001.sql'), 0o444),
    );
    expect(text.code).toBe(2);
    expect(file('m/001.sql')).toMatchObject({ status: 'failed', reason: 'can not be written: it is read-only' });
    expect(untouched).toBe(true);
  });

  it.runIf(isRoot)('the owner stays', () => {
    const { at } = outcome({ 'm/001.sql': TABLE }, (place) => fs.chownSync(path.join(place, 'm/001.sql'), 1234, 2345));
    expect(fs.statSync(path.join(at, 'm/001.sql'))).toMatchObject({ uid: 1234, gid: 2345 });
  });

  it.runIf(isRoot && canDropRoot)('a file of somebody else is not taken over', () => {
    const at = folder({ 'm/001.sql': TABLE });
    fs.chmodSync(path.join(at, 'm/001.sql'), 0o666);
    for (const each of [at, path.join(at, 'm')]) fs.chmodSync(each, 0o777);
    const { code, stdout } = execute(at, 'setpriv', [
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      process.execPath,
      bin,
      'm',
    ]);
    expect(code).toBe(2);
    expect(stdout).toMatch(/it belongs to another user or group \(0:0\)/);
    expect(tree(at)).toEqual({ 'm/001.sql': TABLE });
  });
});

// a file system of its own, in a mount namespace of its own
const unshare = (script: string): string[] => ['-rm', 'sh', '-euc', script];
const canMount = has('unshare') && execute('/', 'unshare', unshare('mount -t tmpfs none /mnt')).code === 0;

describe.runIf(canMount)('the disk', () => {
  /** Lists what lies in m afterwards, in the namespace. */
  const inMount = (options: string, fill: string, args: string) => {
    const at = folder({ 'm/keep': '' });
    const script = `mount -t tmpfs -o ${options} none m; ${fill}; set +e; "$NODE" "$BIN" ${args}; echo "exit $?"; ls -A m; md5sum m/*.sql`;
    return { at, ...execute(at, 'unshare', unshare(script), { env: { NODE: process.execPath, BIN: bin } }) };
  };
  const md5 = (text: string): string => spawnSync('md5sum', { input: text }).stdout.toString().slice(0, 32);

  it('full: the file stays as it was, no temporary file stays', () => {
    // 64 KB: the first fits in its rewritten form as well, the rest of the space is taken
    const fill = `printf '%s' '${TABLE}' > m/001.sql; dd if=/dev/zero of=m/filler bs=1k count=60 2>/dev/null || true; dd if=/dev/zero of=m/filler2 bs=1 count=8192 2>/dev/null || true`;
    const { stdout } = inMount('size=64k', fill, 'm');
    expect(stdout).toMatch(/error m\/001\.sql can not be written: no space left on the disk \(ENOSPC\)/);
    expect(stdout).toMatch(/exit 2\n001\.sql\nfiller\nfiller2\n/);
    expect(stdout).toContain(md5(TABLE));
  });

  it('full in the output folder', () => {
    const fill = `dd if=/dev/zero of=m/filler bs=1k count=128 2>/dev/null || true; mkdir in; printf '%s' '${TABLE}' > in/001.sql`;
    const { at, stdout } = inMount('size=64k', fill, 'in --out-dir m --force');
    expect(stdout).toMatch(/error in\/001\.sql can not be written: no space left/);
    expect(stdout).toMatch(/exit 2\nfiller\n/);
    expect(tree(at)['in/001.sql']).toBe(TABLE);
  });

  it('read-only', () => {
    const { stdout } = inMount('size=64k', `printf '%s' '${TABLE}' > m/001.sql; mount -o remount,ro none m`, 'm');
    expect(stdout).toMatch(/error m\/001\.sql can not be written: the file system is read-only \(EROFS\)/);
    expect(stdout).toMatch(/exit 2\n001\.sql\n/);
    expect(stdout).toContain(md5(TABLE));
  });
});

it('all of it together', () => {
  const { text, report, at } = outcome(
    {
      'm/001.sql': Buffer.from([0xff, 0xfe, 0x2d, 0]),
      'm/002.sql': 'CREAT;',
      'm/003.sql/x': '',
      'm/004.sql': TABLE.replace(' a ', ' b '),
    },
    (place) => {
      fs.symlinkSync('nowhere', path.join(place, 'm/005.sql'));
      fs.chmodSync(path.join(place, 'm/004.sql'), 0o444);
    },
    ['m', 'missing'],
  );
  expect(text.code).toBe(2);
  expect(report.totals.files).toEqual({
    changed: 1,
    unchanged: 1,
    committed: 0,
    ignored: 0,
    skipped: 1,
    broken: 1,
    failed: 2,
  });
  write(at, {});
});
