/** Runs the built program as a real process, in a folder of its own. */
import { type SpawnOptions, execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
export const bin = path.join(root, 'packages/cli/dist/bin.js');

/** Compiles what has changed. One test file does it at a time: two compilers would write the same files. */
export function build(): void {
  const lock = path.join(root, 'node_modules/.cache/idempotify-test-build');
  fs.mkdirSync(path.dirname(lock), { recursive: true });
  for (;;) {
    try {
      fs.mkdirSync(lock);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const stat = fs.statSync(lock, { throwIfNoEntry: false });
      if (stat && Date.now() - stat.mtimeMs > 120_000) fs.rmSync(lock, { recursive: true, force: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
  try {
    execFileSync(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-b'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  } finally {
    fs.rmSync(lock, { recursive: true, force: true });
  }
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
});

/** A new, empty folder outside of every git repository, without symbolic links in its path. */
export function folder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const made = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'idempotify-cli-'));
  folders.push(made);
  write(made, files);
  return made;
}

export function write(at: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(at, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
  }
}

/** All files below a folder with their content, links as `-> target`. */
export function tree(at: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of fs.readdirSync(at, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(at, file).split(path.sep).join('/');
    if (name === '.git' || name.startsWith('.git/')) continue;
    if (entry.isSymbolicLink()) found[name] = `-> ${fs.readlinkSync(file)}`;
    else if (entry.isFile()) found[name] = fs.readFileSync(file, 'latin1');
  }
  return found;
}

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const environment = (extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => {
  const { NO_COLOR: _no, FORCE_COLOR: _force, NODE_OPTIONS: _options, ...rest } = process.env;
  return { ...rest, ...extra };
};

/**
 * Node with the program. Nothing here runs for long enough that V8's thorough compiler pays for PGlite, and half of the time
 * of a short `verify` is its work; the other commands do without it anyway.
 */
export const program: readonly string[] = ['--liftoff-only', bin];

/** Runs `idempotify ARGS` in a folder. */
export function run(
  cwd: string,
  args: readonly string[],
  options: { input?: string | Uint8Array; env?: NodeJS.ProcessEnv } = {},
): Outcome {
  return execute(cwd, process.execPath, [...program, ...args], options);
}

/** Runs any program in a folder, its standard input empty unless given. */
export function execute(
  cwd: string,
  program: string,
  args: readonly string[],
  { input, env }: { input?: string | Uint8Array; env?: NodeJS.ProcessEnv } = {},
): Outcome {
  const result = spawnSync(program, args, { cwd, input: input ?? '', env: environment(env), maxBuffer: 1 << 30 });
  if (result.error) throw result.error;
  return { code: result.status, stdout: result.stdout.toString('utf8'), stderr: result.stderr.toString('utf8') };
}

/** Whether a program is there that a test needs beside Node. */
export const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

/** Starts `idempotify ARGS` and lets it run. */
export function start(cwd: string, args: readonly string[], options: SpawnOptions = {}): ReturnType<typeof spawn> {
  return spawn(process.execPath, [...program, ...args], { cwd, env: environment(), stdio: 'ignore', ...options });
}

/** `--json` of a run. */
export function json(
  cwd: string,
  args: readonly string[],
  options: { input?: string } = {},
): Report & { code: number | null } {
  const { code, stdout, stderr } = run(cwd, ['--json', ...args], options);
  if (!stdout.startsWith('{')) throw new Error(`no JSON document: ${stdout}${stderr}`);
  return { ...(JSON.parse(stdout) as Report), code };
}

export type Report = import('idempotify').RewriteReport;

export function git(cwd: string, ...args: string[]): string {
  const config = [
    '-c',
    'user.name=t',
    '-c',
    'user.email=t@example.org',
    '-c',
    'protocol.file.allow=always',
    '-c',
    'commit.gpgsign=false',
  ];
  return execFileSync('git', [...config, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
}

/** A repository in which the files are committed. */
export function repository(files: Readonly<Record<string, string>>): string {
  const made = folder(files);
  git(made, 'init', '-q');
  git(made, 'add', '-A');
  git(made, 'commit', '-q', '-m', 'first');
  return made;
}

/** Needs a guard. */
export const TABLE = 'CREATE TABLE a (id integer PRIMARY KEY);\n';
/** Can be run again as it is. */
export const RERUNNABLE = 'CREATE SCHEMA IF NOT EXISTS s;\n';
/** No rerunnable form can be proven. */
export const REFUSED = 'UPDATE a SET n = n + 1;\n';
