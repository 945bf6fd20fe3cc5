/** From a heap of files to migration folders, each with its tool and its migrations in that tool's order. */
import { folderView, type FolderAccess } from './folder.ts';
import { basename, byName, dirname, isMigrationFile, isScript, isSql, join, slashes } from './paths.ts';
import { detectTool } from './registry.ts';
import type { Ignored, Tool } from './types.ts';
import { otherVendor } from './vendors.ts';

export interface MigrationFolder {
  /** Relative to what was looked at; '' = that folder itself, '..' when only one migration of a folder was looked at. */
  readonly root: string;
  readonly tool: Tool;
  /** The up migrations, relative to what was looked at, in the tool's order. */
  readonly up: readonly string[];
  readonly ignored: readonly Ignored[];
}

/** Prisma, Drizzle 1.x and diesel give each migration a folder of its own. */
const ownFolder = /^(?:migration|up|down)\.sql$/;
/** Graphile Migrate keeps what is done and what is being written in two folders of one project. */
const graphileFolder = /^(?:committed|current)$/;
const graphileName = /^\d+(?:-[-_a-zA-Z0-9]*)?\.sql$/;
/** Liquibase's folders have subfolders as one likes: all of them belong to the changelog. */
const changelogFolder = /^(?:changelogs?|liquibase)$/i;
/** Flyway looks into subfolders; what is called like a version or a year is one, `mysql` beside `postgresql` is not. */
const versionFolder = /^(?:v|version|release)?[-_.]?\d[\w.-]*$/i;
const flywayName = /^[VUB]\d[\d._]*__/i;
const migrationsFolder = /migrat|changelog|upgrade|evolution|delta/i;

/**
 * The folder that the tool of a file would be pointed at.
 * @param path with the names of the folders above what was looked at in front, so that none is missing
 */
function folderOf(path: string, shallowest: number): string {
  let folder = dirname(path);
  const name = basename(path);
  const climb = (): void => {
    folder = dirname(folder);
  };
  if (ownFolder.test(name) || (graphileFolder.test(basename(folder)) && graphileName.test(name))) climb();
  else if (flywayName.test(name)) while (versionFolder.test(basename(folder)) && depth(folder) > shallowest) climb();
  const parts = folder.split('/');
  const changelog = parts.findIndex((part, index) => index + 1 >= shallowest && changelogFolder.test(part));
  return changelog < 0 ? folder : parts.slice(0, changelog + 1).join('/');
}

/** Where compilers put what they make of the sources. */
const compiled = /(?:^|\/)(?:dist|build|out|lib-cov|coverage|\.next|\.output)\//;

/**
 * Whether a file in JavaScript or TypeScript may be a migration, by its name or its folder's: only then a tool is asked.
 * @param path with the name of what was looked at in front
 * @param relative without it
 */
function mayBeScript(path: string, relative: string, tool: Tool | undefined): boolean {
  if (!isScript(path) || (tool && !tool.scripts) || compiled.test(relative)) return false;
  return (
    tool !== undefined ||
    /^(?:[vV]?\d|Migration\d)/.test(basename(path)) ||
    migrationsFolder.test(basename(dirname(path)))
  );
}

interface Group {
  readonly paths: string[];
  /** Files for another database system. */
  readonly foreign: Ignored[];
}

const depth = (folder: string): number => folder.split('/').length;

/** Answers kept for all folders: they lie below the same few package.json and Cargo.toml. */
function remember(files: readonly string[], access: FolderAccess): FolderAccess {
  const present = new Set(files);
  const found = new Map<string, boolean>();
  const texts = new Map<string, string>();
  return {
    read(relative) {
      const path = join('', relative);
      if (isMigrationFile(path)) return access.read(path);
      let text = texts.get(path);
      if (text === undefined) texts.set(path, (text = access.read(path)));
      return text;
    },
    exists(relative) {
      const path = join('', relative);
      if (present.has(path)) return true;
      let answer = found.get(path);
      if (answer === undefined) found.set(path, (answer = access.exists(path)));
      return answer;
    },
  };
}

/** Whether a folder that no tool claims holds migrations, and not queries, fixtures or seeds. */
function looksLikeMigrations(folder: string, up: readonly string[]): boolean {
  const numbered = up.filter(
    (path) => /^[vV]?\d/.test(basename(path)) || /^[vV]?\d/.test(basename(dirname(path))),
  ).length;
  return (
    numbered * 2 > up.length ||
    folder
      .split('/')
      .slice(-2)
      .some((part) => migrationsFolder.test(part))
  );
}

/**
 * Groups all `.sql` files below a folder, and the scripts that look like migrations, into migration folders. One pass over the names; files are read only where the layout leaves
 * open which tool it is, and then only the first and last few of a folder.
 *
 * It may be the migrations folder itself, a folder above it (with those of several tools below), or the folder of a single migration.
 * To find the place of a single file, give its folder, or the one above for `<name>/migration.sql` and `<name>/up.sql`.
 *
 * @param root the folder as people know it; absolute when known
 * @param files all files below it, relative and with '/': `.sql` files and marker files. Never a directory.
 * @param tool the tool that all of them belong to; else it is recognised for each folder, and a folder that neither a tool nor its
 *   names show to be migrations is left alone, unless it is the very folder that was asked for
 * @returns ordered by root
 */
export function findMigrationFolders(
  root: string,
  files: readonly string[],
  access: FolderAccess,
  tool?: Tool,
): MigrationFolder[] {
  const known = remember(files, access);
  // Names are looked at with the name of the folder itself in front: it may be `20250101_init` or `committed`.
  const top = basename(slashes(root).replace(/\/+$/, '')) || '.';
  const groups = new Map<string, Group>();
  for (const path of files) {
    if (!isSql(path) && !mayBeScript(`./${top}/${path}`, path, tool)) continue;
    const folder = folderOf(`./${top}/${path}`, 2);
    let group = groups.get(folder);
    if (!group) groups.set(folder, (group = { paths: [], foreign: [] }));
    const vendor = tool ? undefined : otherVendor(dirname(path));
    if (vendor === undefined) group.paths.push(path);
    else if (isSql(path))
      group.foreign.push({ path, reason: `its folder's name says that it is for ${vendor}, not for PostgreSQL` });
  }
  const markers = markersOf(files, top, groups);

  const found: (MigrationFolder & { readonly plain: boolean; readonly folder: string })[] = [];
  for (const [folder, { paths, foreign }] of groups) {
    // './top' is what was looked at, '.' the folder above it
    const above = folder === '.';
    const relative = above ? '..' : folder.slice(`./${top}`.length + 1);
    const prefix = relative === '' ? '' : `${relative}/`;
    const inside = (path: string): string => (above ? `${top}/${path}` : path.slice(prefix.length));
    const outside = (path: string): string => (above ? path.slice(top.length + 1) : prefix + path);
    const absolute = above ? dirname(slashes(root)) : relative === '' ? slashes(root) : `${slashes(root)}/${relative}`;
    const view = folderView(absolute, [...paths, ...(markers.get(folder) ?? [])].map(inside), {
      read: (name) => known.read(above && name.startsWith(`${top}/`) ? outside(name) : prefix + name),
      exists: (name) => known.exists(above && name.startsWith(`${top}/`) ? outside(name) : prefix + name),
    });
    const used = tool ?? detectTool(view);
    const sql = view.files.filter(isSql);
    // scripts that no tool's migrations look like are somebody else's
    if (sql.length === 0 && paths.length > 0 && !used.scripts) continue;
    const { up, ignored } = used.select(used.scripts ? view.files.filter(isMigrationFile) : sql, view);
    found.push({
      root: relative,
      tool: used,
      up: up.map(outside),
      ignored: [...ignored.map((each) => ({ ...each, path: outside(each.path) })), ...foreign],
      plain: tool === undefined && used.name === 'sql',
      folder,
    });
  }

  const others = found.some((group) => !group.plain && group.up.length > 0);
  return found
    .map(({ plain, folder, ...group }): MigrationFolder => {
      const asked = group.root === '' && !others;
      if (!plain || asked || looksLikeMigrations(folder, group.up)) return group;
      const reason = 'nothing shows that it is a migration; name the file itself to have it rewritten';
      return { ...group, up: [], ignored: [...group.ignored, ...group.up.map((path) => ({ path, reason }))] };
    })
    .sort((a, b) => byName(a.root, b.root));
}

/** A marker file lies in the migration folder or up to two levels below it (`meta/_journal.json`, `<name>/snapshot.json`). */
function markersOf(
  files: readonly string[],
  top: string,
  groups: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, string[]> {
  const markers = new Map<string, string[]>();
  for (const path of files) {
    if (isMigrationFile(path)) continue;
    let folder = dirname(`./${top}/${path}`);
    for (let level = 0; level < 3 && folder !== ''; level++, folder = dirname(folder)) {
      if (!groups.has(folder)) continue;
      const list = markers.get(folder);
      if (list) list.push(path);
      else markers.set(folder, [path]);
    }
  }
  return markers;
}
