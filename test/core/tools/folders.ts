/** Folders that exist in memory only, and short ways to say what the tools make of them. */
import { type FolderAccess, type MigrationFolder, type Tool, findMigrationFolders, toolByName } from '@idempotify/core';

/** Names and texts of files; `../x` lies above the folder that is looked at. */
export type Tree = Readonly<Record<string, string>>;

export function tool(name: string): Tool {
  const found = toolByName(name);
  if (!found) throw new Error(`there is no tool ${name}`);
  return found;
}

/** How a tree answers questions about its files. Every file that is read is noted in `reads`. */
export function accessTo(tree: Tree, reads: string[] = []): FolderAccess {
  const names = Object.keys(tree);
  return {
    read(relative) {
      reads.push(relative);
      const text = tree[relative];
      if (text === undefined) throw new Error(`${relative} isn't there`);
      return text;
    },
    exists: (relative) => names.some((name) => name === relative || name.startsWith(`${relative}/`)),
  };
}

/** The migration folders of a tree, and which of its files were read for that. */
export function look(tree: Tree, root = '/repo', named?: Tool): { folders: MigrationFolder[]; reads: string[] } {
  const reads: string[] = [];
  const files = Object.keys(tree).filter((path) => !path.startsWith('../'));
  return { folders: findMigrationFolders(root, files, accessTo(tree, reads), named), reads };
}

/** The same, one line for each folder: 'root tool: its up migrations'. */
export const brief = (tree: Tree, root?: string): string[] =>
  look(tree, root).folders.map((each) => `${each.root || '.'} ${each.tool.name}: ${each.up.join(' ')}`.trimEnd());

/** The texts of a file's up sections; the message of the first problem when there is one. */
export function pieces(name: string, text: string, path = '1_x.sql'): string[] | string {
  const { up, problems } = tool(name).sections(text, path);
  return problems[0]?.message ?? up.map((range) => text.slice(range.start, range.end));
}
