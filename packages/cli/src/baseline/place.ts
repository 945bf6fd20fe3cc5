/** Where the baseline goes: the folder of migrations, its tool, and what is in it already. */
import fs from 'node:fs';
import path from 'node:path';
import {
  type FolderView,
  type MigrationFolder,
  type Tool,
  detectTool,
  errorCode,
  folderAt,
  groupMigrations,
  isScript,
  listFolder,
  systemMessage,
  textOf,
  toolByName,
} from '@idempotify/core';
import { isBaseline } from '@idempotify/database';
import { realIfThere, relativeInside } from '../commands/shared.ts';
import { UsageError } from '../errors.ts';
import { planInputs } from '../files/inputs.ts';
import { foldersToCome, usualFolder } from '../files/to-come.ts';
import { readManifest } from '../init/project.ts';
import { printable } from '../terminal.ts';
import { embeddedSql } from './embedded.ts';
import { type MadeWith, madeWith } from './made-with.ts';

export interface EarlierBaseline {
  readonly migration: string;
  readonly text: string;
  /** What it was made with. */
  readonly made: MadeWith;
}

export interface BaselinePlace {
  /** Absolute, without symbolic links as far as it is there. */
  readonly root: string;
  /** For people. */
  readonly display: string;
  readonly tool: Tool;
  readonly folder: FolderView;
  /** The up migrations in the tool's order, relative to the folder. */
  readonly migrations: readonly string[];
  /** The one that holds a baseline of ours. */
  readonly earlier: EarlierBaseline | undefined;
}

/**
 * @param cwd absolute
 * @param given the folder as the user has named it; undefined: look for it
 * @throws UsageError when there is none, or several
 */
export async function findBaselinePlace(
  cwd: string,
  given: string | undefined,
  tool: Tool | undefined,
): Promise<BaselinePlace> {
  if (given !== undefined) return placeAt(cwd, path.resolve(cwd, given), tool);
  const { folders, targets } = await planInputs({ paths: [], cwd, ...(tool ? { tool } : {}), mayBeEmpty: true });
  const used = folders.filter((_, index) => targets.some((target) => target.folder === index));
  if (used.length === 0) {
    const dependencies = readManifest(path.join(cwd, 'package.json'))?.dependencies;
    const toCome = foldersToCome(cwd, dependencies).filter((each) => tool === undefined || each.tool === tool);
    const [first, ...more] = toCome;
    if (first && more.length === 0) return placeAt(cwd, path.join(cwd, first.path), first.tool);
    if (first) throw several(toCome.map(({ path: at }) => at));
    if (tool) return placeAt(cwd, path.join(cwd, usualFolder(cwd, tool)), tool);
    throw new UsageError(
      'no folder of migrations was found, and nothing that says which tool the project has. Name it: idempotify baseline --tool NAME, or with the folder: idempotify baseline FOLDER --tool NAME; or write only the SQL: --output FILE',
    );
  }
  if (used.length > 1) throw several(used.map(({ display }) => display));
  return placeAt(cwd, used[0]!.root, tool ?? used[0]!.tool);
}

const several = (places: readonly string[]): UsageError =>
  new UsageError(
    `there are several folders of migrations: ${places.map(printable).join(', ')}. Name the one that is meant`,
  );

function placeAt(cwd: string, absolute: string, named: Tool | undefined): BaselinePlace {
  const asked = realIfThere(absolute);
  const display = printable(relativeInside(cwd, absolute));
  let files: readonly string[] = [];
  try {
    if (!fs.statSync(asked).isDirectory()) throw new UsageError(`${display} is no folder`);
    const listing = listFolder(asked);
    const [failed] = listing.failed;
    if (failed) throw new UsageError(`${printable(failed.path)}: ${failed.message}`);
    files = listing.files;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (errorCode(error) !== 'ENOENT') throw new UsageError(`${display}: ${systemMessage(error)}`, { cause: error });
  }
  const groups = groupMigrations(asked, files, named).filter(({ up }) => up.length > 0);
  const [group, ...others] = groups;
  if (group && others.length > 0) throw several(groups.map(({ root }) => path.join(display, root)));
  const root = group && group.root !== '' ? path.join(asked, group.root) : asked;
  const prefix = group && group.root !== '' ? `${group.root}/` : '';
  const own = files.filter((file) => file.startsWith(prefix)).map((file) => file.slice(prefix.length));
  const folder = folderAt(root, own);
  const migrations = group ? group.up.map((file) => file.slice(prefix.length)) : [];
  const earlier = earlierIn(root, migrations);
  const tool = named ?? (earlier && toolByName(earlier.made.tool ?? '')) ?? toolFor(cwd, root, group, folder);
  return {
    root,
    display: group && group.root !== '' ? path.join(display, group.root) : display,
    tool,
    folder,
    migrations,
    earlier,
  };
}

function toolFor(cwd: string, root: string, group: MigrationFolder | undefined, folder: FolderView): Tool {
  if (group) return group.tool;
  const detected = detectTool(folder);
  if (detected.name !== 'sql') return detected;
  // an empty folder says nothing, the project around it may
  for (const project of [cwd, path.dirname(root), path.dirname(path.dirname(root))]) {
    let dependencies: ReadonlySet<string> | undefined;
    try {
      dependencies = readManifest(path.join(project, 'package.json'))?.dependencies;
    } catch {
      // somebody else's
    }
    const toCome = foldersToCome(project, dependencies).find((each) => path.resolve(project, each.path) === root);
    if (toCome) return toCome.tool;
  }
  return detected;
}

function earlierIn(root: string, migrations: readonly string[]): BaselinePlace['earlier'] {
  // it comes before all others, but for what a tool allows in front
  for (const migration of migrations.slice(0, 5)) {
    const text = textOf(path.join(root, migration));
    if (typeof text !== 'string' || !isBaseline(text)) continue;
    return { migration, text, made: madeWith(isScript(migration) ? (embeddedSql(text, migration) ?? '') : text) };
  }
  return undefined;
}
