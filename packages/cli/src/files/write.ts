/**
 * Writing: a file is there whole, in its old or its new form, at every moment. The text goes into a temporary file in the
 * same folder, which then takes the place of the old one.
 */
import fs from 'node:fs';
import path from 'node:path';
import { errorCode, systemMessage } from '@idempotify/core';

/** A file could not be written; what was there before still is. */
export class WriteError extends Error {
  override readonly name = 'WriteError';
}

/** Temporary files that exist now, for the case that the program is stopped. */
const temporaries = new Set<string>();

/** Removes what an interrupted write left. For a program that is about to end. */
export function removeTemporaries(): void {
  for (const file of temporaries) fs.rmSync(file, { force: true });
  temporaries.clear();
}

// Ends in .tmp, so that no migration tool takes it for a migration; short, so that it fits where a long name does.
function temporaryIn(folder: string): string {
  return path.join(folder, `.idempotify-${process.pid}-${Math.random().toString(36).slice(2)}.tmp`);
}

/**
 * Replaces the content of an existing file. A symbolic link stays and its target is replaced; mode and owner stay. The
 * content is on the disk when the promise resolves.
 *
 * @param before what the file must still hold: if another program has changed it since it was read, it is left alone
 * @param signal when it is aborted before the last step, the file stays as it was
 * @returns the number of further hard links to the old content, which keep it
 * @throws WriteError
 */
export async function replaceFile(
  file: string,
  before: Uint8Array,
  after: Uint8Array,
  signal?: AbortSignal,
): Promise<number> {
  let temporary: string | undefined;
  try {
    const target = await fs.promises.realpath(file);
    const stat = await fs.promises.stat(target);
    await assertWritable(target, stat.mode);
    temporary = temporaryIn(path.dirname(target));
    temporaries.add(temporary);
    const handle = await fs.promises.open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(after);
      await keepOwner(handle, stat);
      await handle.chmod(stat.mode & 0o7777);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (!(await fs.promises.readFile(target)).equals(before)) {
      throw new WriteError('was changed by another program meanwhile, so it is left alone; run again');
    }
    signal?.throwIfAborted();
    await fs.promises.rename(temporary, target);
    temporaries.delete(temporary);
    return stat.nlink - 1;
  } catch (error) {
    if (temporary !== undefined) {
      await fs.promises.rm(temporary, { force: true }).catch(() => undefined);
      temporaries.delete(temporary);
    }
    if (error instanceof WriteError || signal?.aborted) throw error;
    throw new WriteError(`can not be written: ${systemMessage(error)}`);
  }
}

/** rename(2) would also replace a file that may not be written to; the author's intention counts. */
async function assertWritable(target: string, mode: number): Promise<void> {
  if ((mode & 0o222) === 0) throw new WriteError('can not be written: it is read-only');
  await fs.promises.access(target, fs.constants.W_OK);
}

async function keepOwner(handle: fs.promises.FileHandle, stat: fs.Stats): Promise<void> {
  const own = await handle.stat();
  if (own.uid === stat.uid && own.gid === stat.gid) return;
  try {
    await handle.chown(stat.uid, stat.gid);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') throw error;
    throw new WriteError(
      `can not be written: it belongs to another user or group (${stat.uid}:${stat.gid}), which a new file could not be given to`,
    );
  }
}

/** The folder that `--out-dir` names. Whatever lies in it already, nothing outside of it is ever written to. */
export class OutputFolder {
  readonly #root: string;
  readonly #made = new Set<string>();

  /** @param root an absolute path; the folder is made when it isn't there */
  constructor(root: string) {
    makeFolder(root);
    this.#root = fs.realpathSync(root);
  }

  /**
   * Writes a file and the folders on the way to it, without waiting for the disk. A file or link of that name is
   * replaced and never written through: it may lead to the input.
   *
   * @throws WriteError
   */
  write(relative: string, content: Uint8Array, mode: number): void {
    this.#put(relative, (temporary) => fs.writeFileSync(temporary, content, { flag: 'wx', mode: mode & 0o777 }));
  }

  /** Copies a file, with the same promises as `write`. */
  copy(source: string, relative: string): void {
    const flags = fs.constants.COPYFILE_EXCL | fs.constants.COPYFILE_FICLONE;
    this.#put(relative, (temporary) => fs.copyFileSync(source, temporary, flags));
  }

  /** Makes a symbolic link to something else in the folder. */
  link(relative: string, to: string): void {
    const target = path.relative(path.dirname(relative), to) || '.';
    this.#put(relative, (temporary) => fs.symlinkSync(target, temporary));
  }

  #put(relative: string, write: (temporary: string) => void): void {
    const file = path.join(this.#root, relative);
    let temporary: string | undefined;
    try {
      const folder = path.dirname(file);
      if (!this.#made.has(folder)) {
        makeFolder(folder);
        if (fs.realpathSync(folder) !== folder) {
          throw new WriteError('can not be written: a symbolic link leads out of the output folder');
        }
        this.#made.add(folder);
      }
      temporary = temporaryIn(folder);
      temporaries.add(temporary);
      write(temporary);
      fs.renameSync(temporary, file);
    } catch (error) {
      if (temporary !== undefined) fs.rmSync(temporary, { force: true });
      if (error instanceof WriteError) throw error;
      throw new WriteError(`can not be written: ${systemMessage(error)}`);
    } finally {
      if (temporary !== undefined) temporaries.delete(temporary);
    }
  }
}

/**
 * Makes a file that is not there yet, with the folders on the way to it. The content is on the disk when the promise resolves.
 *
 * @throws WriteError, also when there is a file of that name by now
 */
export async function createFile(file: string, content: Uint8Array, mode: number): Promise<void> {
  let temporary: string | undefined;
  try {
    makeFolder(path.dirname(file));
    temporary = temporaryIn(path.dirname(file));
    temporaries.add(temporary);
    const handle = await fs.promises.open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    try {
      // unlike a rename, it replaces nothing
      await fs.promises.link(temporary, file);
    } catch (error) {
      if (errorCode(error) === 'EEXIST') throw error;
      // a file system without hard links
      if (fs.existsSync(file)) throw new WriteError('is there by now', { cause: error });
      await fs.promises.rename(temporary, file);
    }
  } catch (error) {
    if (error instanceof WriteError) throw error;
    throw new WriteError(
      errorCode(error) === 'EEXIST' ? 'is there by now' : `can not be written: ${systemMessage(error)}`,
      { cause: error },
    );
  } finally {
    if (temporary !== undefined) {
      await fs.promises.rm(temporary, { force: true }).catch(() => undefined);
      temporaries.delete(temporary);
    }
  }
}

/**
 * Removes a file.
 *
 * @param content what it must still hold
 * @throws WriteError
 */
export function removeFile(file: string, content: Uint8Array): void {
  try {
    if (!fs.readFileSync(file).equals(content)) throw new WriteError('was changed by another program meanwhile');
    fs.rmSync(file);
  } catch (error) {
    if (error instanceof WriteError) throw error;
    throw new WriteError(`can not be removed: ${systemMessage(error)}`, { cause: error });
  }
}

/** Replaces or makes a single file that the user named, such as the one of `--checksum-sql`. @throws WriteError */
export function writeNamedFile(file: string, content: string): void {
  let temporary: string | undefined;
  try {
    const target = fs.existsSync(file) ? fs.realpathSync(file) : file;
    // /dev/stderr, a pipe: nothing to replace
    if (fs.existsSync(target) && !fs.statSync(target).isFile()) {
      fs.writeFileSync(target, content);
      return;
    }
    temporary = temporaryIn(path.dirname(target));
    temporaries.add(temporary);
    fs.writeFileSync(temporary, content, { flag: 'wx' });
    fs.renameSync(temporary, target);
  } catch (error) {
    if (temporary !== undefined) fs.rmSync(temporary, { force: true });
    throw new WriteError(`can not be written: ${systemMessage(error)}`);
  } finally {
    if (temporary !== undefined) temporaries.delete(temporary);
  }
}

/**
 * Makes the folder and those that it stands in. Node's own `recursive` never comes back where the system says ENOENT below a
 * folder that is there, as it does in /proc.
 */
export function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let at = folder; !fs.existsSync(at); at = path.dirname(at)) missing.push(at);
  for (const each of missing.reverse()) {
    try {
      fs.mkdirSync(each);
    } catch (error) {
      // another program was quicker
      if (errorCode(error) !== 'EEXIST' || !fs.existsSync(each)) throw error;
    }
  }
  // a file of that name: refused in the system's words
  if (!fs.statSync(folder).isDirectory()) fs.mkdirSync(folder);
}
