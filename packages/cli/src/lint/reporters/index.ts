/** The forms of the report. Each is loaded when it is asked for. */
import type { Format } from '../options.ts';
import type { LintReporter } from './reporter.ts';

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
