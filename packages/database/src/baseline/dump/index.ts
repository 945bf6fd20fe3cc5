/** A text of `pg_dump --schema-only` as the same kind of baseline that a live database gives. No database is needed. */
import type { Baseline, BaselineOptions } from '../types.ts';

/** A statement that no baseline can be made of. With one of these the text must not be written: something would be missing. */
export interface DumpProblem {
  /** 1-based, of the dump; the column counts UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** What and why, one sentence. */
  readonly message: string;
  /** What to do. */
  readonly advice: string;
}

export interface DumpBaseline {
  /** For `baselineSql` and the layouts, as from a live database. */
  readonly baseline: Baseline;
  readonly problems: readonly DumpProblem[];
}

/**
 * Makes a baseline of a plain-text dump. Never throws for what stands in the text.
 * @param text the whole file, as pg_dump 12 to 18 writes it without `--format`
 */
export function baselineFromDump(text: string, options: BaselineOptions = {}): DumpBaseline {
  void text;
  void options;
  return {
    baseline: { version: 0, database: '', objects: [], head: '', tail: '', leftOut: [], warnings: [], roles: [] },
    problems: [{ line: 1, column: 1, message: 'dumps are not read yet', advice: 'Give a connection instead.' }],
  };
}
