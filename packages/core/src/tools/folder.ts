import { basename, byName, isScript, isSql, slashes } from './paths.ts';
import type { FolderView } from './types.ts';

/** How far above the folder marker files are looked for: `apps/api/src/db/migrations` is the deepest nesting that is common. */
const levelsAbove = 5;
const samplesAtEachEnd = 4;

export interface FolderAccess {
  /** The text of a file given relative to the root; throws when it can't be read. */
  read(relative: string): string;
  /** Whether a file or directory is there, given relative to the root; `../x` may be asked. */
  exists(relative: string): boolean;
}

/**
 * A folder to look at, with answers kept so that no question is asked of the disk twice.
 * @param root the folder as people know it; absolute when known
 * @param files the `.sql` and marker files below it, relative; never a directory
 */
export function folderView(root: string, files: readonly string[], access: FolderAccess): FolderView {
  const found = new Map<string, boolean>();
  const texts = new Map<string, string | undefined>();
  const samples = new Map<'sql' | 'scripts', string[]>();
  const view: FolderView = {
    root: slashes(root),
    files,
    read: (relative) => access.read(relative),
    exists(relative) {
      let answer = found.get(relative);
      if (answer === undefined) found.set(relative, (answer = access.exists(relative)));
      return answer;
    },
    parentHas: (name) => nearest(view, name) !== undefined,
    parentRead(name) {
      if (!texts.has(name)) {
        const path = nearest(view, name);
        texts.set(name, path === undefined ? undefined : readable(view, path));
      }
      return texts.get(name);
    },
    samples(of = 'sql') {
      let read = samples.get(of);
      if (!read) {
        const names = sampleNames(files.filter(of === 'sql' ? isSql : isScript));
        samples.set(of, (read = names.flatMap((name) => readable(view, name) ?? [])));
      }
      return read;
    },
  };
  return view;
}

function nearest(folder: FolderView, name: string): string | undefined {
  for (let level = 0; level <= levelsAbove; level++) {
    const path = '../'.repeat(level) + name;
    if (folder.exists(path)) return path;
  }
  return undefined;
}

/** A file that can't be read says nothing about the tool; the error is reported where the file is rewritten. */
function readable(folder: FolderView, name: string): string | undefined {
  try {
    return folder.read(name);
  } catch {
    return undefined;
  }
}

function sampleNames(files: readonly string[]): string[] {
  const sorted = [...files].sort(byName);
  if (sorted.length <= 2 * samplesAtEachEnd) return sorted;
  return [...sorted.slice(0, samplesAtEachEnd), ...sorted.slice(-samplesAtEachEnd)];
}

/** Whether one of the project's package.json files above the folder names this package. */
export function dependsOn(folder: FolderView, dependency: string): boolean {
  return folder.parentRead('package.json')?.includes(`"${dependency}"`) ?? false;
}

/** Most tools want a number in front of a file's name; where there is none, nothing has to be read to say no. */
export const anyNumbered = (folder: FolderView, isWanted: (path: string) => boolean = isSql): boolean =>
  folder.files.some((path) => isWanted(path) && /^\d/.test(basename(path)));

/** How many of the samples a pattern matches, from 0 to 1. */
export function sampleShare(
  folder: FolderView,
  pattern: { test(text: string): boolean },
  of: 'sql' | 'scripts' = 'sql',
): number {
  const texts = folder.samples(of);
  return texts.length === 0 ? 0 : texts.filter((text) => pattern.test(text)).length / texts.length;
}
