/**
 * Puts rewritten contents in the place of what is staged: in git's index, and in the work tree. What is edited there and
 * not staged stays, and stays unstaged.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Staged, StagedFile } from './changes.ts';
import { readBytes, systemMessage } from '@idempotify/core';
import { WriteError, replaceFile } from './files/write.ts';
import { blobs, git } from './git.ts';
import { precommitStash } from './precommit.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface RestageInput {
  /** Absolute paths, and what is to be staged there. */
  readonly files: readonly { readonly path: string; readonly after: Uint8Array }[];
  readonly staged: Staged;
  /** The work tree's own content, rewritten; undefined when there is nothing to do. */
  readonly again: (file: string) => Uint8Array | undefined;
  readonly signal?: AbortSignal;
}

/** The contents of files as they are staged. Links and what is gone are left out. */
export function stagedTexts({ entries }: Staged, files: readonly string[]): ReadonlyMap<string, Bytes> {
  const texts = new Map<string, Bytes>();
  for (const [root, members] of byRoot(entries, files)) {
    const regular = members.filter(({ entry }) => entry.mode.startsWith('100'));
    const contents = blobs(
      root,
      regular.map(({ entry }) => entry.id),
    );
    regular.forEach(({ file }, index) => {
      const content = contents[index];
      if (content) texts.set(file, content);
    });
  }
  return texts;
}

/**
 * The work tree first, all of it or nothing, then the index in one step: whenever it is interrupted for good, what is staged
 * is still what the author has staged, and the next run ends what this one began.
 *
 * @returns by path, why it could not be done, as the end of a sentence that begins with the file's name; such files, and
 * with an abort all of them, are as they were
 */
export async function restage({ files, staged, again, signal }: RestageInput): Promise<ReadonlyMap<string, string>> {
  const failures = new Map<string, string>();
  const wanted = new Map(files.map((each) => [each.path, each.after]));
  for (const [root, members] of byRoot(staged.entries, [...wanted.keys()])) {
    const changes: Change[] = [];
    for (const { file, entry } of members) {
      try {
        changes.push(planned(file, entry, wanted.get(file)!, again));
      } catch (error) {
        failures.set(file, messageOf(error));
      }
    }
    const stash = precommitStash(root, members[0]!.entry.env);
    for (const change of stash ? changes.splice(0) : []) {
      // the framework has put unstaged edits aside and lays them over the files afterwards
      if (stash!.fits(change.entry, change.id)) changes.push(change);
      else failures.set(change.file, UNSTAGED);
    }
    if (signal?.aborted) return failures;
    for (const [file, message] of await carriedOut(root, changes, signal)) failures.set(file, message);
  }
  return failures;
}

const UNSTAGED =
  'is staged only in part, and what is not staged lies where it has to be rewritten. Nothing was changed. Stage the rest (git add), or put it aside (git stash push --keep-index), and commit again';

interface Change {
  readonly file: string;
  readonly entry: StagedFile;
  /** The new object. */
  readonly id: string;
  /** In the work tree; undefined when it stays as it is. */
  readonly tree?: { readonly before: Uint8Array; readonly after: Uint8Array };
}

/** @throws Error that says why it can't be done */
function planned(file: string, entry: StagedFile, after: Uint8Array, again: RestageInput['again']): Change {
  const { root, name, env } = entry;
  const id = git(root, ['hash-object', '-w', '--no-filters', '--stdin'], { env, input: after }).toString().trim();
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  if (!stat) return { file, entry, id }; // deleted since it was staged: only what is staged counts
  if (!stat.isFile()) throw new WriteError('is staged as a file and is something else in the work tree by now');
  const read = readBytes(file);
  if (read.kind === 'failed') throw new WriteError(read.message);
  const before = read.bytes;
  /** As git would write it into the work tree: with the line endings that are set there. */
  const checkedOut = (object: string): Buffer =>
    git(root, ['cat-file', '--filters', `--path=${name}`, object], { env });
  const old = checkedOut(entry.id);
  const next = checkedOut(id);
  if (old.equals(before)) return { file, entry, id, tree: { before, after: next } };
  if (next.equals(before)) return { file, entry, id };
  if (!entry.differs) {
    // the same to git, with other line endings than it would write
    const own = again(file);
    const same =
      own &&
      git(root, ['hash-object', `--path=${name}`, '--stdin'], { env, input: own })
        .toString()
        .trim();
    if (own && same === id) return { file, entry, id, tree: { before, after: own } };
  }
  const merged = merge(root, before, old, next);
  if (!merged) throw new WriteError(UNSTAGED);
  return { file, entry, id, tree: { before, after: merged } };
}

/** What the author has edited since, and what was rewritten, both. @returns undefined when they are in each other's way */
function merge(root: string, ours: Uint8Array, base: Uint8Array, theirs: Uint8Array): Buffer | undefined {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'idempotify-'));
  try {
    const names = [ours, base, theirs].map((content, index) => {
      const name = path.join(folder, String(index));
      fs.writeFileSync(name, content, { mode: 0o600 });
      return name;
    });
    let conflicts = false;
    const merged = git(root, ['merge-file', '-p', '-q', ...names], {
      accepted: (status) => {
        conflicts = status > 0;
        return status < 128;
      },
    });
    return conflicts ? undefined : merged;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function carriedOut(
  root: string,
  changes: readonly Change[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  if (changes.length === 0) return new Map();
  const env = changes[0]!.entry.env;
  const failures = new Map<string, string>();
  const written: Change[] = [];
  const takeBack = async (): Promise<void> => {
    for (const { file, tree } of written) if (tree) await replaceFile(file, tree.after, tree.before);
  };
  for (const change of changes) {
    try {
      if (signal?.aborted) break;
      if (change.tree) await replaceFile(change.file, change.tree.before, change.tree.after, signal);
      written.push(change);
    } catch (error) {
      if (!signal?.aborted) failures.set(change.file, messageOf(error));
    }
  }
  try {
    if (signal?.aborted) await takeBack();
    else {
      stage(root, written, env);
      stageForLater(root, written, env);
    }
  } catch (error) {
    const message = `is staged as it was, because ${messageOf(error)}`;
    for (const { file } of written) failures.set(file, message);
    await takeBack();
  }
  return failures;
}

/** In one step. @throws GitError, and then nothing is staged */
function stage(root: string, changes: readonly Change[], env: NodeJS.ProcessEnv): void {
  if (changes.length === 0) return;
  const lines = changes.map(({ entry, id }) => `${entry.mode} ${id} 0\t${entry.name}\0`).join('');
  git(root, ['update-index', '-z', '--index-info'], { env, input: lines });
  // what is known about the files on the disk; others look at it, nothing depends on it
  git(root, ['update-index', '-q', '--refresh'], { env, accepted: () => true });
}

/**
 * `git commit FILE` commits from an index of its own, and another one is waiting to be the index from then on. In that one
 * the files have to be as they are committed, or git would say afterwards that it was undone.
 */
function stageForLater(root: string, changes: readonly Change[], env: NodeJS.ProcessEnv): void {
  const index = env['GIT_INDEX_FILE'];
  if (index === undefined || !/^next-index-\d+\.lock$/.test(path.basename(index))) return;
  const later = { ...env, GIT_INDEX_FILE: path.join(path.dirname(index), 'index.lock') };
  if (!fs.existsSync(later.GIT_INDEX_FILE)) return;
  const names = changes.map(({ entry }) => `:(top,literal)${entry.name}`);
  const listed = git(root, ['ls-files', '--stage', '-z', '--', ...names], { env: later })
    .toString('utf8')
    .split('\0');
  const same = changes.filter(({ entry }) => listed.includes(`${entry.mode} ${entry.id} 0\t${entry.name}`));
  stage(root, same, later);
}

function byRoot(
  entries: Staged['entries'],
  files: readonly string[],
): ReadonlyMap<string, { readonly file: string; readonly entry: StagedFile }[]> {
  const roots = new Map<string, { file: string; entry: StagedFile }[]>();
  for (const file of files) {
    const entry = entries.get(file);
    if (!entry) continue;
    const members = roots.get(entry.root);
    if (members) members.push({ file, entry });
    else roots.set(entry.root, [{ file, entry }]);
  }
  return roots;
}

const messageOf = (error: unknown): string =>
  error instanceof WriteError ? error.message : error instanceof Error ? error.message : systemMessage(error);
