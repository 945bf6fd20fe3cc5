/** What every form of the report is: a text made of the report. */
import type { Colors } from '../../terminal.ts';
import type { LintReport } from '../report.ts';

export interface ReportContext {
  /** Absolute: what the paths of the report are relative to. */
  readonly cwd: string;
  readonly colors: Colors;
  /** Whether the report goes to a terminal. */
  readonly terminal: boolean;
  /** Only what a person has to look at. */
  readonly quiet: boolean;
}

export type LintReporter = (report: LintReport, context: ReportContext) => string | Promise<string>;
