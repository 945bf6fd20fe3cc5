/**
 * Writing: a file is there whole, in its old or its new form, at every moment. The text goes into a temporary file in the
 * same folder, which then takes the place of the old one.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { errorCode, systemMessage } from '../errors.ts';

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
  return path.join(folder, `.idempotify-${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
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
    throw new WriteError(`can not be written: it belongs to another user or group (${stat.uid}:${stat.gid}), which a new file could not be given to`);
  }
}

/**
 * Writes a file of an output folder, making the folders on the way. What has that name is replaced, never written
 * through: it may be a link to the input. Does not wait for the disk.
 *
 * @throws WriteError
 */
export function writeOutput(file: string, content: Uint8Array, mode: number): void {
  inPlaceOf(file, (temporary) => fs.writeFileSync(temporary, content, { flag: 'wx', mode: mode & 0o777 }));
}

/** Copies a file into an output folder, with the same promises as `writeOutput`. */
export function copyOutput(source: string, file: string): void {
  inPlaceOf(file, (temporary) => fs.copyFileSync(source, temporary, fs.constants.COPYFILE_EXCL | fs.constants.COPYFILE_FICLONE));
}

const madeFolders = new Set<string>();

function inPlaceOf(file: string, write: (temporary: string) => void): void {
  const folder = path.dirname(file);
  const temporary = temporaryIn(folder);
  try {
    if (!madeFolders.has(folder)) {
      fs.mkdirSync(folder, { recursive: true });
      madeFolders.add(folder);
    }
    temporaries.add(temporary);
    write(temporary);
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw new WriteError(`can not be written: ${systemMessage(error)}`);
  } finally {
    temporaries.delete(temporary);
  }
}
