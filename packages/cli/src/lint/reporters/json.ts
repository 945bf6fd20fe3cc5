/** The report as one JSON document. */
import type { LintReport } from '../report.ts';

export function json(report: LintReport): string {
  const { files, ...rest } = report;
  const lines = files.map((file) => `\n${JSON.stringify(file)}`).join(',');
  return `{"files":[${lines}\n],${JSON.stringify(rest).slice(1)}\n`;
}
