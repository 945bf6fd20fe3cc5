/** Writes the files of a baseline: all of them, or none. */
import fs from 'node:fs';
import path from 'node:path';
import { type NewFile, errorCode, systemMessage } from '@idempotify/core';
import { UsageError } from '../errors.ts';
import { createFile, removeFile, replaceFile } from '../files/write.ts';
import { printable } from '../terminal.ts';

export interface WrittenFile {
  /** Relative to the folder, with '/'. */
  readonly path: string;
  readonly status: 'new' | 'changed' | 'unchanged';
}

/** What would happen to the files. @param root absolute */
export function plannedFiles(root: string, files: readonly NewFile[]): readonly WrittenFile[] {
  return files.map(({ path: at, text }) => {
    const before = bytesOf(path.join(root, at));
    return {
      path: at,
      status: before === undefined ? 'new' : before.equals(Buffer.from(text)) ? 'unchanged' : 'changed',
    };
  });
}

/** @throws UsageError that says what could not be written; everything is as it was before then */
export async function writeFiles(root: string, files: readonly NewFile[]): Promise<readonly WrittenFile[]> {
  const planned = plannedFiles(root, files);
  const undo: (() => Promise<void> | void)[] = [];
  let current = root;
  try {
    for (const [index, { path: at, text }] of files.entries()) {
      current = path.join(root, at);
      const file = current;
      const after = Buffer.from(text);
      const before = bytesOf(file);
      if (before?.equals(after)) continue;
      // somebody has put it there in the meantime
      if ((before === undefined) !== (planned[index]?.status === 'new'))
        throw new Error('was changed by another program');
      const folders = missingFolders(path.dirname(file));
      undo.push(() => folders.forEach(removeIfEmpty));
      if (before === undefined) {
        await createFile(file, after, 0o666 & ~process.umask());
        undo.push(() => removeFile(file, after));
      } else {
        await replaceFile(file, before, after);
        undo.push(async () => void (await replaceFile(file, after, before)));
      }
    }
  } catch (error) {
    const left: string[] = [];
    for (const back of undo.reverse()) {
      try {
        await back();
      } catch (failure) {
        left.push(failure instanceof Error ? failure.message : String(failure));
      }
    }
    const state =
      left.length === 0 ? 'Everything is as it was before' : `Not all could be taken back: ${left.join('; ')}`;
    throw new UsageError(`${printable(current)} ${error instanceof Error ? error.message : String(error)}. ${state}`, {
      cause: error,
    });
  }
  return planned;
}

function bytesOf(file: string): Buffer | undefined {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new UsageError(`${printable(file)}: ${systemMessage(error)}`, { cause: error });
  }
}

/** The innermost first. */
function missingFolders(folder: string): string[] {
  const missing: string[] = [];
  for (let at = folder; !fs.existsSync(at); at = path.dirname(at)) missing.push(at);
  return missing;
}

function removeIfEmpty(folder: string): void {
  try {
    fs.rmdirSync(folder);
  } catch {
    // was not made, or something else is in it
  }
}
