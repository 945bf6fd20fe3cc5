/** Reading migrations: what is no text in UTF-8 is recognised here, with the reason and the place. */
import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import type { Problem } from '@idempotify/core';
import { systemMessage } from '../errors.ts';

/** Bytes. What is larger is no migration but a dump; see the measurements in docs/command.md. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;

export type ReadResult =
  | { readonly kind: 'text'; readonly bytes: Uint8Array; readonly text: string; readonly links: number }
  /** Read, but no text that PostgreSQL or we could take for SQL. */
  | { readonly kind: 'broken'; readonly problem: Problem }
  /** Could not be read. */
  | { readonly kind: 'failed'; readonly message: string };

// Opening a named pipe would otherwise wait for a writer.
const READ_FLAGS = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0);

/** Reads a file whole. Never throws. */
export function readMigration(path: string): ReadResult {
  let fd: number | undefined;
  try {
    fd = fs.openSync(path, READ_FLAGS);
    const stat = fs.fstatSync(fd);
    if (stat.isDirectory()) return { kind: 'failed', message: 'is a folder, not a file' };
    if (!stat.isFile()) return { kind: 'failed', message: 'is not a regular file' };
    if (stat.size > MAX_FILE_BYTES) return { kind: 'failed', message: tooLarge(stat.size) };
    const bytes = readAll(fd, stat.size);
    return bytes === undefined
      ? { kind: 'failed', message: 'grew while it was read; run again' }
      : { ...decodeMigration(bytes), links: stat.nlink };
  } catch (error) {
    if (path.includes('\ufffd')) return { kind: 'failed', message: 'its name is not valid UTF-8, so it can not be opened' };
    return { kind: 'failed', message: `can not be read: ${systemMessage(error)}` };
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

function tooLarge(size: number): string {
  const mb = (bytes: number): string => (bytes / 1024 / 1024).toFixed(0);
  return `has ${mb(size)} MB, more than the ${mb(MAX_FILE_BYTES)} MB that are read as a migration; a file of this size is a dump of data: load it with psql or COPY, and leave it out with --ignore`;
}

/** @returns undefined when more than `size` bytes are there */
function readAll(fd: number, size: number): Uint8Array | undefined {
  // one byte more than expected shows that the file has grown; not from the pool, so that it can be handed to another thread
  const buffer = Buffer.allocUnsafeSlow(size + 1);
  let length = 0;
  while (length < buffer.length) {
    const count = fs.readSync(fd, buffer, length, buffer.length - length, length);
    if (count === 0) break;
    length += count;
  }
  return length > size ? undefined : buffer.subarray(0, length);
}

/** The text of the bytes, with its byte order mark, or why they are none. */
export function decodeMigration(
  bytes: Uint8Array,
): { readonly kind: 'text'; readonly bytes: Uint8Array; readonly text: string } | { readonly kind: 'broken'; readonly problem: Problem } {
  const [a, b, c, d] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) {
    const utf32 = a === 0xff && c === 0 && d === 0;
    return broken(utf32 ? 'UTF-32' : `UTF-16 (it starts with the bytes ${a.toString(16)} ${b.toString(16)})`.toUpperCase().replace('(IT STARTS WITH THE BYTES', '(it starts with the bytes'));
  }
  return { kind: 'text', bytes, text: '' };
}
function broken(_x: string): never { throw new Error(_x); }
void isUtf8;
