/** What a run of `verify` tells. This is what the API returns, what `--json` prints and what `--merge` reads; changes to it need a new `version`. */
import type { CheckName, Proof, Verdict, WholeHistory } from '@idempotify/database';
import type { ExitCode, RunError } from '../results.ts';

export const VERIFY_VERSION = 1;

/** A place in a migration that nothing can be proven about. */
export interface Unprovable {
  /** 1-based; left out when it is the file as a whole. */
  readonly line?: number;
  readonly column?: number;
  readonly reason: string;
  /** What the author can do. */
  readonly advice?: string;
}

/**
 * - `proven`, `failed`, `unproven`: see `Verdict`.
 * - `elsewhere`: another shard's, or left out by choice: replayed, and nothing said about it.
 */
export type MigrationStatus = Verdict | 'elsewhere';

export interface MigrationReport extends Omit<Proof, 'verdict'> {
  /** As given on the command line, or below a folder that was. */
  readonly path: string;
  /** What the tool calls it: the path below its folder. */
  readonly name: string;
  readonly status: MigrationStatus;
  /** Proven by an earlier run, for the same file, predecessors, options and version of idempotify. */
  readonly cached: boolean;
  /** What the file was compared with: another form of it that was at hand, or nothing but itself. */
  readonly original: { readonly from: 'folder' | 'git'; readonly path: string } | { readonly from: 'itself' };
  readonly unprovable: readonly Unprovable[];
  /** The text of the file, for those that are not proven. */
  readonly sql?: string;
  /** Wall clock, milliseconds; of the run that proved it. */
  readonly ms: number;
}

/** All files of the history run again over the database that they leave. */
export interface WholeHistoryReport extends WholeHistory {
  readonly verdict: Verdict;
  /** Files that their own guards stopped, since a later migration has changed what they make; not among `failed`. */
  readonly stopped: WholeHistory['failed'];
}

export interface FolderProof {
  readonly path: string;
  /** The tool's name as `--tool` takes it. */
  readonly tool: string;
  /** The tool's name for people. */
  readonly title: string;
  /** How the tool commits, as one sentence. */
  readonly transactions: string;
  /** In the tool's order. */
  readonly migrations: readonly MigrationReport[];
  readonly wholeHistory?: WholeHistoryReport;
}

export interface VerifyTotals {
  readonly migrations: number;
  readonly proven: number;
  /** Out of `proven`. */
  readonly cached: number;
  readonly failed: number;
  readonly unproven: number;
  readonly elsewhere: number;
  /** How many times a file was run. */
  readonly runs: number;
  /** Wall clock, milliseconds. */
  readonly ms: number;
}

export interface VerifyReport {
  readonly version: typeof VERIFY_VERSION;
  /** Of idempotify. */
  readonly program: string;
  /** `PGlite 18.3`, `PostgreSQL 16.4`; '' when no server was needed because everything had been proven before. */
  readonly server: string;
  /** What was asked for. */
  readonly checks: readonly CheckName[];
  readonly folders: readonly FolderProof[];
  /** What kept the run from being done as asked: these make the exit code 2. */
  readonly errors: readonly RunError[];
  /** Which part of the work this is; left out when it is all of it. */
  readonly shard?: { readonly index: number; readonly of: number };
  readonly totals: VerifyTotals;
  readonly exitCode: ExitCode;
}
