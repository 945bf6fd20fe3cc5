/** A baseline file as its blocks: the text on disk, read back. */
import { statementRanges } from '@idempotify/core';

export interface FileBlock {
  /** What the comment in front of it says: `table public.users`. */
  readonly name: string | undefined;
  readonly sql: string;
}

const MARK = /^-- Baseline of .* made by idempotify\.\s*$/m;
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
