/** The report as one JSON document on one line: what `--merge` reads. */
import type { VerifyReport } from '../report.ts';

export const verifyJson = (report: VerifyReport): string => `${JSON.stringify(report)}\n`;
