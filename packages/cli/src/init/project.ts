/** What `init` finds in a project: where migrations lie, who runs hooks and CI, what is configured already. Only looks. */
import fs from 'node:fs';
import path from 'node:path';
import {
  errorCode,
  groupMigrations,
  isMigrationFile,
  listFolder,
  repositoryRoot,
  systemMessage,
} from '@idempotify/core';
import { realIfThere } from '../commands/shared.ts';
import { UsageError } from '../errors.ts';
import { planInputs } from '../files/inputs.ts';
import { foldersToCome } from '../files/to-come.ts';
import { git } from '../git.ts';
import { type SquawkConfig, findSquawkConfig } from '../lint/squawk-config.ts';
import { printable } from '../terminal.ts';

export interface Repository {
  /** The work tree, absolute. */
  readonly root: string;
  /** Of this work tree, absolute: what is kept there is nobody else's. */
  readonly folder: string;
  /** Of all work trees, absolute. */
  readonly common: string;
  /** Where git looks for hooks, absolute. */
  readonly hooks: string;
}

export interface Migrations {
  /** Relative to the project, with '/'. */
  readonly path: string;
  /** The tool, for people. */
  readonly title: string;
  /** Whether there is one already. */
  readonly any: boolean;
  /** What they are written in, as far as that is known. */
  readonly languages: ReadonlySet<Language>;
}

export type Language = 'sql' | 'javascript' | 'typescript';

export interface Manifest {
  readonly file: string;
  readonly text: string;
  readonly dependencies: ReadonlySet<string>;
  readonly keys: Readonly<Record<string, unknown>>;
}

export interface LintStaged {
  readonly file: string;
  /** `module`: a program, which is not edited. */
  readonly kind: 'package.json' | 'json' | 'yaml' | 'module';
}

export type Manager = 'npm' | 'pnpm' | 'yarn' | 'bun';

export interface Project {
  /** Absolute, without symbolic links. */
  readonly root: string;
  readonly git: Repository | undefined;
  readonly manifest: Manifest | undefined;
  readonly manager: Manager;
  /** The folder of the lock file; the project itself where there is none. */
  readonly installAt: string;
  readonly locked: boolean;
  readonly migrations: readonly Migrations[];
  /** An idempotify config that is there already. */
  readonly config: string | undefined;
  /** The folder `.husky`, which need not be there yet. */
  readonly husky: string | undefined;
  readonly lintStaged: LintStaged | undefined;
  readonly precommit: string | undefined;
  readonly eslint: string | undefined;
  /** The folder `.github/workflows`, where GitHub is used. */
  readonly workflows: string | undefined;
  readonly gitlab: string | undefined;
  readonly squawk: SquawkConfig | undefined;
}

const CONFIGS = ['.idempotifyrc.json', 'idempotify.config.js', 'idempotify.config.mjs', 'idempotify.config.json'];
const ESLINT = ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'].map((extension) => `eslint.config.${extension}`);
const LOCKS: readonly (readonly [string, Manager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];

/**
 * @param cwd absolute
 * @param paths migration folders that were named; none = look for them
 * @throws UsageError when there is nothing to set up for
 */
export async function findProject(cwd: string, paths: readonly string[]): Promise<Project> {
  const { root, git: repository } = findPlace(cwd);
  const top = repository?.root ?? root;
  const upwards: string[] = [];
  for (let at = root; ; at = path.dirname(at)) {
    upwards.push(at);
    if (at === top || at === path.dirname(at)) break;
  }
  const nearest = (names: readonly string[]): string | undefined =>
    upwards.flatMap((folder) => names.map((name) => path.join(folder, name))).find((file) => fs.existsSync(file));
  const manifest = readManifest(path.join(root, 'package.json'));
  const topManifest = top === root ? manifest : readManifest(path.join(top, 'package.json'));
  const lock = nearest(LOCKS.map(([name]) => name));
  const manager = LOCKS.find(([name]) => lock !== undefined && path.basename(lock) === name)?.[1] ?? 'npm';
  const configured = CONFIGS.map((name) => path.join(root, name)).find((file) => fs.existsSync(file));
  return {
    root,
    git: repository,
    manifest,
    manager,
    installAt: lock === undefined ? root : path.dirname(lock),
    locked: lock !== undefined,
    migrations: await findMigrations(root, paths, manifest),
    config: configured ?? (manifest && Object.hasOwn(manifest.keys, 'idempotify') ? manifest.file : undefined),
    husky: findHusky(repository, top, root, [manifest, topManifest]),
    lintStaged: findLintStaged(upwards, [manifest, topManifest]),
    precommit: ['yaml', 'yml']
      .map((extension) => path.join(top, `.pre-commit-config.${extension}`))
      .find((file) => fs.existsSync(file)),
    eslint: nearest(ESLINT),
    workflows: usesGithub(repository) ? path.join(top, '.github/workflows') : undefined,
    gitlab: [path.join(top, '.gitlab-ci.yml')].find((file) => fs.existsSync(file)),
    squawk: findSquawkConfig(root),
  };
}

/** The project's folder and its repository, without looking at anything else. */
export function findPlace(cwd: string): Pick<Project, 'root' | 'git'> {
  const root = fs.realpathSync(cwd);
  return { root, git: findRepository(root) };
}

function findRepository(root: string): Repository | undefined {
  const top = repositoryRoot(root, new Map());
  if (top === undefined) return undefined;
  const ask = (...args: string[]): string => git(top, args).toString('utf8').replace(/\n$/, '');
  try {
    return {
      root: realIfThere(top),
      folder: realIfThere(path.resolve(top, ask('rev-parse', '--git-dir'))),
      common: realIfThere(path.resolve(top, ask('rev-parse', '--git-common-dir'))),
      hooks: realIfThere(path.resolve(top, ask('rev-parse', '--git-path', 'hooks'))),
    };
  } catch (error) {
    throw new UsageError(
      `${printable(top)} is a git repository that can not be asked: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

/** @throws UsageError when it is there and broken */
export function readManifest(file: string): Manifest | undefined {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new UsageError(`${printable(file)} can not be read: ${systemMessage(error)}`, { cause: error });
  }
  let keys: unknown;
  try {
    keys = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UsageError(`${printable(file)} does not parse: ${systemMessage(error)}`, { cause: error });
  }
  if (typeof keys !== 'object' || keys === null || Array.isArray(keys))
    throw new UsageError(`${printable(file)} holds no object`);
  const dependencies = new Set<string>();
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']) {
    const named = (keys as Record<string, unknown>)[kind];
    if (typeof named === 'object' && named !== null) for (const name of Object.keys(named)) dependencies.add(name);
  }
  return { file, text, dependencies, keys: keys as Record<string, unknown> };
}

async function findMigrations(
  root: string,
  paths: readonly string[],
  manifest: Manifest | undefined,
): Promise<readonly Migrations[]> {
  const { folders, targets, errors } = await planInputs({ paths, cwd: root, mayBeEmpty: true });
  if (errors[0]) throw new UsageError(`${printable(errors[0].path ?? '')}: ${errors[0].message}`);
  const slashed = (absolute: string): string => path.relative(root, absolute).split(path.sep).join('/') || '.';
  const found = new Map<string, Migrations>();
  folders.forEach((folder, index) => {
    if (!targets.some((target) => target.folder === index)) return;
    const at = slashed(folder.root);
    if (at.startsWith('..')) throw new UsageError(`${printable(folder.display)} does not lie in ${printable(root)}`);
    found.set(at, { path: at, title: folder.tool.title, any: true, languages: languagesOf(folder.files) });
  });
  for (const given of paths) {
    const at = slashed(path.resolve(root, given));
    if (at.startsWith('..')) throw new UsageError(`${printable(given)} does not lie in ${printable(root)}`);
    const known = [...found.keys()].some((each) => each === at || each.startsWith(`${at}/`) || at === '.');
    if (!known) found.set(at, { path: at, title: 'migrations', any: false, languages: new Set() });
  }
  if (found.size === 0) {
    const script: Language = fs.existsSync(path.join(root, 'tsconfig.json')) ? 'typescript' : 'javascript';
    for (const { path: at, tool } of foldersToCome(root, manifest?.dependencies))
      found.set(at, { path: at, title: tool.title, any: false, languages: new Set([tool.scripts ? script : 'sql']) });
  }
  if (found.size === 0) for (const each of searched(root)) found.set(each.path, each);
  if (found.size === 0) {
    throw new UsageError(
      'no migrations were found, neither in the usual places nor in a folder that is called after them. Name the folder that they lie in, or will lie in: idempotify init FOLDER',
    );
  }
  return [...found.values()];
}

const LIKELY = /(?:^|[/_-])(?:migrations?|migrate|drizzle|changelogs?)(?:\/|$)/i;
const UNLIKELY = /(?:^|\/)(?:dist|build|out|coverage|vendor|tmp|tests?|__tests__|fixtures?|examples?|docs?)\//i;

/** Looks through the project for folders that are called as those of migrations are. */
function searched(root: string): readonly Migrations[] {
  const { files } = listFolder(root);
  const likely = files.filter(
    (file) => isMigrationFile(file) && LIKELY.test(path.posix.dirname(file)) && !UNLIKELY.test(file),
  );
  return groupMigrations(root, likely)
    .filter(({ up }) => up.length > 0)
    .map(({ root: folder, tool, up }) => ({
      path: folder === '' ? '.' : folder,
      title: tool.title,
      any: true,
      languages: languagesOf(up),
    }));
}

const languagesOf = (files: readonly string[]): ReadonlySet<Language> =>
  new Set(files.map((file) => (/ts$/i.test(file) ? 'typescript' : /js$/i.test(file) ? 'javascript' : 'sql')));

/** husky 9 sets `core.hooksPath` to `.husky/_`, husky 5 to 8 to `.husky`. */
function findHusky(
  repository: Repository | undefined,
  top: string,
  root: string,
  manifests: readonly (Manifest | undefined)[],
): string | undefined {
  if (!repository) return undefined;
  const { hooks } = repository;
  const named = path.basename(hooks) === '_' ? path.dirname(hooks) : hooks;
  if (path.basename(named) === '.husky') return named;
  for (const folder of [top, root]) {
    const husky = path.join(folder, '.husky');
    if (fs.statSync(husky, { throwIfNoEntry: false })?.isDirectory()) return husky;
  }
  return manifests.some((manifest) => manifest?.dependencies.has('husky')) ? path.join(top, '.husky') : undefined;
}

function findLintStaged(
  upwards: readonly string[],
  manifests: readonly (Manifest | undefined)[],
): LintStaged | undefined {
  for (const folder of upwards) {
    const manifest = manifests.find((each) => each?.file === path.join(folder, 'package.json'));
    if (manifest && Object.hasOwn(manifest.keys, 'lint-staged')) return { file: manifest.file, kind: 'package.json' };
    for (const [name, kind] of [
      ['.lintstagedrc.json', 'json'],
      ['.lintstagedrc.yaml', 'yaml'],
      ['.lintstagedrc.yml', 'yaml'],
    ] as const)
      if (fs.existsSync(path.join(folder, name))) return { file: path.join(folder, name), kind };
    const plain = path.join(folder, '.lintstagedrc');
    if (fs.existsSync(plain))
      return { file: plain, kind: /^\s*\{/.test(fs.readFileSync(plain, 'utf8')) ? 'json' : 'yaml' };
    for (const base of ['.lintstagedrc', 'lint-staged.config'])
      for (const extension of ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts']) {
        const file = path.join(folder, `${base}.${extension}`);
        if (fs.existsSync(file)) return { file, kind: 'module' };
      }
  }
  return undefined;
}

function usesGithub(repository: Repository | undefined): boolean {
  if (!repository) return false;
  if (fs.existsSync(path.join(repository.root, '.github'))) return true;
  const remotes = git(repository.root, ['config', '--get-regexp', String.raw`^remote\..*\.url$`], {
    accepted: () => true,
  });
  return /github\.com[:/]/.test(remotes.toString('utf8'));
}
