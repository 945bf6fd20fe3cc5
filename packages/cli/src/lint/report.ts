/** What a run of the linter tells. The API returns it and `--format json` prints it; changes to it need a new `version`. */
import type { Finding } from '@idempotify/core';
import type { ExitCode, RunError } from '../results.ts';

/** The number of the form of the JSON document; raised when a field changes its meaning or goes away. */
export const LINT_VERSION = 1;

export interface LintFinding extends Omit<Finding, 'statement'> {
  /** The same as long as the rule, the file and the text of the statement stay; unlike the line. */
  readonly fingerprint: string;
  /** It is in the file of known findings. */
  readonly known?: true;
}

export interface LintFileReport {
  /** As given on the command line, or below a folder that was. */
  readonly path: string;
  /** In the order of the text; those that a comment disables and known ones as well. */
  readonly findings: readonly LintFinding[];
  /** Why the file could not be linted or corrected. */
  readonly error?: string;
  /** With `fix` and `fixDryRun`: corrections that were made, or would be. */
  readonly fixes?: number;
  /** With `fixDryRun`: what would change, as a unified diff. */
  readonly diff?: string;
  /** With `fix` or `fixDryRun` and a text from standard input: the text as it is with the corrections. */
  readonly text?: string;
}

export interface LintTotals {
  /** Files that were looked at. */
  readonly files: number;
  /** Findings that are neither disabled nor known, by severity. */
  readonly errors: number;
  readonly warnings: number;
  /** Disabled by a comment. */
  readonly suppressed: number;
  readonly known: number;
  /** Findings of rules that can correct some of what they find. */
  readonly fixable: number;
  readonly fixes: number;
  /** Wall clock, milliseconds. */
  readonly ms: number;
}

/** The file of known findings. */
export interface KnownReport {
  readonly path: string;
  /** Entries that nothing is found for any more. */
  readonly gone: number;
  /** With `updateIgnores`: what the file now holds. */
  readonly written?: number;
  readonly added?: number;
}

export interface LintReport {
  readonly version: typeof LINT_VERSION;
  /** All files that were linted, in the order of their folders and tools; then those that say how migrations are run. */
  readonly files: readonly LintFileReport[];
  /** Files that were named and are no up migrations, or match an ignore pattern. */
  readonly ignored: readonly { readonly path: string; readonly reason: string }[];
  /** What is about no single file, such as a path that is not there. */
  readonly errors: readonly RunError[];
  readonly known?: KnownReport;
  readonly totals: LintTotals;
  readonly exitCode: ExitCode;
}

/** Neither disabled nor known: what is told. */
export const isTold = (finding: LintFinding): boolean =>
  finding.suppressed === undefined && finding.known === undefined;
