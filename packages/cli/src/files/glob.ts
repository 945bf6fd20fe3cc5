/** Globs: which files the `ignore` patterns mean, and links that are seen but not followed. */
import fs from 'node:fs';
import path from 'node:path';
import { globSync } from 'tinyglobby';
import { NEVER } from '@idempotify/core';

export interface IgnorePatterns {
  /** Absolute; the patterns are relative to it. */
  readonly base: string;
  readonly patterns: readonly string[];
}

/**
 * Lists the files that the patterns match. A pattern that matches a folder means everything in it.
 *
 * @param within absolute paths of files and folders: nothing else is looked at
 * @returns absolute paths
 */
export function ignoredFiles(ignore: IgnorePatterns, within: readonly string[]): ReadonlySet<string> {
  const near = (folder: string): boolean =>
    within.some((each) => each === folder || each.startsWith(withSlash(folder)) || folder.startsWith(withSlash(each)));
  // what is not near an input is not walked through, however wide the pattern is
  const readdirSync = ((folder: string) => {
    const at = path.resolve(folder);
    if (!near(at)) return [];
    try {
      return fs
        .readdirSync(at, { withFileTypes: true })
        .filter((entry) => !NEVER.has(entry.name))
        .map((entry) => (entry.isDirectory() ? entry : asFile(entry)));
    } catch {
      return []; // reported where the input is read
    }
  }) as unknown as typeof fs.readdirSync;
  const found = globSync(ignore.patterns, {
    cwd: ignore.base,
    dot: true,
    absolute: true,
    followSymbolicLinks: false,
    fs: { readdirSync },
  });
  return new Set(found.map((file) => path.resolve(file)));
}

/** `fs.readdir` for a glob that is to see links as what they are called, whatever they lead to. */
export const readdirWithLinks = ((
  folder: string,
  options: { withFileTypes: true },
  callback: (error: Error | null, entries: fs.Dirent[]) => void,
) => {
  fs.readdir(folder, options, (error, entries) => {
    callback(error, error ? [] : entries.map((entry) => (entry.isDirectory() ? entry : asFile(entry))));
  });
}) as unknown as typeof fs.readdir;

/** Links and other things match by their name. */
function asFile(entry: fs.Dirent): fs.Dirent {
  return Object.assign(Object.create(entry) as fs.Dirent, {
    isFile: () => true,
    isDirectory: () => false,
    isSymbolicLink: () => false,
  });
}

const withSlash = (folder: string): string => (folder.endsWith(path.sep) ? folder : folder + path.sep);
