/** Asks git about files. Only looks: nothing here changes a repository, and without git nothing is known. */
import { execFile, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** The nearest folder upwards that holds `.git`: a folder, or in submodules and worktrees a file. */
export function repositoryRoot(folder: string, known: Map<string, string | undefined>): string | undefined {
  const asked: string[] = [];
  let at = folder;
  let root: string | undefined;
  for (;;) {
    if (known.has(at)) {
      root = known.get(at);
      break;
    }
    asked.push(at);
    if (fs.existsSync(path.join(at, '.git'))) {
      root = at;
      break;
    }
    const parent = path.dirname(at);
    if (parent === at) break;
    at = parent;
  }
  for (const each of asked) known.set(each, root);
  return root;
}

/** The environment of a git that only looks, in the repository that the files lie in. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  // A hook sets these for its own repository; the files may lie in another one.
  for (const name of ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX', 'GIT_COMMON_DIR']) delete env[name];
  env['GIT_OPTIONAL_LOCKS'] = '0'; // only looking: must not get in the way of another git
  env['LC_ALL'] = 'C';
  return env;
}

const MOST_BYTES = 1 << 30;

/** What git is asked about: migrations, as far as endings tell. */
const MIGRATION_GLOBS = ['*.sql', ...['js', 'cjs', 'mjs', 'ts', 'cts', 'mts'].map((ending) => `*.${ending}`)];

/** Files that differ from what is committed. */
const editedQuery = (root: string): string[] => [
  ...['-C', root, '-c', 'core.fsmonitor=false', 'diff', '--name-only', '-z', '--no-renames', '--no-ext-diff'],
  ...['--ignore-submodules=all', '--diff-filter=MT', 'HEAD', '--', ...MIGRATION_GLOBS],
];
const editedOptions = () =>
  ({ env: gitEnvironment(), encoding: 'utf8', maxBuffer: MOST_BYTES, windowsHide: true }) as const;
const absolute = (output: string, root: string): string[] =>
  output
    .split('\0')
    .filter((name) => name !== '')
    .map((name) => path.join(root, name));

/** Files that differ from what is committed, in all repositories of the folders. Nothing where there is no git. */
export async function editedFiles(folders: readonly string[]): Promise<ReadonlySet<string>> {
  const known = new Map<string, string | undefined>();
  const roots = new Set(folders.flatMap((folder) => repositoryRoot(folder, known) ?? []));
  const lists = await Promise.all(
    [...roots].map(
      (root) =>
        new Promise<string[]>((resolve) => {
          execFile('git', editedQuery(root), editedOptions(), (error, stdout) =>
            resolve(error ? [] : absolute(stdout, root)),
          );
        }),
    ),
  );
  return new Set(lists.flat());
}

/**
 * The same for those who can't wait.
 *
 * @param root of a repository
 */
export function editedFilesNow(root: string): ReadonlySet<string> {
  const { status, stdout, error } = spawnSync('git', editedQuery(root), editedOptions());
  return new Set(error || status !== 0 ? [] : absolute(stdout, root));
}
