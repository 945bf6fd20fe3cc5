/** Asks git what has changed: since a revision, in the index, since the last commit. */
import fs from 'node:fs';
import path from 'node:path';
import { gitEnvironment, isMigrationFile, repositoryRoot } from '@idempotify/core';
import { UsageError } from './errors.ts';
import { blobs, git } from './git.ts';
import { printable } from './terminal.ts';

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
    const ask = (...args: string[]): Buffer => git(root, args, { env });
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

/** A file as it stands in git's index. */
export interface StagedFile {
  /** Of the work tree, absolute. */
  readonly root: string;
  /** Relative to it, with '/'. */
  readonly name: string;
  /** `100644`, `100755`; something else is no regular file. */
  readonly mode: string;
  /** Object id. */
  readonly id: string;
  /** The work tree has another content, or none. */
  readonly differs: boolean;
  /** What git has to be run with to see this index. */
  readonly env: NodeJS.ProcessEnv;
}

export interface Staged extends Changes {
  /** The changed ones, by their absolute paths. */
  readonly entries: ReadonlyMap<string, StagedFile>;
  /** Files whose content in the index is not that of the work tree. */
  readonly contents: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** Files that are not in the index at all: they are no part of what is committed. */
  readonly absent: ReadonlySet<string>;
}

/**
 * What is staged.
 *
 * @param folders absolute
 * @throws UsageError
 */
export function stagedChanges(folders: readonly string[], option: string): Staged {
  const changed = new Set<string>();
  const edited = new Set<string>();
  const entries = new Map<string, StagedFile>();
  const contents = new Map<string, Uint8Array<ArrayBuffer>>();
  const absent = new Set<string>();
  const roots = rootsOf(folders, option);
  for (const root of roots) {
    // `git commit FILE` runs hooks with an index of its own, which is the one that counts
    const env = roots.length === 1 && process.env['GIT_INDEX_FILE'] ? indexEnvironment(root) : gitEnvironment();
    const other: { file: string; id: string }[] = [];
    try {
      const asked = ['status', '--porcelain=v2', '-z', '--untracked-files=all', '--no-renames'];
      const status = git(root, [...asked, '--ignore-submodules=all'], { env }).toString('utf8');
      for (const entry of status.split('\0')) {
        if (entry.startsWith('? ')) absent.add(path.join(root, entry.slice(2)));
        const found = /^1 (.)(.) \S+ \d+ (\d+) \d+ [0-9a-f]+ ([0-9a-f]+) (.*)$/s.exec(entry);
        if (!found) continue;
        const [, inIndex, inTree, mode = '', id = '', name = ''] = found;
        const file = path.join(root, name);
        // deleted; or known to git, but nothing of it (git add --intent-to-add)
        if (inIndex === 'D' || (inIndex === '.' && inTree === 'A')) {
          absent.add(file);
          continue;
        }
        if (inIndex !== '.') {
          changed.add(file);
          entries.set(file, { root, name, mode, id, differs: inTree !== '.', env });
        }
        if (inIndex === 'M' || inIndex === 'T') edited.add(file);
        if (inTree !== '.' && isMigrationFile(name)) other.push({ file, id });
      }
      const read = blobs(
        root,
        other.map(({ id }) => id),
        env,
      );
      other.forEach(({ file }, index) => {
        const content = read[index];
        if (content) contents.set(file, content);
      });
    } catch (error) {
      throw new UsageError(`${option}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
  return { changed, edited, entries, contents, absent };
}

/** Of a hook that runs in the repository. */
function indexEnvironment(root: string): NodeJS.ProcessEnv {
  const index = process.env['GIT_INDEX_FILE'] as string;
  // a hook starts at the top, and it is relative to that
  const absolute = path.resolve(root, index);
  const env = gitEnvironment();
  if (!fs.existsSync(absolute)) return env;
  const folder = path.dirname(absolute);
  if (fs.existsSync(path.join(folder, 'HEAD'))) {
    // that of another repository: the hook runs there, and the migrations lie in a submodule of it
    const own = git(root, ['rev-parse', '--absolute-git-dir'], { env }).toString('utf8').replace(/\n$/, '');
    if (fs.realpathSync(own) !== fs.realpathSync(folder)) return env;
  }
  return { ...env, GIT_INDEX_FILE: absolute };
}
