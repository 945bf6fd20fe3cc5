/** Runs git; asks which files are committed and unchanged, and what they were in a revision. Few calls, however many files there are. */
import { execFile, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { errorCode, gitEnvironment, repositoryRoot, systemMessage } from '@idempotify/core';
import { UsageError } from './errors.ts';
import type { Called } from './options.ts';
import { printable } from './terminal.ts';

/** More folders than this are not listed on git's command line; then their common ancestor is. */
const MAX_PATHSPECS = 200;

export interface Committed {
  /** Absolute, real paths that are tracked and unchanged against HEAD, in the working tree and in the index. */
  readonly files: ReadonlySet<string>;
  /** Files of repositories that git could not be asked about, with the reason. */
  readonly unknown: ReadonlyMap<string, string>;
}

/**
 * Outside of every repository a file is not committed. Where there is a repository but git can't tell (not installed,
 * not trusted, damaged), the answer is "unknown": taking its files for new ones would edit applied migrations.
 *
 * @param files absolute paths whose folder part is real (without symbolic links)
 */
export async function committedFiles(files: readonly string[]): Promise<Committed> {
  const roots = new Map<string, string | undefined>();
  const repositories = new Map<string, string[]>();
  for (const file of files) {
    const root = repositoryRoot(path.dirname(file), roots);
    if (root === undefined) continue;
    const list = repositories.get(root);
    if (list) list.push(file);
    else repositories.set(root, [file]);
  }
  const committed = new Set<string>();
  const unknown = new Map<string, string>();
  await Promise.all(
    [...repositories].map(async ([root, members]) => {
      let touched: (relative: string) => boolean;
      try {
        touched = parseStatus(await gitStatus(root, members));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        for (const file of members) unknown.set(file, reason);
        return;
      }
      for (const file of members) {
        const relative = path.relative(root, file).split(path.sep).join('/');
        if (!touched(relative)) committed.add(file);
      }
    }),
  );
  return { files: committed, unknown };
}

const MOST_BYTES = 1 << 30;

export interface GitOptions {
  /** Default: `gitEnvironment()`. */
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string | Uint8Array;
  /** Exit codes that are answers. Default: 0. */
  readonly accepted?: (status: number) => boolean;
}

/**
 * Runs git in a folder and waits for it.
 *
 * @returns standard output
 * @throws GitError with what git says
 */
export function git(folder: string, args: readonly string[], options: GitOptions = {}): Buffer {
  const { env = gitEnvironment(), input, accepted = (status) => status === 0 } = options;
  const { status, stdout, stderr, error } = spawnSync('git', ['-C', folder, '-c', 'core.fsmonitor=false', ...args], {
    env,
    maxBuffer: MOST_BYTES,
    windowsHide: true,
    ...(input === undefined ? {} : { input }),
  });
  if (error) throw new GitError(error, '');
  if (status === null || !accepted(status)) throw new GitError(new Error('git failed'), stderr.toString('utf8'));
  return stdout;
}

/**
 * The contents of blobs.
 *
 * @param names object ids, or `REVISION:PATH`
 * @returns in the same order; undefined for what is not there
 */
export function blobs(
  root: string,
  names: readonly string[],
  env: NodeJS.ProcessEnv = gitEnvironment(),
): (Uint8Array<ArrayBuffer> | undefined)[] {
  if (names.length === 0) return [];
  const output = git(root, ['cat-file', '--batch'], { env, input: names.map((name) => `${name}\n`).join('') });
  let at = 0;
  return names.map(() => {
    const end = output.indexOf(10, at);
    if (end < 0) return undefined;
    const size = /^[0-9a-f]+ blob (\d+)$/.exec(output.toString('utf8', at, end))?.[1];
    at = end + 1;
    if (size === undefined) return undefined; // "… missing"
    const content = Uint8Array.from(output.subarray(at, at + Number(size)));
    at += Number(size) + 1;
    return content;
  });
}

function gitStatus(root: string, files: readonly string[]): Promise<string> {
  const env = gitEnvironment();
  env['GIT_LITERAL_PATHSPECS'] = '1';
  env['GIT_CEILING_DIRECTORIES'] = path.dirname(root); // a damaged .git must not make git ask the repository around it
  const args = [
    ...['-C', root, '-c', 'core.fileMode=false', '-c', 'core.fsmonitor=false'],
    ...['status', '--porcelain=v1', '-z', '--untracked-files=all', '--ignored=traditional', '--no-renames'],
    ...['--ignore-submodules=all', '--', ...pathspecs(root, files)],
  ];
  return new Promise((resolve, reject) => {
    execFile('git', args, { env, encoding: 'utf8', maxBuffer: 1 << 30, windowsHide: true }, (error, stdout, stderr) => {
      if (error) reject(new GitError(error, stderr));
      else resolve(stdout);
    });
  });
}

/** The folders of the files, without those inside of another one. */
function pathspecs(root: string, files: readonly string[]): string[] {
  const folders = [...new Set(files.map((file) => path.dirname(file)))].sort();
  const top: string[] = [];
  for (const folder of folders) {
    const last = top[top.length - 1];
    if (last === undefined || !(folder === last || folder.startsWith(last + path.sep))) top.push(folder);
  }
  const wanted = top.length > MAX_PATHSPECS ? [commonAncestor(top)] : top;
  return wanted.map((folder) => path.relative(root, folder).split(path.sep).join('/') || '.');
}

function commonAncestor(folders: readonly string[]): string {
  let common = folders[0]!.split(path.sep);
  for (const folder of folders) {
    const parts = folder.split(path.sep);
    let same = 0;
    while (same < common.length && same < parts.length && common[same] === parts[same]) same++;
    common = common.slice(0, same);
  }
  return common.join(path.sep) || path.sep;
}

/** `git status -z`: entries `XY path`, of files that differ from HEAD, are untracked, or ignored (`!!`, a whole folder ends in `/`). */
function parseStatus(output: string): (relative: string) => boolean {
  const names = new Set<string>();
  const folders: string[] = [];
  for (const entry of output.split('\0')) {
    if (entry.length < 4) continue;
    const name = entry.slice(3);
    if (name.endsWith('/')) folders.push(name);
    else names.add(name);
  }
  return (relative) => names.has(relative) || folders.some((folder) => relative.startsWith(folder));
}

/**
 * The contents that files have in a git revision.
 *
 * @param root absolute folder that all files lie in
 * @param files absolute
 * @param wanted the revision; when nobody asked for one, `HEAD`, and no git is no error
 * @returns the files that are in that revision; none outside of a repository
 * @throws UsageError when a revision was asked for and can't be had
 */
export function gitContents(
  root: string,
  files: readonly string[],
  wanted: string | undefined,
  called: Called,
): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  let top: string;
  let revision: string;
  try {
    top = git(root, ['rev-parse', '--show-toplevel']).toString('utf8').trim();
    const asked = `${wanted ?? 'HEAD'}^{commit}`;
    revision = git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', asked]).toString('utf8').trim();
  } catch (error) {
    if (wanted === undefined) return found;
    throw new UsageError(`${called('originalRef')} ${printable(wanted)}: git knows no such revision in ${root}`, {
      cause: error,
    });
  }
  const real = fs.realpathSync(top);
  const names = files.map((file) => path.relative(real, file).split(path.sep).join('/'));
  let contents: readonly (Uint8Array | undefined)[];
  try {
    contents = blobs(
      root,
      names.map((name) => `${revision}:${name}`),
    );
  } catch {
    return found;
  }
  files.forEach((file, index) => {
    const content = contents[index];
    if (content) found.set(file, content);
  });
  return found;
}

export class GitError extends Error {
  override readonly name = 'GitError';

  constructor(error: Error, stderr: string) {
    const line = stderr.split('\n').find((each) => each.trim() !== '');
    if (errorCode(error) === 'ENOENT') super('git is not installed');
    else if (line !== undefined) super(`git says "${line.trim()}"`);
    else super(error.message === 'git failed' ? 'git failed' : `git failed: ${systemMessage(error)}`);
  }
}
