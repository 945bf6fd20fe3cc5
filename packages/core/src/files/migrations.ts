/** Folders on the disk and what tools know of them: which of the files are migrations, of which tool, in which order. */
import type fs from 'node:fs';
import path from 'node:path';
import { type MigrationFolder, findMigrationFolders } from '../tools/find.ts';
import { type FolderAccess, folderView } from '../tools/folder.ts';
import { isScript } from '../tools/paths.ts';
import { plainSql } from '../tools/sql.ts';
import type { FolderView, Tool } from '../tools/types.ts';
import { disk } from './disk.ts';
import { readText } from './read.ts';

/**
 * Groups the files of a folder into migration folders.
 *
 * @param root absolute
 * @param files relative to it, with '/'
 * @param tool the tool that all of them belong to; else it is recognised for each migration folder
 */
export function groupMigrations(root: string, files: readonly string[], tool?: Tool): readonly MigrationFolder[] {
  return findMigrationFolders(root, files, accessTo(root), tool);
}

const accessTo = (root: string): FolderAccess => ({
  read: (relative) => readText(path.join(root, relative)),
  exists: (relative) => disk.exists(path.join(root, relative)),
});

/**
 * A migration folder for the questions of its tool.
 *
 * @param root absolute
 * @param files relative to it, with '/'
 */
export function folderAt(root: string, files: readonly string[]): FolderView {
  return folderView(root, files, accessTo(root));
}

/** Where to look for the migrations beside a file. */
export interface FilePlace {
  /** The folder that a tool would be pointed at, as far as the file's name tells. */
  readonly root: string;
  /** The file, relative to it, with '/'. */
  readonly name: string;
  /** Each migration has a folder of its own: Prisma, Drizzle 1.x, diesel. */
  readonly ownFolder: boolean;
}

/** @param file absolute; need not be there */
export function placeOf(file: string): FilePlace {
  const folder = path.dirname(file);
  const ownFolder =
    /^(migration|up|down)\.sql$/.test(path.basename(file)) ||
    // what lies beside a migration in its own folder
    ['migration.sql', 'up.sql'].some((name) => disk.exists(path.join(folder, name)));
  const root = ownFolder ? path.dirname(folder) : folder;
  return { root, name: path.relative(root, file).split(path.sep).join('/'), ownFolder };
}

/** The files beside a file, as deep as tools put their files; relative to the root of its place. */
export const filesAround = ({ root, ownFolder }: FilePlace): string[] => listShallow(root, ownFolder);

/**
 * The migration folder that a file belongs to, with all its migrations. Only looks as deep as tools put their files.
 *
 * @param file absolute; need not be there
 * @returns `root` is absolute here, the files are relative to it
 */
export function migrationFolderOf(file: string, tool?: Tool): MigrationFolder {
  const place = placeOf(file);
  const group = groupOf(place, filesAround(place), tool);
  if (!group) throw new Error(`${file} belongs to no migration folder`);
  return group;
}

/**
 * The same where the files are known already.
 *
 * @param files as `filesAround` gives them
 * @returns undefined when it is no .sql file and no script
 */
export function groupOf(place: FilePlace, files: readonly string[], tool?: Tool): MigrationFolder | undefined {
  const { root, name } = place;
  const groups = groupMigrations(root, [...new Set([...files, name])].sort(), tool);
  const group = groups.find((each) => each.up.includes(name) || each.ignored.some((ignored) => ignored.path === name));
  if (group) return { ...group, root };
  if (!isScript(name)) return undefined;
  const reason = 'nothing shows that it is a migration, and of which tool; --tool names the tool';
  return { root, tool: tool ?? plainSql, up: [], ignored: [{ path: name, reason }] };
}

/** The files of a folder, and with `below` those of its subfolders. What can't be listed is left out. */
function listShallow(root: string, below: boolean): string[] {
  const names: string[] = [];
  const list = (prefix: string, deeper: boolean): void => {
    let entries: fs.Dirent[];
    try {
      entries = disk.list(path.join(root, prefix));
    } catch {
      return;
    }
    for (const entry of entries) {
      const relative = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      if (entry.isDirectory()) {
        if (deeper) list(relative, false);
      } else names.push(relative);
    }
  };
  list('', below);
  return names;
}
