/** Asks git what has changed: since a revision, in the index, since the last commit. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { errorCode, systemMessage, gitEnvironment, repositoryRoot } from '@idempotify/core';
import { UsageError } from '../errors.ts';
import { printable } from '../terminal.ts';

const MOST_BYTES = 1 << 30;

/** @returns standard output. @throws Error with what git says */
function git(root: string, args: readonly string[], env: NodeJS.ProcessEnv, input?: string): Buffer {
  const { status, stdout, stderr, error } = spawnSync('git', ['-C', root, '-c', 'core.fsmonitor=false', ...args], {
    env,
    maxBuffer: MOST_BYTES,
    windowsHide: true,
    ...(input === undefined ? {} : { input }),
  });
  if (error) throw new Error(errorCode(error) === 'ENOENT' ? 'git is not installed' : systemMessage(error));
  if (status !== 0) {
    const line = stderr
      .toString('utf8')
      .split('\n')
      .find((each) => each.trim() !== '');
    throw new Error(line === undefined ? 'git failed' : `git says "${line.trim()}"`);
  }
  return stdout;
}

const names = (output: Buffer | string, root: string): string[] =>
  output
    .toString('utf8')
    .split('\0')
    .filter((name) => name !== '')
    .map((name) => path.join(root, name));

/** @throws UsageError when none of the folders lies in a repository */
function rootsOf(folders: readonly string[], option: string): readonly string[] {
  const known = new Map<string, string | undefined>();
  const roots = new Set(folders.flatMap((folder) => repositoryRoot(folder, known) ?? []));
  if (roots.size === 0)
    throw new UsageError(`${option} needs a git repository, and ${printable(folders.join(', '))} is in none`);
  return [...roots];
}

export interface Changes {
  /** New and changed files, absolute. */
  readonly changed: ReadonlySet<string>;
  /** Those of them that were there before. */
  readonly edited: ReadonlySet<string>;
}

/**
 * What is different in the work tree from where HEAD and a revision parted, new files included.
 *
 * @throws UsageError
 */
export function changedSince(folders: readonly string[], revision: string, option: string): Changes {
  const changed = new Set<string>();
  const edited = new Set<string>();
  const env = gitEnvironment();
  for (const root of rootsOf(folders, option)) {
    const ask = (...args: string[]): Buffer => git(root, args, env);
    let base: string;
    try {
      const wanted = ask('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`)
        .toString()
        .trim();
      base = ask('merge-base', wanted, 'HEAD').toString().trim();
    } catch (error) {
      const known = error instanceof Error && error.message !== 'git failed' ? `: ${error.message}` : '';
      throw new UsageError(
        `${option} ${printable(revision)}: git knows no such revision in ${printable(root)}, or none that it has in common with HEAD${known}. In CI, the checkout must hold the history (fetch-depth: 0)`,
        { cause: error },
      );
    }
    const difference = ['diff', '--name-only', '-z', '--no-renames', '--no-ext-diff', '--ignore-submodules=all'];
    for (const name of names(ask(...difference, '--diff-filter=AMT', base), root)) changed.add(name);
    for (const name of names(ask('ls-files', '-z', '--others', '--exclude-standard'), root)) changed.add(name);
    for (const name of names(ask(...difference, '--diff-filter=MT', base), root)) edited.add(name);
  }
  return { changed, edited };
}

export interface Staged extends Changes {
  /** Files whose content in the index is not that of the work tree. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  /** Files that are not in the index at all: they are no part of what is committed. */
  readonly absent: ReadonlySet<string>;
}

/**
 * What is staged.
 *
 * @throws UsageError
 */
export function stagedChanges(folders: readonly string[], option: string): Staged {
  const changed = new Set<string>();
  const edited = new Set<string>();
  const contents = new Map<string, Uint8Array>();
  const absent = new Set<string>();
  const roots = rootsOf(folders, option);
  for (const root of roots) {
    // `git commit FILE` runs hooks with an index of its own, which is the one that counts
    const env = roots.length === 1 && process.env['GIT_INDEX_FILE'] ? indexEnvironment(root) : gitEnvironment();
    let status: string;
    const other: string[] = [];
    try {
      status = git(
        root,
        ['status', '--porcelain=v1', '-z', '--untracked-files=all', '--no-renames', '--ignore-submodules=all'],
        env,
      ).toString('utf8');
      for (const entry of status.split('\0')) {
        if (entry.length < 4) continue;
        const [inIndex, inTree] = entry;
        const name = entry.slice(3);
        const file = path.join(root, name);
        if (inIndex === '?' || inIndex === 'D') {
          absent.add(file);
          continue;
        }
        if (inIndex === 'A' || inIndex === 'M' || inIndex === 'T') changed.add(file);
        if (inIndex === 'M' || inIndex === 'T') edited.add(file);
        if (inTree !== ' ' && name.endsWith('.sql')) other.push(name);
      }
      const blobs = git(root, ['cat-file', '--batch'], env, other.map((name) => `:${name}\n`).join(''));
      let at = 0;
      for (const name of other) {
        const end = blobs.indexOf(10, at);
        if (end < 0) break;
        const size = /^[0-9a-f]+ blob (\d+)$/.exec(blobs.toString('utf8', at, end))?.[1];
        at = end + 1;
        if (size === undefined) continue;
        contents.set(path.join(root, name), Uint8Array.from(blobs.subarray(at, at + Number(size))));
        at += Number(size) + 1;
      }
    } catch (error) {
      throw new UsageError(`${option}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
  return { changed, edited, contents, absent };
}

/** Of a hook that runs in the repository. */
function indexEnvironment(root: string): NodeJS.ProcessEnv {
  const index = process.env['GIT_INDEX_FILE'] as string;
  // a hook starts at the top, and it is relative to that
  const absolute = path.resolve(root, index);
  const env = gitEnvironment();
  return fs.existsSync(absolute) ? { ...env, GIT_INDEX_FILE: absolute } : env;
}
