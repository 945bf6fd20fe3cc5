/** The pre-commit framework, as far as hooks that stage something have to know it. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { StagedFile } from './changes.ts';
import { git } from './git.ts';

export interface Stash {
  /** Whether what was put aside can still be laid over the files when one of them is staged with another content. */
  fits(entry: StagedFile, id: string): boolean;
}

/**
 * What the framework has put aside. It keeps edits that are not staged in a patch, `patch<time>-<process>` in its folder,
 * and applies that patch when the hooks are done. If it does not apply, the framework takes back what hooks did by
 * writing the index over the work tree, which does not help when a hook has staged something: the edits would be left in
 * the patch alone.
 *
 * @param env to see the index with
 * @returns undefined when it does not run, or nothing was put aside
 */
export function precommitStash(root: string, env: NodeJS.ProcessEnv): Stash | undefined {
  if (process.env['PRE_COMMIT'] === undefined) return undefined;
  const cache = process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache');
  const folder = process.env['PRE_COMMIT_HOME'] || path.join(cache, 'pre-commit');
  let names: readonly string[];
  try {
    names = fs.readdirSync(folder);
  } catch {
    return undefined;
  }
  const applies = (patch: string, indexed: NodeJS.ProcessEnv): boolean => {
    let fine = true;
    const accepted = (status: number): boolean => {
      fine = status === 0;
      return true;
    };
    git(root, ['apply', '--cached', '--check', '--whitespace=nowarn', patch], { env: indexed, accepted });
    return fine;
  };
  const patches = names
    .filter((name) => isRunning(/^patch\d+-(\d+)$/.exec(name)?.[1]))
    .map((name) => path.join(folder, name))
    // of another repository, or of another run
    .filter((patch) => applies(patch, env));
  if (patches.length === 0) return undefined;
  return {
    fits({ mode, name }, id) {
      const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'idempotify-'));
      try {
        const index = path.join(temporary, 'index');
        fs.copyFileSync(indexOf(root, env), index);
        const changed = { ...env, GIT_INDEX_FILE: index };
        git(root, ['update-index', '-z', '--index-info'], { env: changed, input: `${mode} ${id} 0\t${name}\0` });
        return patches.every((patch) => applies(patch, changed));
      } finally {
        fs.rmSync(temporary, { recursive: true, force: true });
      }
    },
  };
}

function indexOf(root: string, env: NodeJS.ProcessEnv): string {
  return env['GIT_INDEX_FILE'] ?? path.resolve(root, git(root, ['rev-parse', '--git-path', 'index']).toString().trim());
}

function isRunning(id: string | undefined): boolean {
  if (id === undefined) return false;
  try {
    process.kill(Number(id), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
