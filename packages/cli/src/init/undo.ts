/**
 * Writes what `init` has planned, all of it or nothing, and remembers what was there before, so that it can be taken back to
 * the byte. What is remembered lies in git's own folder, where it is never committed.
 */
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { errorCode, systemMessage } from '@idempotify/core';
import { UsageError } from '../errors.ts';
import { createFile, removeFile, replaceFile } from '../files/write.ts';
import { printable } from '../terminal.ts';
import type { Change } from './draft.ts';
import type { Project } from './project.ts';

const VERSION = 1;

interface Entry {
  /** Relative to the project, as the system writes paths. */
  readonly file: string;
  /** Base 64; null: there was none. */
  readonly before: string | null;
  /** Of what `init` has written: SHA-256. */
  readonly after: string;
  /** Folders that were made for it, the outermost first, relative to the project. */
  readonly folders: readonly string[];
}

interface Memory {
  readonly version: typeof VERSION;
  /** In the order in which they were written. */
  readonly entries: readonly Entry[];
}

/** The memory lies in git's folder, one for each project of a repository; without git in the project. */
export function memoryFile({ root, git }: Pick<Project, 'root' | 'git'>): string {
  if (!git) return path.join(root, '.idempotify-undo.json');
  const name = hash(Buffer.from(path.relative(git.root, root).split(path.sep).join('/'))).slice(0, 16);
  return path.join(git.folder, 'idempotify', `init-${name}.json`);
}

/**
 * Carries out the changes. When one of them can't be, those before it are taken back.
 *
 * @throws UsageError that says what could not be written
 */
export async function carryOut(project: Project, changes: readonly Change[]): Promise<void> {
  const file = memoryFile(project);
  const earlier = remembered(file);
  const entries = changes.map((change): Entry => ({
    file: path.relative(project.root, change.file),
    before: change.before === undefined ? null : Buffer.from(change.before).toString('base64'),
    after: hash(change.after),
    folders: missingFolders(path.dirname(change.file)).map((folder) => path.relative(project.root, folder)),
  }));
  let current = file;
  try {
    // first: whatever comes in between, it can be taken back
    await remember(file, [...earlier, ...entries]);
    for (const { file: at, before, after, mode } of changes) {
      current = at;
      if (before === undefined) await createFile(at, after, mode ?? 0o666 & ~process.umask());
      else await replaceFile(at, before, after);
    }
  } catch (error) {
    await takeBack(project.root, entries);
    await remember(file, earlier);
    throw new UsageError(
      `${printable(current)} ${error instanceof Error ? error.message : String(error)}. Everything is as it was before`,
      { cause: error },
    );
  }
}

export interface Undone {
  /** As they were before, absolute. */
  readonly restored: readonly string[];
  /** Somebody has changed them since, so that they were left alone. */
  readonly changed: readonly string[];
}

/** @returns undefined when there is nothing to undo. @throws UsageError */
export async function undo(project: Pick<Project, 'root' | 'git'>, look: boolean): Promise<Undone | undefined> {
  const file = memoryFile(project);
  const entries = remembered(file);
  if (entries.length === 0) return undefined;
  if (look) return planned(project.root, entries);
  const { restored, left } = await takeBack(project.root, entries);
  await remember(file, left);
  return { restored, changed: [...new Set(left.map((entry) => path.join(project.root, entry.file)))] };
}

function planned(root: string, entries: readonly Entry[]): Undone {
  const restored = new Set<string>();
  const changed = new Set<string>();
  for (const entry of entries) {
    const file = path.join(root, entry.file);
    const now = contentOf(file);
    const last = entries.findLast((each) => each.file === entry.file)!;
    if (now !== undefined && hash(now) === last.after) restored.add(file);
    else if (!isAsBefore(now, entry)) changed.add(file);
  }
  return { restored: [...restored], changed: [...changed] };
}

/** The last first. What is not as `init` left it stays. */
async function takeBack(root: string, entries: readonly Entry[]): Promise<{ restored: string[]; left: Entry[] }> {
  const restored = new Set<string>();
  const left: Entry[] = [];
  for (const entry of entries.toReversed()) {
    const file = path.join(root, entry.file);
    const now = contentOf(file);
    if (now !== undefined && hash(now) === entry.after) {
      try {
        if (entry.before === null) removeFile(file, now);
        else await replaceFile(file, now, Buffer.from(entry.before, 'base64'));
        restored.add(file);
      } catch (error) {
        throw new UsageError(`${printable(file)} ${error instanceof Error ? error.message : systemMessage(error)}`, {
          cause: error,
        });
      }
    } else if (!isAsBefore(now, entry)) {
      left.unshift(entry);
      continue;
    }
    for (const folder of entry.folders.toReversed()) removeEmpty(path.join(root, folder));
  }
  return { restored: [...restored], left };
}

const isAsBefore = (now: Buffer | undefined, { before }: Entry): boolean =>
  before === null ? now === undefined : now?.equals(Buffer.from(before, 'base64')) === true;

function remembered(file: string): readonly Entry[] {
  const text = contentOf(file)?.toString('utf8');
  if (text === undefined) return [];
  try {
    const { version, entries } = JSON.parse(text) as Memory;
    if (version === VERSION && Array.isArray(entries)) return entries;
  } catch {
    // told below
  }
  throw new UsageError(
    `${printable(file)} is not what this version of idempotify has written; what an earlier init did can not be undone with it`,
  );
}

async function remember(file: string, entries: readonly Entry[]): Promise<void> {
  const before = contentOf(file);
  if (entries.length === 0) {
    if (before !== undefined) removeFile(file, before);
    if (path.basename(path.dirname(file)) === 'idempotify') removeEmpty(path.dirname(file));
    return;
  }
  const after = Buffer.from(`${JSON.stringify({ version: VERSION, entries } satisfies Memory)}\n`);
  if (before === undefined) await createFile(file, after, 0o600);
  else await replaceFile(file, before, after);
}

/** @throws UsageError */
function contentOf(file: string): Buffer | undefined {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw new UsageError(`${printable(file)} can not be read: ${systemMessage(error)}`, { cause: error });
  }
}

function missingFolders(folder: string): string[] {
  return fs.existsSync(folder) ? [] : [...missingFolders(path.dirname(folder)), folder];
}

function removeEmpty(folder: string): void {
  try {
    fs.rmdirSync(folder);
  } catch {
    // not empty, or gone
  }
}

const hash = (content: Uint8Array): string => crypto.createHash('sha256').update(content).digest('hex');
