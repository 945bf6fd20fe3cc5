/** The report for people. */
import { type Colors, printable, printableLine } from '../../terminal.ts';
import { type LintFinding, type LintReport, isTold } from '../report.ts';
import type { ReportContext } from './reporter.ts';

export function stylish(report: LintReport, { colors: c, quiet, terminal }: ReportContext): string {
  const parts: string[] = [];
  const advised = new Set<string>();
  for (const { path, findings, error, diff } of report.files) {
    if (diff !== undefined && diff !== '') parts.push(shownDiff(diff, c, terminal));
    const told = findings.filter((finding) => isTold(finding) && (!quiet || finding.severity === 'error'));
    if (told.length === 0 && error === undefined) continue;
    const lines = [c.underline(printable(path))];
    if (error !== undefined) lines.push(`  ${c.red('error')}  ${printable(error)}`);
    const width = Math.max(0, ...told.map((finding) => place(finding).length));
    for (const finding of told) lines.push(...findingLines(finding, width, advised, c));
    parts.push(`${lines.join('\n')}\n\n`);
  }
  for (const { path, reason } of quiet ? [] : report.ignored)
    parts.push(c.dim(`left alone: ${printable(path)}: ${printable(reason)}\n`));
  for (const { path, message } of report.errors)
    parts.push(`${c.red('error')}  ${path === undefined ? '' : `${printable(path)}: `}${printable(message)}\n`);
  parts.push(`${totalLine(report, c)}\n`, ...hints(report, quiet).map((hint) => `${c.dim(hint)}\n`));
  return parts.join('');
}

const place = ({ line, column }: LintFinding): string => `${line}:${column}`;

/** @param advised what to do has been told: a history has hundreds of findings with the same answer */
function findingLines(finding: LintFinding, width: number, advised: Set<string>, c: Colors): string[] {
  const { severity, message, rule } = finding;
  const help = advised.has(finding.help) ? '' : finding.help;
  advised.add(finding.help);
  const level = severity === 'error' ? c.red('error  ') : c.yellow('warning');
  const indent = ' '.repeat(2 + width + 2 + 7 + 2);
  return [
    `  ${c.dim(place(finding).padStart(width))}  ${level}  ${printable(message)}  ${c.dim(rule)}`,
    ...(help === '' ? [] : help.split('\n').map((line) => `${indent}${c.dim(printableLine(line))}`)),
  ];
}

function totalLine({ totals, files, exitCode }: LintReport, c: Colors): string {
  const { errors, warnings } = totals;
  const failed = files.filter(({ error }) => error !== undefined).length;
  const extra = [
    ...(failed > 0 ? [`${count(failed, 'file')} could not be linted`] : []),
    ...(totals.fixes > 0 ? [`${count(totals.fixes, 'correction')}`] : []),
    ...(totals.suppressed > 0 ? [`${totals.suppressed} disabled by comments`] : []),
    ...(totals.known > 0 ? [`${totals.known} known`] : []),
    ...(totals.ms >= 1000 ? [`${(totals.ms / 1000).toFixed(1)} s`] : []),
  ];
  const found =
    errors + warnings === 0
      ? `no findings in ${count(totals.files, 'file')}`
      : `${count(errors + warnings, 'finding')} (${count(errors, 'error')}, ${count(warnings, 'warning')}) in ${files.filter(({ findings }) => findings.some(isTold)).length} of ${count(totals.files, 'file')}`;
  const color = exitCode === 2 || errors > 0 ? c.red : warnings > 0 ? c.yellow : c.green;
  return color([found, ...extra].join('; '));
}

function hints({ totals, known }: LintReport, quiet: boolean): string[] {
  const out: string[] = [];
  if (known?.written !== undefined) {
    const { written, added = 0, gone, path } = known;
    out.push(
      `${printable(path)} now holds ${count(written, 'known finding')}: ${added} new, ${gone} that are no longer found taken out`,
    );
  } else if (known && known.gone > 0 && !quiet) {
    const be = known.gone === 1 ? 'is' : 'are';
    out.push(
      `${count(known.gone, 'known finding')} ${be} no longer found; --update-ignores takes ${known.gone === 1 ? 'it' : 'them'} out of ${printable(known.path)}`,
    );
  }
  if (totals.fixable > 0 && totals.fixes === 0 && !quiet && known?.written === undefined)
    out.push('--fix corrects some of that; --fix-dry-run shows what it would change');
  return out;
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** A pipe gets the diff as it is, so that `git apply` takes it; a terminal gets nothing that could disturb it. */
function shownDiff(diff: string, c: Colors, terminal: boolean): string {
  if (!terminal && !c.isColorSupported) return diff;
  return diff
    .split('\n')
    .map((raw, index) => {
      const line = terminal ? printableLine(raw.replace(/\r$/, '')) : raw;
      if (index < 2) return c.bold(line);
      if (line.startsWith('@@')) return c.cyan(line);
      return line.startsWith('+') ? c.green(line) : line.startsWith('-') ? c.red(line) : line;
    })
    .join('\n');
}
