/** What the files of a run add up to. */
import type { Summary } from './reporters/reporter.ts';
import {
  type Counts,
  type ExitCode,
  type FileReport,
  type LedgerReport,
  type Mode,
  RESULT_VERSION,
  type RunError,
  noCounts,
  noStatuses,
} from './results.ts';

export class Tally {
  readonly errors: RunError[] = [];
  readonly changedFolders = new Set<number>();
  readonly #files = noStatuses();
  readonly #statements = noCounts();
  #problems = 0;

  file(report: FileReport): void {
    this.#files[report.status]++;
    for (const outcome of Object.keys(this.#statements) as (keyof Counts)[]) {
      this.#statements[outcome] += report.counts[outcome];
    }
    this.#problems += report.problems.length;
    if (report.status === 'changed' && report.folder !== undefined) this.changedFolders.add(report.folder);
  }

  summary(mode: Mode, folders: Summary['folders'], ledgers: readonly LedgerReport[], startedAt: number): Summary {
    return {
      version: RESULT_VERSION,
      mode,
      folders,
      errors: this.errors,
      ledgers,
      totals: {
        files: this.#files,
        statements: this.#statements,
        problems: this.#problems,
        ms: Math.round(performance.now() - startedAt),
      },
      exitCode: this.#exitCode(mode),
    };
  }

  #exitCode(mode: Mode): ExitCode {
    if (this.errors.length > 0 || this.#files.failed > 0) return 2;
    const { refused, broken } = this.#statements;
    if (refused > 0 || broken > 0 || this.#problems > 0) return 1;
    return mode === 'check' && this.#files.changed > 0 ? 1 : 0;
  }
}
