/** Migration folders as they stand in git's index instead of on the disk. */
import fs from 'node:fs';
import path from 'node:path';
import { migrationFolderOf } from '@idempotify/core';
import type { Staged } from '../changes.ts';
import type { InputPlan, Target } from './inputs.ts';

/** Without what is not in the index, and with what is staged and has been deleted since: it is committed all the same. */
export function asStaged({ folders, targets }: InputPlan, staged: Staged): Pick<InputPlan, 'folders' | 'targets'> {
  const all: Target[] = [...targets];
  const there = folders.map((folder) => ({
    ...folder,
    files: folder.files.filter((file) => !staged.absent.has(file)),
  }));
  for (const file of staged.contents.keys()) {
    if (!staged.changed.has(file) || fs.existsSync(file)) continue;
    const index = there.findIndex(({ root }) => file.startsWith(root + path.sep));
    const folder = there[index];
    if (!folder) continue;
    const group = migrationFolderOf(file, folder.tool);
    const up = group.up.map((name) => path.join(group.root, name));
    if (!up.includes(file) || group.root !== folder.root) continue;
    const known = new Set([...folder.files, file]);
    there[index] = { ...folder, files: up.filter((each) => known.has(each)) };
    const display = path.join(folder.display, path.relative(folder.root, file));
    all.push({ folder: index, path: file, display, named: false });
  }
  return { folders: there, targets: all };
}
