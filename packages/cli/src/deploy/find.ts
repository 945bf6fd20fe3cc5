/**
 * Which files say how migrations are run: those in the parents of the linted folders up to the root of the project, in the folders
 * where such files usually lie (.github/workflows, scripts, bin, docker, …), and in the packages of a workspace.
 */
import fs from 'node:fs';
import path from 'node:path';
import { disk } from '@idempotify/core';
import type { Reader } from './found.ts';

export interface Format {
  readonly name: string;
  /** @param folder the names of the folders that the file is in, below the project's root */
  matches(base: string, folder: readonly string[]): boolean;
  load(): Promise<Reader>;
}

/** In the order in which they are asked. */
const FORMATS: readonly Format[] = [
  named('package.json', /^package\.json$/, async () => (await import('./formats/json.ts')).readPackageJson),
  named('vercel.json', /^vercel\.json$/, async () => (await import('./formats/json.ts')).readVercelJson),
  named('railway.json', /^railway\.json$/, async () => (await import('./formats/json.ts')).readRailwayJson),
  named('app.json', /^app\.json$/, async () => (await import('./formats/json.ts')).readAppJson),
  named(
    'Dockerfile',
    /^(?:(?:Dockerfile|Containerfile)(?:[._-].+)?|.+\.(?:dockerfile|containerfile))$/i,
    async () => (await import('./formats/dockerfile.ts')).readDockerfile,
  ),
  named(
    'compose file',
    /^(?:docker-)?compose(?:[._-].+)?\.ya?ml$/i,
    async () => (await import('./formats/compose.ts')).readCompose,
  ),
  named('render.yaml', /^render\.ya?ml$/, async () => (await import('./formats/render.ts')).readRender),
  named('fly.toml', /^fly(?:\..+)?\.toml$/, async () => (await import('./formats/toml.ts')).readFlyToml),
  named('netlify.toml', /^netlify\.toml$/, async () => (await import('./formats/toml.ts')).readNetlifyToml),
  named('railway.toml', /^railway\.toml$/, async () => (await import('./formats/toml.ts')).readRailwayToml),
  named('nixpacks.toml', /^nixpacks\.toml$/, async () => (await import('./formats/toml.ts')).readNixpacksToml),
  named('Procfile', /^Procfile(?:\..+)?$/, async () => (await import('./formats/lines.ts')).readProcfile),
  named('Makefile', /^(?:GNUmakefile|[Mm]akefile)$/, async () => (await import('./formats/lines.ts')).readMakefile),
  named('.gitlab-ci.yml', /^\.gitlab-ci\.ya?ml$/, async () => (await import('./formats/gitlab.ts')).readGitlab),
  {
    name: 'workflow',
    matches: (base, folder) =>
      /\.ya?ml$/.test(base) &&
      folder.at(-1) === 'workflows' &&
      /^\.(?:github|gitea|forgejo)$/.test(folder.at(-2) ?? ''),
    load: async () => (await import('./formats/github.ts')).readGithub,
  },
  {
    name: 'shell script',
    // without an ending only the first line tells, see `isScript`
    matches: (base) => /\.(?:sh|bash)$/.test(base) || !base.includes('.'),
    load: async () => (await import('./formats/lines.ts')).readShellScript,
  },
];

function named(name: string, base: RegExp, load: Format['load']): Format {
  return { name, matches: (each) => base.test(each), load };
}

/** Folders that hold what is run, wherever a project keeps its parts. */
const OPERATIONS = new Set([
  'scripts',
  'script',
  'bin',
  'docker',
  'deploy',
  'deployment',
  'deployments',
  'ci',
  'build',
  'ops',
  'infra',
  'infrastructure',
  'devops',
  'hack',
  'tools',
  'shell',
  'sh',
  'prisma',
  'db',
  'database',
  '.docker',
  '.deploy',
  '.ci',
  '.railway',
]);

/** Folders whose folders are packages. */
const PACKAGES = new Set(['apps', 'packages', 'services', 'projects', 'modules', 'libs']);

/** Folders in which nothing is deployed from. */
const SKIPPED =
  /^(?:node_modules|dist|out|coverage|vendor|target|\..+|tests?|__tests__|e2e|fixtures|__fixtures__|examples?|docs?|migrations?|tmp)$/;

/** More than any deploy file has. */
const MAX_SIZE = 1_000_000;

export interface DeployPath {
  /** Absolute. */
  readonly path: string;
  readonly format: Format;
}

/** The root of the project that a folder belongs to: that of its repository, or else the nearest that looks like one. */
export function projectRoot(folder: string, cwd: string): string {
  let manifest: string | undefined;
  for (const each of parents(folder)) {
    if (disk.exists(path.join(each, '.git'))) return each;
    if (manifest === undefined && disk.exists(path.join(each, 'package.json'))) manifest = each;
  }
  const relative = path.relative(cwd, folder);
  const within = !relative.startsWith('..') && !path.isAbsolute(relative);
  return within ? cwd : (manifest ?? folder);
}

function* parents(folder: string): Generator<string> {
  for (let at = folder; ; at = path.dirname(at)) {
    yield at;
    if (path.dirname(at) === at) return;
  }
}

export function findDeployFiles(cwd: string, roots: readonly string[]): readonly DeployPath[] {
  const found = new Map<string, DeployPath>();
  const seen = new Set<string>();
  for (const root of roots) {
    const project = projectRoot(root, cwd);
    const listed = (folder: string, packages: number): void => {
      if (seen.has(folder)) return;
      seen.add(folder);
      list(folder, packages);
    };
    /** @param packages how many levels of packages may be below */
    const list = (folder: string, packages: number): void => {
      let entries: fs.Dirent[];
      try {
        entries = disk.list(folder);
      } catch {
        return; // a folder that can't be listed has nothing to say
      }
      const names = path.relative(project, folder).split(path.sep);
      for (const entry of entries) {
        const at = path.join(folder, entry.name);
        if (entry.isFile()) {
          const format = FORMATS.find((each) => each.matches(entry.name, names));
          if (format && !found.has(at)) found.set(at, { path: at, format });
        } else if (entry.isDirectory()) {
          if (OPERATIONS.has(entry.name)) listed(at, 0);
          else if (/^\.(?:github|gitea|forgejo)$/.test(entry.name)) listed(path.join(at, 'workflows'), 0);
          else if (packages > 0 && !SKIPPED.test(entry.name))
            listed(at, PACKAGES.has(entry.name) ? packages : packages - 1);
        }
      }
    };
    // the project first: it goes deeper than a parent of the folder would
    listed(project, 1);
    for (const each of parents(root)) {
      listed(each, 0);
      if (each === project) break;
    }
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The text of a file; undefined when it can't be one of those that are looked for. */
export function readDeployFile({ path: file, format }: DeployPath): string | undefined {
  disk.reads(file);
  const { size } = fs.statSync(file);
  if (size > MAX_SIZE) return undefined;
  const text = fs.readFileSync(file, 'utf8');
  return format.name === 'shell script' && !path.basename(file).includes('.') && !hasShellShebang(text)
    ? undefined
    : text;
}

const hasShellShebang = (text: string): boolean =>
  /^\ufeff?#!\s*(?:\S*\/)?(?:env\s+(?:-S\s+)?)?(?:\S*\/)?(?:ba|da|a|z|k)?sh\b/.test(text);

/** For a text that isn't read from a disk. */
export const formatOf = (file: string): Format | undefined => {
  const names = file.split('/');
  const base = names.pop() ?? '';
  return FORMATS.find((each) => each.matches(base, names));
};
