/** What the migrations were before they were rewritten, as git has it. */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { UsageError } from '../errors.ts';
import { gitEnvironment } from '../git.ts';
import type { Called } from '../options.ts';
import { printable } from '../terminal.ts';

/**
 * The contents that files have in a git revision.
 *
 * @param root absolute folder that all files lie in
 * @param files absolute
 * @param wanted the revision; when nobody asked for one, `HEAD`, and no git is no error
 * @returns the files that are in that revision; none outside of a repository
 * @throws UsageError when a revision was asked for and can't be had
 */
export function gitContents(
  root: string,
  files: readonly string[],
  wanted: string | undefined,
  called: Called,
): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', root, ...args], {
      env: gitEnvironment(),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  let top: string;
  let revision: string;
  try {
    top = git('rev-parse', '--show-toplevel').trim();
    revision = git('rev-parse', '--verify', '--quiet', '--end-of-options', `${wanted ?? 'HEAD'}^{commit}`).trim();
  } catch (error) {
    if (wanted === undefined) return found;
    throw new UsageError(`${called('originalRef')} ${printable(wanted)}: git knows no such revision in ${root}`, {
      cause: error,
    });
  }
  const real = fs.realpathSync(top);
  const names = files.map((file) => path.relative(real, file).split(path.sep).join('/'));
  const asked = names.map((name) => `${revision}:${name}\n`).join('');
  const { stdout, status } = spawnSync('git', ['-C', root, 'cat-file', '--batch'], {
    env: gitEnvironment(),
    input: asked,
    maxBuffer: 1 << 30,
  });
  if (status !== 0) return found;
  let at = 0;
  for (const file of files) {
    const end = stdout.indexOf(10, at);
    if (end < 0) break;
    const head = stdout.toString('utf8', at, end);
    at = end + 1;
    const size = /^[0-9a-f]+ blob (\d+)$/.exec(head)?.[1];
    if (size === undefined) continue; // "… missing"
    found.set(file, stdout.subarray(at, at + Number(size)));
    at += Number(size) + 1;
  }
  return found;
}
