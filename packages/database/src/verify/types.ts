/** What a proof is asked for and what it answers. The answers are plain data: they go through JSON and between threads. */
import type { Difference } from '../catalog/diff.ts';

/**
 * What can be proven of a migration.
 * - `fresh`: run from the start, the file leaves the catalogs, the order of columns and the rows that the original leaves;
 *   also in one transaction with the files before it, where its tool commits all pending files together.
 * - `second run`: run once more, it changes nothing.
 * - `interrupted`: stopped after any statement, or in the middle of its tool's transaction, it is run again and comes out
 *   the same; a concurrent build that died is healed.
 * - `rows`: rows that were there before, and rows that are written after it, are as the original leaves them.
 * - `drift`: an object of the right name and the wrong shape makes it raise an error, or is put right; it never passes.
 */
export type CheckName = 'fresh' | 'second run' | 'interrupted' | 'rows' | 'drift';

export const checkNames: readonly CheckName[] = ['fresh', 'second run', 'interrupted', 'rows', 'drift'];

/** `unproven`: nothing was found wrong, and yet it could not be shown to be right; the reasons say why. */
export type Verdict = 'proven' | 'failed' | 'unproven';

/** One way in which the file was run. */
export type RunKind =
  | 'replay' // the original, on what the earlier migrations left
  | 'fresh' // the file, on the same
  | 'together' // the file in one transaction with those before it, as its tool runs them on a new database
  | 'second run' // the file once more
  | 'rows written later' // the file once more, after an application went on
  | 'interrupted original' // the first k statements of the original, then the file
  | 'interrupted file' // the first k statements of the file, then the whole file
  | 'aborted' // half of it in its tool's transaction, which is rolled back; then the whole file
  | 'invalid index' // a concurrent build that died after the first k statements, then the file
  | 'drift'; // something of that name is there with another shape, then the file

export interface Run {
  readonly kind: RunKind;
  readonly verdict: 'proven' | 'failed';
  /** How many statements had been committed before the file was run again. */
  readonly k?: number;
  /** Index, in `statements`, of the one that raised the error. */
  readonly statement?: number;
  /** That it raised an error is what proves it. */
  readonly raised?: true;
}

/** A statement of the file, by UTF-16 positions in it: 1-based line and column, 0-based offsets. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly start: number;
  readonly end: number;
  /** In one line, shortened. */
  readonly text: string;
}

export interface ErrorReport {
  /** SQLSTATE. */
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
}

/** A table whose rows came out differently. */
export interface RowReport {
  readonly table: string;
  /** The first few rows as JSON text, and how many there are. */
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly missingCount: number;
  readonly extraCount: number;
}

/** A sequence that would give out again what it gave out already. */
export interface SequenceReport {
  readonly sequence: string;
  readonly expected: string;
  readonly found: string;
}

/** An object that is not as it should be. `text` says it in one line. */
export interface DifferenceReport extends Difference {
  readonly text: string;
}

export interface Failure {
  readonly check: CheckName;
  readonly kind: RunKind;
  /** One line for a person: what was done and what came of it. */
  readonly title: string;
  readonly k?: number;
  /** The statement after which the run was stopped, in one line. */
  readonly after?: string;
  /** Index, in `statements`, of the one that raised `error`. */
  readonly statement?: number;
  readonly error?: ErrorReport;
  readonly differences: readonly DifferenceReport[];
  readonly rows: readonly RowReport[];
  readonly sequences: readonly SequenceReport[];
  /** What to do about it. */
  readonly advice?: string;
}

export interface CheckResult {
  readonly check: CheckName;
  readonly verdict: Verdict;
  /** How many times the file was run for it. */
  readonly runs: number;
  /** Why it is not proven. */
  readonly reasons: readonly string[];
}

export interface Proof {
  readonly verdict: Verdict;
  readonly checks: readonly CheckResult[];
  readonly statements: readonly Place[];
  readonly runs: readonly Run[];
  readonly failures: readonly Failure[];
  /** What a person should know although nothing is wrong. */
  readonly notes: readonly string[];
}

/** A migration as its tool sees it. */
export interface Script {
  /** What of the file is SQL that runs forwards, in the pieces in which the tool sends it. */
  readonly chunks: readonly string[];
  readonly statements: readonly Place[];
  /** The same statements as SQL. */
  readonly sql: readonly string[];
  /**
   * The statements without the BEGIN and COMMIT among them, in the groups in which they are committed when each is sent by
   * itself; undefined when they control transactions in any other way.
   */
  readonly units: readonly Unit[] | undefined;
}

/** Statements that are committed together. */
export interface Unit {
  /** Indexes of the statements. */
  readonly statements: readonly number[];
  /** How many statements of the file are behind it, COMMIT included. */
  readonly k: number;
}

/**
 * How the tool commits the file: as one string (one implicit transaction), between BEGIN and COMMIT, or every statement
 * on its own.
 */
export type Mode = 'implicit' | 'explicit' | 'statement';
