/** One line for each finding, as compilers write them and editors and log filters read them. */
import { printable } from '../../terminal.ts';
import { type LintReport, isTold } from '../report.ts';

export function gcc({ files, errors }: LintReport): string {
  let out = '';
  for (const { path, findings, error } of files) {
    const name = printable(path);
    if (error !== undefined) out += `${name}:1:1: error: ${printable(error)}\n`;
    for (const finding of findings) {
      if (!isTold(finding)) continue;
      const { line, column, severity, message, rule } = finding;
      out += `${name}:${line}:${column}: ${severity}: ${printable(message)} [${rule}]\n`;
    }
  }
  for (const { path, message } of errors)
    out += `idempotify: error: ${path === undefined ? '' : `${printable(path)}: `}${printable(message)}\n`;
  return out;
}
