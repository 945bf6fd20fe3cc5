/** The programmatic API. */
import type { BaselineRunOptions } from './baseline/options.ts';
import type { BaselineReport } from './baseline/report.ts';
import type { LintOptions } from './lint/options.ts';
import type { LintReport } from './lint/report.ts';
import type { VerifyOptions } from './verify/options.ts';
import type { VerifyReport } from './verify/report.ts';

export type { BaselineRunOptions as BaselineOptions } from './baseline/options.ts';
export type { BaselineFileReport, BaselineReport, MarkReport } from './baseline/report.ts';
export { rewrite } from './commands/rewrite.ts';
export type { Format, LintOptions, Override, RuleSettings } from './lint/options.ts';
export type { KnownReport, LintFileReport, LintFinding, LintReport, LintTotals } from './lint/report.ts';
export { UsageError } from './errors.ts';
export type { RewriteOptions } from './options.ts';
export type {
  Counts,
  ExitCode,
  FileReport,
  FileStatus,
  FolderReport,
  LedgerReport,
  Mode,
  RewriteReport,
  RunError,
  Totals,
} from './results.ts';
export type { VerifyOptions } from './verify/options.ts';
export type {
  FolderProof,
  MigrationReport,
  MigrationStatus,
  Unprovable,
  VerifyReport,
  VerifyTotals,
  WholeHistoryReport,
} from './verify/report.ts';

/**
 * Proves migrations on a real PostgreSQL and returns what came of it.
 *
 * @throws UsageError for options that are wrong, contradict each other or find nothing to work on, and when there is no server
 */
export async function verify(options: VerifyOptions = {}): Promise<VerifyReport> {
  // brings the databases along, which nobody else needs
  return (await import('./verify/command.ts')).verify(options);
}

/**
 * Lints migrations and returns what was found. A file that can't be read is part of the result.
 *
 * @throws UsageError for options that are wrong, contradict each other or find nothing to work on
 */
export async function lint(options: LintOptions = {}): Promise<LintReport> {
  // brings the rules along
  return (await import('./lint/command.ts')).lint(options);
}

/**
 * Reads a database or a dump and writes, proves or marks a baseline, as the options say.
 *
 * @returns the report; `sql` is what the command would write to standard output, with `output: '-'` or `printLedgerSql`
 * @throws UsageError for options that are wrong, and when the database, the disk or the folder ends the run
 */
export async function baseline(
  options: BaselineRunOptions & { readonly signal?: AbortSignal | undefined },
): Promise<BaselineReport & { readonly sql?: string }> {
  // brings the driver along
  return (await import('./baseline/command.ts')).baseline(options);
}
