import type { LintReport } from '../report.ts';
export const github = (_report: LintReport): string => '';
