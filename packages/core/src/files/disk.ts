/**
 * What a run asks the disk about a project goes through here, so that a later run can tell whether it would get the same
 * answers. Nothing is recorded unless somebody has asked for it.
 */
import fs from 'node:fs';
import { errorCode } from './errors.ts';

/** The answers. All paths are absolute. */
export interface Looks {
  /** Files that were read, or that it was tried to read. */
  readonly contents: Set<string>;
  /** Folders that were listed: what was in them, see `listingOf`. */
  readonly listings: Map<string, string>;
  /** What lay there: see `kindOf`. */
  readonly kinds: Map<string, string>;
  /** Where it really is, '' = nowhere. */
  readonly places: Map<string, string>;
  /** False when something was asked in a way that leaves no record. */
  complete: boolean;
}

let looks: Looks | undefined;

/** From here on everything is recorded, for the whole process, until it is asked for again. */
export function recordLooks(): Looks {
  return (looks = { contents: new Set(), listings: new Map(), kinds: new Map(), places: new Map(), complete: true });
}

/** 'file', 'folder', 'other', '' = nothing; symbolic links are followed. */
export function kindOf(path: string): string {
  let stat: fs.Stats | undefined;
  try {
    stat = fs.statSync(path, { throwIfNoEntry: false });
  } catch {
    // nothing that could be used: it lies below a file, or may not be looked at
  }
  return !stat ? '' : stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'other';
}

const absent = (error: unknown): boolean => errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR';
const noFolder = '!';

/** What is in a folder, as text: the same for the same names of the same kinds. undefined = it can't be listed. */
export function listingOf(folder: string): string | undefined {
  try {
    return textOf(fs.readdirSync(folder, { withFileTypes: true }));
  } catch (error) {
    return absent(error) ? noFolder : undefined;
  }
}

const textOf = (entries: readonly fs.Dirent[]): string =>
  entries
    .map((entry) => {
      const kind = entry.isFile() ? 'f' : entry.isDirectory() ? 'd' : entry.isSymbolicLink() ? 'l' : 'o';
      return `${kind}${entry.name}`;
    })
    .sort()
    .join('\0');

export const disk = {
  exists(path: string): boolean {
    const kind = kindOf(path);
    looks?.kinds.set(path, kind);
    return kind !== '';
  },

  /** @throws what readdir() throws */
  list(folder: string): fs.Dirent[] {
    try {
      const entries = fs.readdirSync(folder, { withFileTypes: true });
      looks?.listings.set(folder, textOf(entries));
      return entries;
    } catch (error) {
      if (absent(error)) looks?.listings.set(folder, noFolder);
      else if (looks) looks.complete = false;
      throw error;
    }
  },

  /** The path without symbolic links. @throws what realpath() throws */
  real(path: string): string {
    looks?.places.set(path, '');
    const place = fs.realpathSync(path);
    looks?.places.set(path, place);
    return place;
  },

  /** To be called by what reads a file. */
  reads(path: string): void {
    looks?.contents.add(path);
  },

  /** To be called by what asks in another way. */
  asksOtherwise(): void {
    if (looks) looks.complete = false;
  },
};
