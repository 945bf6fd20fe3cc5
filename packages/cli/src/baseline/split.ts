/** `--split`: a file for each object, by schema and kind, and one that runs them all in order. */
import fs from 'node:fs';
import path from 'node:path';
import { quoteIdent, systemMessage } from '@idempotify/core';
import type { Baseline } from '@idempotify/database';
import { UsageError } from '../errors.ts';
import { OutputFolder, WriteError, removeFile } from '../files/write.ts';
import { printable } from '../terminal.ts';

/** The first line of every file, by which a later run knows that it may replace or remove it. */
const MARK = '-- Part of a split baseline, made by idempotify: the next one replaces it.';
const ALL = 'all.sql';

export interface SplitFile {
  /** Relative to the folder, with '/'. */
  readonly path: string;
  readonly text: string;
}

/** @returns the files, the one that runs all of them last */
export function splitFiles({ head, objects, tail }: Baseline): readonly SplitFile[] {
  const folders = new Names(100);
  for (const own of ['head.sql', 'tail.sql', ALL]) folders.next(own);
  const names = new Map<string, Names>();
  const files: SplitFile[] = [];
  const add = (at: string, text: string): void => void files.push({ path: at, text: `${MARK}\n${text}` });
  if (head !== '') add('head.sql', head);
  for (const { schema, kind, name, sql } of objects) {
    const folder = `${folders.of(schema === undefined ? '\0' : schema, schema ?? '_database')}/${kind.replaceAll(' ', '_')}`;
    let used = names.get(folder);
    if (!used) names.set(folder, (used = new Names(200)));
    // the folder says it already
    const prefix = schema === undefined ? '' : `${quoteIdent(schema)}.`;
    const short = name.startsWith(prefix) ? name.slice(prefix.length) : name;
    add(`${folder}/${used.next(short)}.sql`, sql);
  }
  if (tail !== '') add('tail.sql', tail);
  const lines = [
    '-- Runs everything: psql --single-transaction --file all.sql',
    String.raw`\set ON_ERROR_STOP on`,
    String.raw`\encoding UTF8`,
    ...files.map((file) => String.raw`\ir '${file.path}'`),
  ];
  add(ALL, `${lines.join('\n')}\n`);
  return files;
}

/** Names of files that are no two the same, wherever they are unpacked. */
class Names {
  readonly #longest: number;
  readonly #used = new Set<string>();
  readonly #known = new Map<string, string>();

  /** @param longest in bytes; file systems take 255, of which the rest is for numbers and the extension */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** The same one for the same key. */
  of(key: string, name: string): string {
    let known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, (known = this.next(name)));
    return known;
  }

  next(name: string): string {
    const safe = safeName(name, this.#longest);
    for (let number = 1; ; number++) {
      const candidate = number === 1 ? safe : `${safe}_${number}`;
      // file systems that take upper and lower case for the same, or forms of the same letter
      const key = candidate.normalize('NFKC').toUpperCase().toLowerCase();
      if (this.#used.has(key)) continue;
      this.#used.add(key);
      return candidate;
    }
  }
}

/** Names that Windows keeps for devices. */
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** Letters, digits and a few signs that mean nothing to a shell's path, to psql or to a file system. */
function safeName(name: string, longest: number): string {
  let safe = '';
  let bytes = 0;
  // quotes of capital letters say nothing here
  const bare = name.normalize('NFC').replace(/"([\p{L}\p{N}_]+)"/gu, '$1');
  for (const character of bare.replace(/[^\p{L}\p{N}\p{M}_.,()-]+/gu, '_')) {
    bytes += Buffer.byteLength(character);
    if (bytes > longest) break;
    safe += character;
  }
  safe = safe.replace(/\.+$/, '').replace(/^[.-]+/, '');
  return safe === '' || DEVICES.test(safe) ? `_${safe}` : safe;
}

/**
 * Writes the files and removes those that an earlier run has left and that are none any more.
 * @param root absolute
 * @returns how many were removed
 * @throws UsageError; a file that is not ours is never touched
 */
export function writeSplit(root: string, files: readonly SplitFile[]): number {
  try {
    const wanted = new Set(files.map((file) => file.path));
    const stale: string[] = [];
    for (const at of sqlFiles(root)) {
      const ours = isOurs(path.join(root, at));
      if (wanted.has(at) && !ours)
        throw new UsageError(
          `${printable(path.join(root, at))} is in the way and was not written by idempotify: move it, or name another folder with --split`,
        );
      if (!wanted.has(at) && ours) stale.push(at);
    }
    const folder = new OutputFolder(root);
    // the file that runs them comes last: it never names one that is not there
    for (const { path: at, text } of files) folder.write(at, Buffer.from(text), 0o666 & ~process.umask());
    for (const at of stale) {
      const file = path.join(root, at);
      removeFile(file, fs.readFileSync(file));
      removeEmpty(root, path.dirname(at));
    }
    return stale.length;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const what = error instanceof WriteError ? error.message : systemMessage(error);
    throw new UsageError(`--split ${printable(root)}: ${what}`, { cause: error });
  }
}

/** In the folder itself, and two levels below. */
function sqlFiles(root: string): string[] {
  const found: string[] = [];
  const list = (relative: string, depth: number): void => {
    let entries: fs.Dirent[];
    try {
      entries = fs.readdirSync(path.join(root, relative), { withFileTypes: true });
    } catch (error) {
      if (relative === '' && (error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    for (const entry of entries) {
      const at = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) {
        if (depth < 2) list(at, depth + 1);
      } else if (entry.name.endsWith('.sql')) found.push(at);
    }
  };
  list('', 0);
  return found;
}

function isOurs(file: string): boolean {
  if (!fs.lstatSync(file).isFile()) return false;
  const handle = fs.openSync(file, 'r');
  try {
    const start = Buffer.alloc(Buffer.byteLength(MARK));
    return fs.readSync(handle, start) === start.length && start.equals(Buffer.from(MARK));
  } finally {
    fs.closeSync(handle);
  }
}

function removeEmpty(root: string, relative: string): void {
  for (let at = relative; at !== '.' && at !== ''; at = path.dirname(at)) {
    try {
      fs.rmdirSync(path.join(root, at));
    } catch {
      return; // something else is in it
    }
  }
}
