/** Lists a folder: what is there, what is only linked, what can't be looked at. */
import type fs from 'node:fs';
import path from 'node:path';
import { isSql } from '../tools/paths.ts';
import { disk } from './disk.ts';
import { systemMessage } from './errors.ts';

interface Skipped {
  /** Relative to the folder, with '/'. */
  readonly path: string;
  /** As the end of the sentence "left alone: …". */
  readonly reason: string;
}

interface Failed {
  readonly path: string;
  readonly message: string;
}

export interface Listing {
  /** The folder, absolute and without symbolic links. */
  readonly root: string;
  /** Regular files, sorted, relative with '/'. */
  readonly files: readonly string[];
  /** Symbolic links to something else within the folder: link -> target, both relative. The targets are in `files`, or folders. */
  readonly links: ReadonlyMap<string, string>;
  readonly skipped: readonly Skipped[];
  readonly failed: readonly Failed[];
}

/** Folders that are never looked into. */
export const NEVER = new Set(['node_modules', '.git', '.hg', '.svn']);

/** Lists everything below `folder`. Symbolic links are not followed, so neither loops nor files outside are visited. */
export function listFolder(folder: string): Listing {
  const root = disk.real(folder);
  const files: string[] = [];
  const links = new Map<string, string>();
  const skipped: Skipped[] = [];
  const failed: Failed[] = [];

  const visit = (prefix: string): void => {
    const at = path.join(root, prefix);
    let entries: fs.Dirent[];
    try {
      entries = disk.list(at);
    } catch (error) {
      failed.push({ path: prefix, message: `can not be listed: ${systemMessage(error)}` });
      return;
    }
    entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    for (const entry of entries) {
      const relative = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      if (entry.isFile()) files.push(relative);
      else if (entry.isDirectory()) {
        if (NEVER.has(entry.name)) continue;
        if (isSql(entry.name))
          skipped.push({
            path: relative,
            reason: 'it is a folder, in spite of its name; what lies in it is looked at',
          });
        visit(relative);
      } else if (entry.isSymbolicLink()) link(relative, entry.name);
      else if (isSql(entry.name)) skipped.push({ path: relative, reason: 'it is not a regular file' });
    }
  };

  const link = (relative: string, name: string): void => {
    let target: string;
    try {
      target = disk.real(path.join(root, relative));
    } catch (error) {
      const problem = { path: relative, message: `is a symbolic link that leads nowhere: ${systemMessage(error)}` };
      if (isSql(name)) failed.push(problem);
      else skipped.push({ path: relative, reason: problem.message.replace('is a', 'it is a') });
      return;
    }
    const inside = path.relative(root, target);
    if (inside === '..' || inside.startsWith(`..${path.sep}`) || path.isAbsolute(inside)) {
      const reason = `it is a symbolic link out of the folder, to ${target}; name it to have it rewritten`;
      skipped.push({ path: relative, reason });
    } else links.set(relative, inside.split(path.sep).join('/'));
  };

  visit('');
  return { root, files, links, skipped, failed };
}
