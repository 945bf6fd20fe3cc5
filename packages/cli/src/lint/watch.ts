/** Lints again whenever something changes. */
import fs from 'node:fs';
import path from 'node:path';
import type { LintReport } from './report.ts';
import { type ResolvedLintOptions, runLint } from './run.ts';

/** Editors write a file in several steps. */
const SETTLED_MS = 80;

/** @returns the exit code of the last run, once the signal is aborted */
export async function watchLint(
  options: ResolvedLintOptions,
  tell: (report: LintReport) => Promise<unknown>,
): Promise<number> {
  const { signal, cwd, paths } = options;
  let exitCode = 0;
  const state: { changed: boolean; wake?: (() => void) | undefined } = { changed: false };
  const notice = (_event: string, name: string | null): void => {
    // what the linter itself writes
    if (name !== null && /(?:^|[\\/])(?:node_modules|\.git)(?:[\\/]|$)/.test(name)) return;
    state.changed = true;
    state.wake?.();
  };
  const watchers = new Map<string, fs.FSWatcher>();
  const watch = (folder: string): void => {
    if (watchers.has(folder)) return;
    try {
      const watcher = fs.watch(folder, { recursive: true }, notice);
      watcher.on('error', () => watchers.delete(folder));
      watchers.set(folder, watcher);
    } catch {
      // is not there, or can't be watched; the report says what is wrong with it
    }
  };
  const stop = (): void => state.wake?.();
  signal?.addEventListener('abort', stop);
  try {
    while (!signal?.aborted) {
      for (const folder of foldersOf(cwd, paths)) watch(folder);
      state.changed = false;
      const report = await runLint(options);
      if (signal?.aborted) break;
      await tell(report);
      ({ exitCode } = report);
      if (!state.changed) await new Promise<void>((resolve) => (state.wake = resolve));
      state.wake = undefined;
      if (!signal?.aborted) await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    for (const watcher of watchers.values()) watcher.close();
  }
  return exitCode;
}

/** A pattern, and what is found without any path, may come to lie anywhere below the working directory. */
function foldersOf(cwd: string, paths: readonly string[] | undefined): ReadonlySet<string> {
  if (!paths || paths.length === 0) return new Set([cwd]);
  return new Set(
    paths.map((given) => {
      const absolute = path.resolve(cwd, given);
      const stat = fs.statSync(absolute, { throwIfNoEntry: false });
      return !stat ? cwd : stat.isDirectory() ? absolute : path.dirname(absolute);
    }),
  );
}
