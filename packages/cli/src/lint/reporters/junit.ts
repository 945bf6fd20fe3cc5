import type { LintReport } from '../report.ts';
export const junit = (_report: LintReport): string => '';
