/** The forms of the report. Each is loaded when it is asked for. */
import type { Colors } from '../../terminal.ts';
import type { Format } from '../options.ts';
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

export async function reporterOf(format: Format): Promise<LintReporter> {
  switch (format) {
    case 'stylish':
      return (await import('./stylish.ts')).stylish;
    case 'json':
      return (await import('./json.ts')).json;
    case 'sarif':
      return (await import('./sarif.ts')).sarif;
    case 'github':
      return (await import('./github.ts')).github;
    case 'gitlab':
    case 'codeclimate':
      return (await import('./codeclimate.ts')).codeclimate;
    case 'junit':
      return (await import('./junit.ts')).junit;
    case 'gcc':
      return (await import('./gcc.ts')).gcc;
  }
}
