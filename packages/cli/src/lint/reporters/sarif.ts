import type { LintReport } from '../report.ts';
export const sarif = (_report: LintReport): string => '';
