import type { LintReport } from '../report.ts';
export const gcc = (_report: LintReport): string => '';
