/** From the arguments to the migrations that are meant: their folders, their tools, their order. */
import fs from 'node:fs';
import path from 'node:path';
import {
  type MigrationFolder,
  disk,
  type Tool,
  errorCode,
  systemMessage,
  groupMigrations,
  isMigrationFile,
  isScript,
  isSql,
  migrationFolderOf,
  NEVER,
  listFolder,
} from '@idempotify/core';
import { UsageError } from '../errors.ts';
import type { RunError } from '../results.ts';
import { printable } from '../terminal.ts';
import type { IgnorePatterns } from './glob.ts';

/** Where migrations usually lie, relative to the project. */
const USUAL_FOLDERS = [
  'prisma/migrations',
  'drizzle',
  'supabase/migrations',
  'migrations',
  'db/migrations',
  'db/migration',
  'db/migrate',
  'database/migrations',
  'sql/migrations',
  'src/migrations',
  'src/migration',
  'src/db/migrations',
  'src/database/migrations',
  'server/migrations',
  'src/main/resources/db/migration',
] as const;

export interface InputOptions {
  /** As given; none = look in the usual places. */
  readonly paths: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly tool?: Tool;
  readonly ignore?: IgnorePatterns;
  /** Folders may be missing or hold no migration yet: in a hook of a project that has none so far, nothing is wrong. */
  readonly mayBeEmpty?: boolean;
  /**
   * Given when the places of all files in an output folder are wanted, and the files that are no migrations: what the
   * option is called that names the folder.
   */
  readonly output?: string;
}

interface PlannedFolder {
  /** Absolute, without symbolic links. */
  readonly root: string;
  /** For people. */
  readonly display: string;
  readonly tool: Tool;
  /** The up migrations in the tool's order, absolute. */
  readonly files: readonly string[];
}

export interface Target {
  readonly folder: number;
  readonly path: string;
  readonly display: string;
  /** The file itself was named, so that it is rewritten even when it is committed. */
  readonly named: boolean;
  readonly out?: string;
}

/** A file that is reported and not rewritten. */
interface Other {
  /** Absolute; of a link that a pattern has found, as it was found. */
  readonly path: string;
  readonly display: string;
  readonly status: 'ignored' | 'skipped' | 'failed';
  readonly reason: string;
  readonly folder?: number;
}

export interface InputPlan {
  readonly folders: readonly PlannedFolder[];
  /** Ordered by folder, then in the tool's order. */
  readonly targets: readonly Target[];
  readonly others: readonly Other[];
  readonly errors: readonly RunError[];
  /** Absolute paths of the folders and files that were given. */
  readonly roots: readonly string[];
  /** Everything that lies below the folders that were looked through, by their absolute paths: relative, with '/'. */
  readonly listings: ReadonlyMap<string, readonly string[]>;
  /** For the output folder: files that go there as they are. */
  readonly copies: readonly { readonly source: string; readonly out: string; readonly display: string }[];
  /** For the output folder: symbolic links to `to`, both relative to it. */
  readonly links: readonly { readonly out: string; readonly to: string; readonly display: string }[];
}

interface Input {
  readonly kind: 'folder' | 'file';
  /** Absolute, as given: a symbolic link stays one. */
  readonly path: string;
  readonly display: string;
  /** Given by its name, not found by a pattern. */
  readonly named: boolean;
}

/** @throws UsageError when nothing was given and nothing was found */
export async function planInputs(options: InputOptions): Promise<InputPlan> {
  const errors: RunError[] = [];
  const links: Other[] = [];
  const inputs = await resolveInputs(options, errors, links);
  if (options.ignore) disk.asksOtherwise();
  const { ignoredFiles } = options.ignore ? await import('./glob.ts') : { ignoredFiles: undefined };
  const roots = inputs.map((input) => realPath(input.path));
  const ignored = options.ignore && ignoredFiles ? ignoredFiles(options.ignore, roots) : new Set<string>();
  const plan = new Planner(options, inputs, ignored, errors, roots).plan();
  return links.length === 0 ? plan : { ...plan, others: [...links, ...plan.others] };
}

class Planner {
  readonly #options: InputOptions;
  readonly #inputs: readonly Input[];
  readonly #ignored: ReadonlySet<string>;
  readonly #errors: RunError[];
  readonly #roots: readonly string[];
  readonly #folders: PlannedFolder[] = [];
  readonly #folderOf = new Map<string, number>();
  /** By absolute path, without symbolic links. */
  readonly #targets = new Map<string, { target: Target; position: number }>();
  readonly #others = new Map<string, Other>();
  readonly #copies: { source: string; out: string; display: string }[] = [];
  readonly #links: { out: string; to: string; display: string }[] = [];
  readonly #outs = new Map<string, string>();
  readonly #listings = new Map<string, readonly string[]>();

  constructor(
    options: InputOptions,
    inputs: readonly Input[],
    ignored: ReadonlySet<string>,
    errors: RunError[],
    roots: readonly string[],
  ) {
    this.#options = options;
    this.#inputs = inputs;
    this.#ignored = ignored;
    this.#errors = errors;
    this.#roots = roots;
  }

  plan(): InputPlan {
    for (const input of this.#inputs) {
      if (input.kind === 'folder') this.#folder(input);
      else this.#file(input);
    }
    const targets = [...this.#targets.values()]
      .sort((a, b) => a.target.folder - b.target.folder || a.position - b.position)
      .map(({ target }) => target);
    return {
      folders: this.#folders,
      targets,
      others: [...this.#others.values()],
      errors: this.#errors,
      roots: this.#roots,
      listings: this.#listings,
      copies: this.#copies,
      links: this.#links,
    };
  }

  #folder(input: Input): void {
    const listing = listFolder(input.path);
    const { root } = listing;
    this.#listings.set(root, listing.files);
    const display = (relative: string): string => path.join(input.display, relative);
    const absolute = (relative: string): string => path.join(root, relative);
    const prefix = this.#inputs.length === 1 ? '' : this.#place(input.path);

    for (const { path: relative, reason } of listing.skipped)
      this.#other(absolute(relative), { display: display(relative), status: 'skipped', reason });
    for (const { path: relative, message } of listing.failed)
      this.#other(absolute(relative), { display: display(relative), status: 'failed', reason: message });

    const files = new Set(listing.files);
    const sqlLinks: string[] = [];
    for (const [link, target] of listing.links) {
      if (this.#options.output)
        this.#links.push({ out: path.join(prefix, link), to: path.join(prefix, target), display: display(link) });
      if (!isMigrationFile(link) || !files.has(target)) continue;
      if (!isMigrationFile(target)) sqlLinks.push(link);
      else if (isScript(link)) continue;
      else
        this.#other(absolute(link), {
          display: display(link),
          status: 'skipped',
          reason: `it is a symbolic link to ${target}, which is looked at itself`,
        });
    }

    const names = sqlLinks.length === 0 ? listing.files : [...listing.files, ...sqlLinks].sort();
    const kept = this.#ignored.size === 0 ? names : names.filter((name) => !this.#ignored.has(absolute(name)));
    if (kept.length < names.length) {
      for (const name of names) {
        if (!name.endsWith('.sql') || !this.#ignored.has(absolute(name))) continue;
        this.#other(absolute(name), {
          display: display(name),
          status: 'ignored',
          reason: 'it matches an ignore pattern',
        });
      }
    }
    const rewritten = new Set<string>();
    for (const group of groupMigrations(root, kept, this.#options.tool)) {
      const { folder, position } = this.#registerGroup(input, root, group);
      for (const name of group.up) {
        rewritten.add(name);
        this.#target(absolute(name), position(absolute(name)), {
          folder,
          path: absolute(name),
          display: display(name),
          named: false,
          ...this.#out(absolute(name), path.join(prefix, name)),
        });
      }
      for (const { path: name, reason } of group.ignored) {
        this.#other(absolute(name), { display: display(name), status: 'ignored', reason, folder });
      }
    }
    if (this.#options.mayBeEmpty) {
      // then there is nothing to say about it
    } else if (
      !listing.files.some(isSql) &&
      rewritten.size === 0 &&
      sqlLinks.length === 0 &&
      listing.failed.length === 0 &&
      listing.skipped.length === 0
    ) {
      this.#errors.push({
        path: input.display,
        message:
          'no migrations found: there is no .sql file in this folder, and no script that looks like a migration of TypeORM, Knex, Sequelize, MikroORM, Kysely or node-pg-migrate',
      });
    } else if (rewritten.size === 0 && kept.length === names.length && listing.failed.length === 0) {
      this.#errors.push({
        path: input.display,
        message: 'no migrations found: none of the .sql files in this folder is an up migration',
      });
    }
    if (!this.#options.output) return;
    for (const name of listing.files) {
      if (rewritten.has(name)) continue;
      const { out } = this.#out(absolute(name), path.join(prefix, name));
      if (out !== undefined) this.#copies.push({ source: absolute(name), out, display: display(name) });
    }
  }

  #file(input: Input): void {
    const real = realPath(input.path);
    const located = path.join(realPath(path.dirname(input.path)), path.basename(input.path));
    if (this.#ignored.has(located) || this.#ignored.has(real)) {
      this.#other(located, { display: input.display, status: 'ignored', reason: 'it matches an ignore pattern' });
      return;
    }
    // the migration folder is where the file was named, also when it is a link to a file elsewhere
    const group = migrationFolderOf(located, this.#options.tool);
    const absolute = (relative: string): string => path.join(group.root, relative);
    const displayRoot = path.join(path.dirname(input.display), path.relative(path.dirname(located), group.root)) || '.';
    const folder = this.#register(group.root, displayRoot, group.tool, group.up.map(absolute));
    const position = group.up.findIndex((name) => absolute(name) === located);
    if (position < 0) {
      const reason =
        group.ignored.find((each) => absolute(each.path) === located)?.reason ?? 'it is not an up migration';
      this.#other(located, { display: input.display, status: 'ignored', reason });
      return;
    }
    this.#target(located, position, {
      folder,
      path: located,
      display: input.display,
      named: input.named,
      ...(this.#options.output ? this.#out(located, this.#place(input.path)) : {}),
    });
  }

  /** @returns the folder's number, and where a file stands in it */
  #registerGroup(
    input: Input,
    root: string,
    group: MigrationFolder,
  ): { folder: number; position: (file: string) => number } {
    let at = path.join(root, group.root);
    let files = group.up.map((name) => path.join(root, name));
    const one = group.up[0];
    if (group.root === '..' && one !== undefined) {
      // the folder of one migration was given: the migrations beside it are its history
      const whole = migrationFolderOf(path.join(root, one), group.tool);
      at = whole.root;
      files = whole.up.map((name) => path.join(whole.root, name));
    }
    const positions = new Map(files.map((file, index) => [file, index]));
    return {
      folder: this.#register(at, path.join(input.display, group.root), group.tool, files),
      position: (file) => positions.get(file) ?? files.length,
    };
  }

  #register(root: string, display: string, tool: Tool, files: readonly string[]): number {
    const known = this.#folderOf.get(root);
    if (known !== undefined) {
      // a folder that was met through one of its files is the same folder
      if (this.#folders[known]!.files.length < files.length) this.#folders[known] = { root, display, tool, files };
      return known;
    }
    this.#folderOf.set(root, this.#folders.length);
    this.#folders.push({ root, display, tool, files });
    return this.#folders.length - 1;
  }

  #target(real: string, position: number, target: Target): void {
    const known = this.#targets.get(real);
    if (!known) this.#targets.set(real, { target, position });
    else if (target.named && !known.target.named) known.target = { ...known.target, named: true };
    this.#others.delete(real);
  }

  #other(real: string, other: Omit<Other, 'path'>): void {
    if (!this.#targets.has(real) && !this.#others.has(real)) this.#others.set(real, { path: real, ...other });
  }

  /** Where a folder or file lies in the output folder when it is not the only input. */
  #place(absolute: string): string {
    const relative = path.relative(this.#options.cwd, absolute);
    const outside = relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
    return outside ? path.basename(absolute) : relative;
  }

  /** @throws UsageError when two files would be written to the same place */
  #out(source: string, out: string): { out?: string } {
    if (!this.#options.output) return {};
    const other = this.#outs.get(out);
    if (other === source) return {};
    if (other !== undefined) {
      throw new UsageError(
        `${this.#options.output}: ${printable(other)} and ${printable(source)} would both be written to ${printable(out)}; give them in two runs`,
      );
    }
    this.#outs.set(out, source);
    return { out };
  }
}

/** Arguments that are not there become errors; the others go on. */
async function resolveInputs(
  { paths, cwd, mayBeEmpty = false }: InputOptions,
  errors: RunError[],
  links: Other[],
): Promise<Input[]> {
  if (paths.length === 0) return usualFolders(cwd, mayBeEmpty);
  const inputs: Input[] = [];
  const seen = new Set<string>();
  const add = (input: Input): void => {
    if (seen.has(input.path)) return;
    seen.add(input.path);
    inputs.push(input);
  };
  for (const given of paths) {
    const absolute = path.resolve(cwd, given);
    const display = shown(given);
    try {
      disk.exists(absolute);
      const stat = fs.lstatSync(absolute);
      const target = stat.isSymbolicLink() ? linkTarget(absolute) : stat;
      if (typeof target === 'string') errors.push({ path: display, message: target });
      else if (target.isDirectory()) add({ kind: 'folder', path: absolute, display, named: true });
      else if (!target.isFile())
        errors.push({ path: display, message: 'is not a regular file; --stdin reads from a pipe' });
      else if (!isMigrationFile(given))
        errors.push({ path: display, message: 'is no .sql file, and no JavaScript or TypeScript' });
      else add({ kind: 'file', path: absolute, display, named: true });
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENAMETOOLONG') {
        const matched = await matches(given, cwd, links);
        if (matched) {
          for (const input of matched) add(input);
          if (matched.length === 0 && !mayBeEmpty)
            errors.push({ path: display, message: 'no migration file or folder matches this pattern' });
          continue;
        }
        if (mayBeEmpty) {
          links.push({ path: absolute, display, status: 'skipped', reason: 'it is not there' });
          continue;
        }
      }
      errors.push({ path: display, message: systemMessage(error) });
    }
  }
  return inputs;
}

/** The path as it was given, tidied up. */
function shown(given: string): string {
  const normal = path.normalize(given);
  return normal.length > 1 && normal.endsWith(path.sep) ? normal.slice(0, -1) : normal;
}

/** @returns the stat of what the link leads to, or why there is nothing */
function linkTarget(link: string): fs.Stats | string {
  try {
    return fs.statSync(link);
  } catch (error) {
    return `is a symbolic link that leads nowhere, to ${printable(fs.readlinkSync(link))}: ${systemMessage(error)}`;
  }
}

/** What a pattern matches. A symbolic link is not followed, since nobody named it. @returns undefined when it is no pattern */
async function matches(given: string, cwd: string, links: Other[]): Promise<Input[] | undefined> {
  const { glob, isDynamicPattern } = await import('tinyglobby');
  const pattern = process.platform === 'win32' ? given.replaceAll('\\', '/') : given;
  if (!isDynamicPattern(pattern)) return undefined;
  const { readdirWithLinks } = await import('./glob.ts');
  disk.asksOtherwise();
  const found = await glob(pattern, {
    cwd,
    absolute: true,
    onlyFiles: false,
    expandDirectories: false,
    followSymbolicLinks: false,
    ignore: [...NEVER].map((name) => `**/${name}/**`),
    fs: { readdir: readdirWithLinks },
  });
  const inputs: Input[] = [];
  for (const each of found.sort()) {
    const folder = each.endsWith('/');
    if (!folder && !isMigrationFile(each)) continue;
    const absolute = path.resolve(each);
    const display = path.isAbsolute(given) ? absolute : path.relative(cwd, absolute) || '.';
    const stat = fs.lstatSync(absolute);
    if (stat.isSymbolicLink()) {
      const reason = `it is a symbolic link to ${fs.readlinkSync(absolute)}; name it to have it rewritten`;
      links.push({ path: absolute, display, status: 'skipped', reason });
    } else if (!folder && !stat.isFile())
      links.push({ path: absolute, display, status: 'skipped', reason: 'it is not a regular file' });
    else inputs.push({ kind: folder ? 'folder' : 'file', path: absolute, display, named: false });
  }
  return inputs;
}

function usualFolders(cwd: string, mayBeEmpty: boolean): Input[] {
  const found = USUAL_FOLDERS.filter((folder) => {
    try {
      const { root, files } = listFolder(path.join(cwd, folder));
      return files.some(isSql) || groupMigrations(root, files).some(({ up }) => up.length > 0);
    } catch {
      return false;
    }
  });
  if (found.length === 0 && !mayBeEmpty) {
    throw new UsageError(
      `no path was given, and no migrations were found in the usual places (${USUAL_FOLDERS.join(', ')}). Name the folder: idempotify FOLDER`,
    );
  }
  return found.map((folder) => ({
    kind: 'folder',
    path: path.join(cwd, folder),
    display: path.normalize(folder),
    named: true,
  }));
}

function realPath(file: string): string {
  try {
    return disk.real(file);
  } catch {
    return path.resolve(file);
  }
}
