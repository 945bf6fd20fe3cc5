/** Reading migrations: what is no text in UTF-8 is recognised here, with the reason and the place. */
import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import type { Problem } from '../parse/types.ts';
import { disk } from './disk.ts';
import { systemMessage } from './errors.ts';

/** Bytes. A tree of PostgreSQL's parser takes about 85 times the size of its text; see docs/command.md. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;

export interface MigrationText {
  readonly kind: 'text';
  /** With the byte order mark, if there is one. */
  readonly text: string;
}

/** Bytes that no SQL text can be taken from. */
export interface BrokenText {
  readonly kind: 'broken';
  readonly problem: Problem;
}

export interface FileBytes {
  readonly kind: 'bytes';
  /** The buffer belongs to them alone, so that it can be handed to another thread. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface UnreadableFile {
  readonly kind: 'failed';
  readonly message: string;
}

// Opening a named pipe would otherwise wait for a writer. Windows has no such flag.
const READ_FLAGS = fs.constants.O_RDONLY | ((fs.constants as Partial<typeof fs.constants>).O_NONBLOCK ?? 0);

/** Reads a file whole. Never throws. */
export function readBytes(path: string): FileBytes | UnreadableFile {
  disk.reads(path);
  let fd: number | undefined;
  try {
    fd = fs.openSync(path, READ_FLAGS);
    const stat = fs.fstatSync(fd);
    if (stat.isDirectory()) return { kind: 'failed', message: 'is a folder, not a file' };
    if (!stat.isFile()) return { kind: 'failed', message: 'is not a regular file' };
    if (stat.size > MAX_FILE_BYTES) return { kind: 'failed', message: tooLarge(stat.size) };
    // one byte more than expected shows that the file has grown; not from Node's pool, so that it can be handed to another thread
    const buffer = Buffer.allocUnsafeSlow(stat.size + 1);
    let length = 0;
    while (length < buffer.length) {
      const count = fs.readSync(fd, buffer, length, buffer.length - length, length);
      if (count === 0) break;
      length += count;
    }
    if (length !== stat.size) return { kind: 'failed', message: 'was changed while it was read; run again' };
    return { kind: 'bytes', bytes: buffer.subarray(0, length) };
  } catch (error) {
    // Node decodes names as UTF-8; what it could not decode can't be opened under the decoded name
    if (path.includes('\ufffd')) return { kind: 'failed', message: 'can not be read: its name is not valid UTF-8' };
    return { kind: 'failed', message: `can not be read: ${systemMessage(error)}` };
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

function tooLarge(size: number): string {
  const mb = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`;
  return `is too large: ${mb(size)}, and at most ${mb(MAX_FILE_BYTES)} are read as one migration. Split it; data that is only loaded can be left out with --ignore`;
}

/** The text of the bytes, or why they are none. */
export function decodeMigration(bytes: Uint8Array): MigrationText | BrokenText {
  const encoding = otherEncoding(bytes);
  if (encoding !== undefined) {
    return broken(
      0,
      1,
      1,
      `is ${encoding}, and PostgreSQL takes UTF-8: save it as UTF-8, for example with iconv -f ${encoding.slice(0, 6)} -t UTF-8`,
    );
  }
  if (!isUtf8(bytes)) {
    const { offset, line, column } = firstInvalid(bytes);
    const byte = bytes[offset]!.toString(16).padStart(2, '0');
    return broken(
      offset,
      line,
      column,
      `is not valid UTF-8: byte 0x${byte} at byte offset ${offset}; save the file as UTF-8`,
    );
  }
  // toString keeps U+FEFF, so that writing the text gives the same bytes again
  return { kind: 'text', text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8') };
}

/** The text of a migration, or why it can't be had, as a sentence about it. */
export function textOf(path: string): string | { readonly problem: string } {
  const read = readBytes(path);
  if (read.kind === 'failed') return { problem: `it ${read.message}` };
  const decoded = decodeMigration(read.bytes);
  return decoded.kind === 'text' ? decoded.text : { problem: `it ${decoded.problem.message}` };
}

/** A file that has to be read can't be; the message says which, and why. */
export class UnreadableText extends Error {
  override readonly name = 'UnreadableText';
}

/** @throws UnreadableText */
export function readText(path: string): string {
  const text = textOf(path);
  if (typeof text !== 'string') throw new UnreadableText(`${path}: ${text.problem}`);
  return text;
}

function broken(start: number, line: number, column: number, message: string): BrokenText {
  return { kind: 'broken', problem: { kind: 'encoding', message, start, end: start + 1, line, column } };
}

function otherEncoding(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe)
    return c === 0 && d === 0 ? 'UTF-32 (byte order mark ff fe 00 00)' : 'UTF-16 (byte order mark ff fe)';
  if (a === 0xfe && b === 0xff) return 'UTF-16 (byte order mark fe ff)';
  // no SQL starts with a NUL after or before its first two letters; UTF-16 of Latin letters always does
  if (bytes.length >= 4 && bytes.length % 2 === 0) {
    if (a !== 0 && b === 0 && c !== 0 && d === 0) return 'UTF-16 (without a byte order mark)';
    if (a === 0 && b !== 0 && c === 0 && d !== 0) return 'UTF-16 (without a byte order mark)';
  }
  return undefined;
}

/** Where the text stops being UTF-8. Line and column are 1-based, the column in UTF-16 units. */
function firstInvalid(bytes: Uint8Array): { offset: number; line: number; column: number } {
  // the longest valid prefix, where a character cut in two at its end counts as valid
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isUtf8(bytes.subarray(0, wholeCharacters(bytes, middle)))) low = middle;
    else high = middle - 1;
  }
  const offset = wholeCharacters(bytes, low);
  const before = Buffer.from(bytes.subarray(0, offset)).toString('utf8');
  const lines = before.split(/\r\n|\r|\n/);
  return { offset, line: lines.length, column: lines[lines.length - 1]!.length + 1 };
}

/** `end`, or the start of the character that `end` cuts in two. */
function wholeCharacters(bytes: Uint8Array, end: number): number {
  let start = end;
  while (start > 0 && end - start < 3 && (bytes[start - 1]! & 0xc0) === 0x80) start--;
  const lead = bytes[start - 1];
  if (lead === undefined || lead < 0xc2) return end;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
  return start - 1 + length > end ? start - 1 : end;
}
