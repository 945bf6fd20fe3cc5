/** Deploy files: what runs the migrations. Parsers are loaded when a file of their format is there. */
import path from 'node:path';
import {
  type CalledScript,
  type DeployCommand,
  type DeployFile,
  type DeployStage,
  disk,
  systemMessage,
} from '@idempotify/core';
import { findDeployFiles, formatOf, readDeployFile, type Format } from './find.ts';
import { BrokenFile, type Found } from './found.ts';

export interface DeployOptions {
  /** Paths are told relative to it. */
  readonly cwd: string;
  /** Absolute paths of the migration folders that are linted. */
  readonly roots: readonly string[];
}

/** A file that can't be read as what its name says. */
export interface DeployProblem {
  /** Relative to the working directory, with '/'. */
  readonly path: string;
  readonly message: string;
  /** UTF-16 offset. */
  readonly offset?: number;
}

export interface DeployFiles {
  /** Sorted by path, relative to the working directory, with '/'. Only files that hold commands. */
  readonly files: readonly DeployFile[];
  readonly problems: readonly DeployProblem[];
}

interface ReadFile {
  readonly path: string;
  readonly text: string;
  readonly format: Format;
}

/** What in a file can have to do with migrations at all; other files are not even parsed. */
const RELEVANT =
  /migrat|prisma|drizzle|knex|typeorm|sequelize|flyway|liquibase|goose|dbmate|atlas|diesel|sqlx|supabase|psql|db:|schema:/i;

/** Finds and reads the deploy files of the projects that the folders belong to. */
export async function deployFiles({ cwd, roots }: DeployOptions): Promise<DeployFiles> {
  const read: ReadFile[] = [];
  const problems: DeployProblem[] = [];
  const real = [...new Set(roots.map((root) => disk.real(root)))];
  const base = disk.real(cwd);
  for (const found of findDeployFiles(base, real)) {
    const name = path.relative(base, found.path).split(path.sep).join('/');
    try {
      const text = readDeployFile(found);
      if (text !== undefined) read.push({ path: name, text, format: found.format });
    } catch (error) {
      problems.push({ path: name, message: systemMessage(error) });
    }
  }
  const { files, problems: broken } = await readAll(relevant(read));
  return { files, problems: [...problems, ...broken].sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

/**
 * Reads texts as deploy files of one project.
 *
 * @param texts with paths relative to the project, with '/'
 */
export async function deployFilesOf(
  texts: readonly { readonly path: string; readonly text: string }[],
): Promise<DeployFiles> {
  return readAll(
    texts.flatMap(({ path: file, text }) => {
      const format = formatOf(file);
      return format ? [{ path: file, text, format }] : [];
    }),
  );
}

/** Files about migrations, and files that name one of those. */
function relevant(files: readonly ReadFile[]): readonly ReadFile[] {
  const out = new Set(files.filter(({ text }) => RELEVANT.test(text)));
  if (out.size === 0) return [];
  let size;
  do {
    size = out.size;
    // `npm run release` and `./bin/release` are about migrations when what they run is
    const names = [...out].flatMap(({ path: file, text, format }) =>
      format.name === 'shell script'
        ? [path.posix.basename(file)]
        : format.name === 'package.json'
          ? [...text.matchAll(/"([^"\\]+)"\s*:\s*"/g)].map((match) => match[1] as string)
          : [],
    );
    for (const file of files) if (!out.has(file) && names.some((name) => file.text.includes(name))) out.add(file);
  } while (out.size > size);
  return files.filter((file) => out.has(file));
}

interface ParsedFile extends ReadFile {
  readonly found: readonly Found[];
}

async function readAll(texts: readonly ReadFile[]): Promise<DeployFiles> {
  const problems: DeployProblem[] = [];
  const parsed: ParsedFile[] = [];
  for (const file of texts) {
    const reader = await file.format.load();
    try {
      const found = reader(file.text, file.path);
      if (found.length > 0) parsed.push({ ...file, found });
    } catch (error) {
      if (!(error instanceof BrokenFile)) throw error;
      const { message, offset } = error;
      problems.push({ path: file.path, message, ...(offset === undefined ? {} : { offset }) });
    }
  }
  if (parsed.length === 0) return { files: [], problems };
  const { shellText, innerText } = await import('./shell.ts');
  const stages = scriptStages(parsed);
  const files = parsed.map((file): ParsedFile & { commands: DeployCommand[] } => ({
    ...file,
    commands: file.found.map((found) => {
      const { where, shell, failurePasses } = found;
      const stage = stages.get(file.path) ?? found.stage;
      // the tree is made when it is asked for, so it must not be copied
      return Object.assign(Object.create(shellText(found)) as ReturnType<typeof shellText>, {
        where,
        stage,
        shell,
        ...(failurePasses ? { failurePasses } : {}),
      });
    }),
  }));
  const scripts = new Map<string, CalledScript>();
  const npmScripts = new Map<string, { readonly folder: string; readonly script: CalledScript }[]>();
  for (const { path: file, format, commands } of files) {
    const [first] = commands;
    if (format.name === 'shell script' && first) scripts.set(path.posix.basename(file), first);
    if (format.name !== 'package.json') continue;
    for (const script of commands) {
      const name = script.where.slice('scripts.'.length);
      const list = npmScripts.get(name);
      const one = { folder: path.posix.dirname(file), script };
      if (list) list.push(one);
      else npmScripts.set(name, [one]);
    }
  }
  const called = (from: string, kind: 'npm' | 'file', name: string): CalledScript | undefined => {
    if (kind === 'file') return scripts.get(name);
    const candidates = npmScripts.get(name) ?? [];
    const above = (folder: string): boolean => folder === '.' || from.startsWith(`${folder}/`);
    // that of the nearest package; a pipeline at the root also runs the scripts of the packages
    const [nearest] = candidates
      .filter(({ folder }) => above(folder))
      .sort((a, b) => b.folder.length - a.folder.length);
    return (nearest ?? candidates[0])?.script;
  };
  return {
    files: files.map(({ path: file, text, commands }) => ({
      path: file,
      text,
      commands,
      called: (kind, name) => called(file, kind, name),
      inner: innerText,
    })),
    problems,
  };
}

/** Shell scripts run when what calls them runs. */
function scriptStages(files: readonly ParsedFile[]): ReadonlyMap<string, DeployStage> {
  const stages = new Map<string, DeployStage>();
  const scripts = files.filter(({ format }) => format.name === 'shell script');
  let changed;
  do {
    changed = false;
    for (const script of scripts) {
      const own = script.found[0]?.stage;
      if (stages.has(script.path) || own !== 'other') continue;
      const base = path.posix.basename(script.path);
      const callers = files.flatMap((file) =>
        file === script
          ? []
          : file.found
              .filter(({ text }) => new RegExp(`(?<![\\w.-])${escaped(base)}(?![\\w.-])`).test(text))
              .map(({ stage }) => stages.get(file.path) ?? stage),
      );
      const stage = (['start', 'release', 'build'] as const).find((each) => callers.includes(each));
      if (!stage) continue;
      stages.set(script.path, stage);
      changed = true;
    }
  } while (changed);
  return stages;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
