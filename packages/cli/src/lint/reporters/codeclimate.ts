import type { LintReport } from '../report.ts';
export const codeclimate = (_report: LintReport): string => '';
