/** What several commands need. */
import os from 'node:os';
import path from 'node:path';
import v8 from 'node:v8';
import { type Tool, disk, toolByName, tools } from '@idempotify/core';
import { UsageError } from '../errors.ts';
import { removeTemporaries } from '../files/write.ts';
import type { Called } from '../options.ts';
import { printable } from '../terminal.ts';

/** @throws UsageError that names the tools */
export function namedTool(name: string | undefined, called: Called): Tool | undefined {
  if (name === undefined) return undefined;
  const tool = toolByName(name);
  if (!tool)
    throw new UsageError(
      `${called('tool')}: there is no migration tool "${printable(name)}"; the tools are ${tools.map((each) => each.name).join(', ')}`,
    );
  return tool;
}

/** The path without symbolic links, as far as it is there. */
export function realIfThere(absolute: string): string {
  try {
    return disk.real(absolute);
  } catch {
    const parent = path.dirname(absolute);
    return parent === absolute ? absolute : path.join(realIfThere(parent), path.basename(absolute));
  }
}

/** As a person would write it from here. */
export function relativeInside(cwd: string, file: string): string {
  const relative = path.relative(cwd, file);
  return relative === '' ? '.' : relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}

export function withoutUndefined<O extends object>(options: O): O {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as O;
}

/** A first signal lets the file at hand be finished, a second one doesn't wait. Nothing is left half done either way. */
export function onSignals(interruption: AbortController): () => number | undefined {
  let received: number | undefined;
  const handler = (name: NodeJS.Signals): void => {
    const number = os.constants.signals[name];
    if (received !== undefined) {
      removeTemporaries();
      process.exit(128 + number);
    }
    received = number;
    interruption.abort();
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, handler);
  return () => {
    for (const name of names) process.off(name, handler);
    return received;
  };
}

/**
 * Lets V8 compile PostgreSQL's parser once and simply. Left to itself it compiles the grammar's one huge function a second
 * time, optimised, and the process has to wait for that at its end: 370 ms instead of 190 ms for one file, and half as
 * much again for parsing 1,300 files. The flag is the process's, so only the command may set it, not the API.
 */
export function compileParserSimply(): void {
  v8.setFlagsFromString('--liftoff-only');
}
