/** Code Climate's issues, which are also GitLab's report of code quality. */
import { type LintReport, isTold } from '../report.ts';
import type { ReportContext } from './reporter.ts';
import { projectPath, projectRoot, uniqueFingerprints } from './places.ts';

interface Issue {
  readonly type: 'issue';
  readonly check_name: string;
  readonly description: string;
  readonly content: { readonly body: string };
  readonly categories: readonly ['Bug Risk'];
  readonly severity: 'info' | 'minor' | 'major' | 'critical' | 'blocker';
  readonly fingerprint: string;
  readonly location: {
    readonly path: string;
    readonly lines: { readonly begin: number; readonly end: number };
  };
}

const SEVERITIES = { error: 'major', warning: 'minor' } as const;

export function codeclimate({ files }: LintReport, { cwd }: ReportContext): string {
  const root = projectRoot(cwd);
  const unique = uniqueFingerprints();
  const issues: Issue[] = [];
  for (const { path, findings, error } of files) {
    const file = projectPath(path, cwd, root);
    const issue = (
      rest: Pick<Issue, 'check_name' | 'description' | 'severity' | 'fingerprint'> & {
        body: string;
        lines: Issue['location']['lines'];
      },
    ): void => {
      const { body, lines, ...own } = rest;
      const location = { path: file, lines };
      issues.push({ type: 'issue', ...own, content: { body }, categories: ['Bug Risk'], location });
    };
    if (error !== undefined) {
      issue({
        check_name: 'unreadable',
        description: error,
        body: 'The file could not be linted.',
        severity: 'critical',
        fingerprint: unique(file, { rule: 'unreadable', fingerprint: '' }),
        lines: { begin: 1, end: 1 },
      });
    }
    for (const finding of findings) {
      if (!isTold(finding)) continue;
      issue({
        check_name: finding.rule,
        description: finding.message,
        body: finding.help,
        severity: finding.rule === 'syntax-error' ? 'critical' : SEVERITIES[finding.severity],
        fingerprint: unique(file, finding),
        lines: { begin: finding.line, end: finding.endLine },
      });
    }
  }
  return `${JSON.stringify(issues, null, 2)}\n`;
}
