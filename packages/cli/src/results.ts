/** What a run tells about itself. This is what the API returns and what `--json` prints; changes to it need a new `version`. */
import type { Problem, StatementResult } from '@idempotify/core';

/** The number of the form of the JSON document; raised when a field changes its meaning or goes away. */
export const RESULT_VERSION = 1;

/**
 * - `changed`: rewritten; with --check, --diff or --stdin: would be.
 * - `unchanged`: nothing to do, or nothing that could be done (see the outcomes of its statements).
 * - `committed`: tracked by git and unchanged since the last commit, left alone.
 * - `ignored`: not an up migration, or excluded by an ignore pattern; `reason` says why.
 * - `skipped`: a link, a folder or something else that isn't a migration file; `reason` says why.
 * - `broken`: no text in UTF-8; `problems` says where.
 * - `failed`: could not be read or written; `reason` says why. What was there before still is.
 */
export type FileStatus = 'changed' | 'unchanged' | 'committed' | 'ignored' | 'skipped' | 'broken' | 'failed';

export type Counts = Readonly<Record<StatementResult['outcome'], number>>;

export interface FileReport {
  /** As given on the command line, or below a folder that was. */
  readonly path: string;
  readonly status: FileStatus;
  /** Position in `folders`, for files of a migration folder. */
  readonly folder?: number;
  readonly reason?: string;
  /** How many statements ended in which outcome. */
  readonly counts: Counts;
  readonly statements: readonly StatementResult[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
  /** With --diff: the changes as a unified diff, '' when there are none. */
  readonly diff?: string;
  /** With --stdin: the text as it is after rewriting. */
  readonly text?: string;
}

export interface FolderReport {
  readonly path: string;
  /** The tool's name as `--tool` takes it. */
  readonly tool: string;
  /** The tool's name for people. */
  readonly title: string;
  /** Number of up migrations in the folder, whether they were to be rewritten or not. */
  readonly migrations: number;
}

export interface Totals {
  readonly files: Readonly<Record<FileStatus, number>>;
  readonly statements: Counts;
  /** Places that can't be read as SQL, in all files. */
  readonly problems: number;
  /** Wall clock, milliseconds. */
  readonly ms: number;
}

export interface RunError {
  readonly message: string;
  /** The argument or path it is about. */
  readonly path?: string;
}

/** 0: fine; 1: findings; 2: wrong use, or something could not be read or written. */
export type ExitCode = 0 | 1 | 2;

export type Mode = 'write' | 'check' | 'diff' | 'out-dir' | 'stdin';

export interface RewriteReport {
  readonly version: typeof RESULT_VERSION;
  readonly mode: Mode;
  readonly folders: readonly FolderReport[];
  readonly files: readonly FileReport[];
  readonly errors: readonly RunError[];
  /** What a person should know about the ledgers of the tools whose files were changed. */
  readonly ledgers: readonly LedgerReport[];
  readonly totals: Totals;
  readonly exitCode: ExitCode;
}

export interface LedgerReport {
  readonly tool: string;
  readonly title: string;
  /** What the tool does when an applied migration has been edited. */
  readonly edited: string;
  /** Whether it keeps checksums, which `--checksum-sql` can bring in line. */
  readonly checksums: boolean;
  /** With --checksum-sql: the statements; '' when the ledger needs no change. */
  readonly sql?: string;
}

export function noCounts(): Record<StatementResult['outcome'], number> {
  return { rerunnable: 0, native: 0, guarded: 0, pattern: 0, refused: 0, disabled: 0, broken: 0 };
}

export function noStatuses(): Record<FileStatus, number> {
  return { changed: 0, unchanged: 0, committed: 0, ignored: 0, skipped: 0, broken: 0, failed: 0 };
}
