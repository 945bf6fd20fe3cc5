/** A baseline file as its blocks: the text on disk, read back. */
import { statementRanges } from '@idempotify/core';
import { PRIORITY } from './types.ts';

export interface FileBlock {
  /** What the comment in front of it says: `table public.users`. */
  readonly name: string | undefined;
  readonly sql: string;
}

const MARK = /^-- (?:Baseline of .* made by idempotify\.|Made by idempotify with \{.*\})\s*$/m;
/** Tools put a few lines of their own in front. */
const HEAD_LENGTH = 4000;

/** Whether a text is a baseline that this program has written, by what stands at its head. */
export const isBaseline = (text: string): boolean => MARK.test(text.slice(0, HEAD_LENGTH));

/** @param sql what of the file is run, without the sections of its tool that are not */
export function blocksOf(sql: string): readonly FileBlock[] {
  let end = 0;
  return statementRanges(sql, { start: 0, end: sql.length }).map((range) => {
    const lines = sql.slice(end, range.start).split('\n');
    // a range may begin with its comments
    const inside = /^(?:--[^\n]*\n\s*)+/.exec(sql.slice(range.start, range.end))?.[0] ?? '';
    const name = [...lines, ...inside.split('\n')].flatMap((line) => /^\s*-- (.*?)\s*$/.exec(line)?.[1] ?? []).at(-1);
    end = range.end;
    return { name, sql: sql.slice(range.start, range.end) };
  });
}

/**
 * What the blocks of a database that was read just now make, and those of a file do not: whole objects by their names, and of
 * those that both have what is guarded by itself, such as an index of a table.
 * @param alike the file was made from a database, too: a dump has what belongs to a table in blocks of their own, other guards,
 *   and not the same words for all kinds
 */
export function beyond(file: readonly FileBlock[], fresh: readonly FileBlock[], alike = true): string[] {
  const called = (name: string): string => (alike ? name : withoutKind(name).replace(/\s+/g, ''));
  const known = new Map<string, Set<string>>();
  for (const { name, sql } of file) {
    if (name === undefined) continue;
    const guards = known.get(called(name)) ?? new Set();
    for (const { guard } of guarded(sql)) guards.add(guard);
    known.set(called(name), guards);
  }
  const found = new Set<string>();
  for (const { name, sql } of fresh) {
    // a sentence: what stands around the objects
    if (name === undefined || name.endsWith('.')) continue;
    const guards = known.get(called(name));
    if (!guards) found.add(name);
    else if (alike) for (const { guard, first } of guarded(sql)) if (!guards.has(guard)) found.add(`${name}: ${first}`);
  }
  return [...found];
}

/** The longest first: one begins as another does. */
const KINDS = Object.keys(PRIORITY).sort((a, b) => b.length - a.length);

function withoutKind(name: string): string {
  const kind = KINDS.find((each) => name.startsWith(`${each} `));
  return kind === undefined ? name : name.slice(kind.length + 1);
}

/** Conditions of a block, each with the first line of what it guards. They are the only lines that are indented by two and begin so. */
function guarded(sql: string): { guard: string; first: string }[] {
  return [...sql.matchAll(/^ {2}IF (.*?) THEN\n {4}([^\n]*)/gms)].map(([, guard = '', first = '']) => ({
    guard,
    first: first.replace(/;$/, ''),
  }));
}
