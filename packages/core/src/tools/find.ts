/** From a heap of files to migration folders, each with its tool and its migrations in that tool's order. */
import { folderView, type FolderAccess } from './folder.ts';
import { basename, dirname, isSql } from './paths.ts';
import { detectTool } from './registry.ts';
import type { Ignored, Tool } from './types.ts';
import { otherVendor } from './vendors.ts';

export interface MigrationFolder {
  /** Relative to what was looked at; '' = that folder itself. */
  readonly root: string;
  readonly tool: Tool;
  /** The up migrations, relative to what was looked at, in the tool's order. */
  readonly up: readonly string[];
  readonly ignored: readonly Ignored[];
}

/** Prisma, Drizzle 1.x and diesel give each migration a folder of its own. */
const ownFolder = /^(?:migration|up|down)\.sql$/;
/** graphile-migrate keeps what is done and what is being written in two folders of one project. */
const graphileFolder = /^(?:committed|current)$/;

/** The folder that a file's tool would be pointed at. */
function folderOf(path: string): string {
  const folder = dirname(path);
  if (folder !== '' && ownFolder.test(basename(path))) return dirname(folder);
  if (folder !== '' && graphileFolder.test(basename(folder))) return dirname(folder);
  return folder;
}

/**
 * Groups all `.sql` files below a folder into migration folders. One pass over the names; files are read only where the layout leaves
 * open which tool it is, and then only the first and last few.
 *
 * @param root the folder as people know it; absolute when known
 * @param files all files below it, relative and with '/': `.sql` files and marker files. Never a directory.
 * @param tool the tool that all of them belong to; else it is recognised for each folder
 */
export function findMigrationFolders(root: string, files: readonly string[], access: FolderAccess, tool?: Tool): MigrationFolder[] {
  const sql = new Map<string, string[]>();
  for (const path of files) {
    if (!isSql(path)) continue;
    const folder = folderOf(path);
    const list = sql.get(folder);
    if (list) list.push(path);
    else sql.set(folder, [path]);
  }
  const markers = new Map<string, string[]>();
  for (const path of files) {
    if (isSql(path)) continue;
    // a marker lies in the migration folder or one or two levels below it (meta/_journal.json, <name>/snapshot.json)
    let folder = dirname(path);
    for (let level = 0; level < 3; level++) {
      if (sql.has(folder)) {
        const list = markers.get(folder);
        if (list) list.push(path);
        else markers.set(folder, [path]);
      }
      if (folder === '') break;
      folder = dirname(folder);
    }
  }
  const out: MigrationFolder[] = [];
  for (const [folder, paths] of sql) {
    const prefix = folder === '' ? '' : `${folder}/`;
    const inside = (path: string): string => path.slice(prefix.length);
    const view = folderView(folder === '' ? root : `${root}/${folder}`, [...paths, ...(markers.get(folder) ?? [])].map(inside), {
      read: (relative) => access.read(prefix + relative),
      exists: (relative) => access.exists(prefix + relative),
    });
    const vendor = tool ? undefined : otherVendor(folder);
    const used = tool ?? detectTool(view);
    if (vendor !== undefined) {
      out.push({ root: folder, tool: used, up: [], ignored: paths.map((path) => ({ path, reason: `the folder's name says that it is for ${vendor}, not for PostgreSQL` })) });
      continue;
    }
    const selection = used.select(view.files.filter(isSql), view);
    out.push({ root: folder, tool: used, up: selection.up.map((path) => prefix + path), ignored: selection.ignored.map((each) => ({ ...each, path: prefix + each.path })) });
  }
  return out;
}
