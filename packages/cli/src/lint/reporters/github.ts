/** Commands in the log of GitHub Actions, which become annotations of the lines. */
import { type LintReport, isTold } from '../report.ts';
import type { ReportContext } from './reporter.ts';
import { projectPath, projectRoot } from './places.ts';

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

export function github({ files, errors }: LintReport, { cwd }: ReportContext): string {
  const root = projectRoot(cwd);
  const lines: string[] = [];
  const add = (level: string, properties: Readonly<Record<string, string | number>>, text: string): void => {
    const listed = Object.entries(properties).map(([name, value]) => `${name}=${property(`${value}`)}`);
    lines.push(`::${level}${listed.length > 0 ? ` ${listed.join(',')}` : ''}::${data(text)}`);
  };
  for (const { path, findings, error } of files) {
    const file = projectPath(path, cwd, root);
    if (error !== undefined) add('error', { file, title: 'idempotify' }, error);
    for (const finding of findings) {
      if (!isTold(finding)) continue;
      const { severity, line, column, endLine, endColumn, rule, message, help } = finding;
      // GitHub takes columns only within one line, and its last column is part of the range
      const columns = line === endLine ? { col: column, endColumn: Math.max(column, endColumn - 1) } : {};
      const text = help === '' ? message : `${message}\n${help}`;
      add(severity, { file, line, endLine, ...columns, title: `idempotify: ${rule}` }, text);
    }
  }
  for (const { path, message } of errors)
    add('error', { title: 'idempotify' }, path === undefined ? message : `${path}: ${message}`);
  return lines.map((line) => `${line}\n`).join('');
}
