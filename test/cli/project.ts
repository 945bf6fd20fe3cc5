/** Small projects as their tools make them, with idempotify installed, and real hooks of real hook managers. */
import fs from 'node:fs';
import path from 'node:path';
import { bin, execute, folder, git, write } from './harness.ts';

const modules = path.resolve(import.meta.dirname, '../../node_modules');
const { version } = JSON.parse(
  fs.readFileSync(path.resolve(import.meta.dirname, '../../packages/cli/package.json'), 'utf8'),
) as { version: string };
export { version };

export interface ProjectKind {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** A migration that is to be made, and what it holds before and after. */
  readonly next: string;
  readonly other: string;
  readonly content: (statement: string) => string;
  /** Before a migration counts, its tool has to know it. */
  readonly journal?: (names: readonly string[]) => Record<string, string>;
}

const drizzleJournal = (names: readonly string[]): Record<string, string> => ({
  'drizzle/meta/_journal.json': `${JSON.stringify(
    {
      version: '7',
      dialect: 'postgresql',
      entries: names.map((name, idx) => ({
        idx,
        version: '7',
        when: 1735689600000 + idx,
        tag: path.basename(name, '.sql'),
        breakpoints: true,
      })),
    },
    undefined,
    2,
  )}\n`,
});

const knex = (statement: string): string =>
  `exports.up = async function (knex) {\n  await knex.raw('${statement}');\n};\n\nexports.down = async function () {};\n`;

export const KINDS: readonly ProjectKind[] = [
  {
    name: 'Prisma',
    files: {
      'prisma/schema.prisma': 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}\n',
      'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
    },
    next: 'prisma/migrations/20250102000000_b/migration.sql',
    other: 'prisma/migrations/20250103000000_c/migration.sql',
    content: (statement) => `-- a comment\n${statement};\n`,
  },
  {
    name: 'Drizzle',
    files: { 'drizzle.config.ts': 'export default {};\n' },
    next: 'drizzle/0000_b.sql',
    other: 'drizzle/0001_c.sql',
    content: (statement) => `${statement};\n`,
    journal: drizzleJournal,
  },
  {
    name: 'Knex',
    files: { 'knexfile.js': 'module.exports = {};\n' },
    next: 'migrations/20250102000000_b.js',
    other: 'migrations/20250103000000_c.js',
    content: knex,
  },
  {
    name: 'plain SQL',
    files: { 'migrations/001_a.sql': 'CREATE SCHEMA IF NOT EXISTS a;\n' },
    next: 'migrations/002_b.sql',
    other: 'migrations/003_c.sql',
    content: (statement) => `${statement};\n`,
  },
];

/** Has a rerunnable form. */
export const FIXABLE = 'CREATE SCHEMA b';
export const FIXED = 'CREATE SCHEMA IF NOT EXISTS b';
/** Has none. */
export const BAD = 'UPDATE a SET n = n + 1';

/** What `npm install` leaves, where idempotify is what was built here. */
export function install(at: string, ...names: readonly string[]): void {
  write(at, {
    'node_modules/idempotify/package.json': JSON.stringify({
      name: 'idempotify',
      version,
      type: 'module',
      bin: { idempotify: 'bin.js' },
    }),
    'node_modules/idempotify/bin.js': `#!/usr/bin/env node\nawait import(${JSON.stringify(bin)});\n`,
  });
  link(at, 'idempotify', '../idempotify/bin.js');
  for (const name of names) {
    const home = path.join(modules, name);
    const { bin: bins } = JSON.parse(fs.readFileSync(path.join(home, 'package.json'), 'utf8')) as {
      bin?: string | Record<string, string>;
    };
    const target = path.join(at, 'node_modules', name);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.symlinkSync(home, target);
    const file = typeof bins === 'string' ? bins : bins?.[name];
    if (file !== undefined) link(at, name, path.join('..', name, file));
  }
}

function link(at: string, name: string, to: string): void {
  const file = path.join(at, 'node_modules/.bin', name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.rmSync(file, { force: true });
  fs.symlinkSync(to, file);
  fs.chmodSync(file, 0o755);
}

/** A repository in which the project is committed; hooks come later. */
export function projectOf(kind: ProjectKind, files: Readonly<Record<string, string>> = {}, name = 'a project'): string {
  const at = path.join(folder(), name);
  write(at, {
    ...kind.files,
    'package.json': '{\n  "name": "app",\n  "private": true\n}\n',
    '.gitignore': 'node_modules\n',
    ...kind.journal?.([]),
    ...files,
  });
  git(at, 'init', '-q', '-b', 'main');
  git(at, 'config', 'user.name', 't');
  git(at, 'config', 'user.email', 't@example.org');
  git(at, 'config', 'commit.gpgsign', 'false');
  git(at, 'add', '-A');
  git(at, 'commit', '-q', '-m', 'first', '--no-verify');
  return at;
}

export interface Commit {
  readonly done: boolean;
  /** Standard output and error. */
  readonly said: string;
}

/** `git commit`, with the hooks that there are, and nothing of the git that may run this test. */
export function commit(at: string, ...args: readonly string[]): Commit {
  const { code, stdout, stderr } = execute(at, 'git', ['commit', '-m', 'next', ...args], { env: hookEnvironment() });
  return { done: code === 0, said: stdout + stderr };
}

/** husky and pre-commit are not to see what is set for this machine. */
export function hookEnvironment(): NodeJS.ProcessEnv {
  const { HUSKY: _husky, ...env } = process.env;
  return Object.fromEntries(
    Object.entries({ ...env, HUSKY: '1' }).filter(([name]) => !/^(?:GIT_|npm_|PRE_COMMIT)/.test(name)),
  );
}
