import type { FileReport, FolderReport, Mode, RewriteReport, RunError } from '../results.ts';

/** The end of a run: everything but the files, which were reported one by one. */
export type Summary = Omit<RewriteReport, 'files'>;

/** Is told about a run while it goes on. Files come in order, after they have been written; none is kept. */
export interface Reporter {
  start(info: { readonly mode: Mode; readonly folders: readonly FolderReport[] }): void;
  file(report: FileReport): void;
  /** Something that is about no single file. */
  error(error: RunError): void;
  end(summary: Summary): void;
}
