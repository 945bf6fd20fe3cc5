/** The programmatic API. */
export { rewrite } from './commands/rewrite.ts';
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
