/** The programmatic API. */
import type { LintOptions } from './lint/options.ts';
import type { LintReport } from './lint/report.ts';
import type { VerifyOptions } from './verify/options.ts';
import type { VerifyReport } from './verify/report.ts';

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
