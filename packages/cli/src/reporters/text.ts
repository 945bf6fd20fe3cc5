/** The report for people. */
import type { Counts, FileReport, FileStatus, FolderReport, LedgerReport, Mode } from '../results.ts';
import { type Colors, printable, printableLine } from '../terminal.ts';
import type { Reporter, Summary } from './reporter.ts';

export interface TextOptions {
  readonly write: (text: string) => void;
  /** For what is about no single file, such as a path that isn't there. */
  readonly writeError: (text: string) => void;
  readonly colors: Colors;
  /** Only refusals, errors and the total. */
  readonly quiet: boolean;
  /** No headings and no total: the report of a single text from standard input. */
  readonly bare: boolean;
  /** Nothing at all where there was nothing to do: in a hook, that is most of the time. */
  readonly hushed: boolean;
  /** Whether diffs go to a terminal, which control characters in them could disturb. */
  readonly terminal: boolean;
}

const PROBLEM_LABELS = {
  syntax: 'syntax error',
  placeholder: 'placeholder',
  nul: 'unreadable',
  encoding: 'unreadable',
};

export function textReporter({ write, writeError, colors: c, quiet, bare, hushed, terminal }: TextOptions): Reporter {
  let mode: Mode = 'write';
  let folders: readonly FolderReport[] = [];
  let current: number | undefined;
  const left = { committed: 0, ignored: new Map<string, number>() };
  const line = (text = ''): void => write(`${text}\n`);

  /** What is left alone is told in one line per reason, not in one per file. */
  const flushLeft = (): void => {
    if (left.committed > 0) {
      line(
        `  ${c.dim(`${left.committed} already committed, left alone (--all rewrites ${left.committed === 1 ? 'it' : 'them'} too)`)}`,
      );
    }
    for (const [reason, count] of left.ignored) line(`  ${c.dim(`${count} left alone: ${printable(reason)}`)}`);
    left.committed = 0;
    left.ignored.clear();
  };

  const heading = (folder: number | undefined): void => {
    if (quiet || bare || folder === undefined || folder === current) return;
    flushLeft();
    current = folder;
    const report = folders[folder]!;
    line(`${c.bold(printable(report.title))}, ${plural(report.migrations, 'migration')} in ${printable(report.path)}`);
  };

  const findings = (report: FileReport): void => {
    const place = (at: { line: number; column: number }): string => `${printable(report.path)}:${at.line}:${at.column}`;
    const told = new Set<string>();
    for (const problem of report.problems) {
      told.add(`${problem.line}:${problem.column}`);
      line(`  ${c.red(PROBLEM_LABELS[problem.kind])} ${place(problem)}: ${printable(problem.message)}`);
    }
    for (const statement of report.statements) {
      if (statement.outcome === 'refused') {
        line(
          `  ${c.yellow('refused')} ${place(statement)} ${printable(`${statement.kind} ${statement.subject}`.trim())}`,
        );
        line(`    ${printable(statement.message)}`);
        if (statement.advice !== undefined) line(`    ${c.cyan('what to do:')} ${printable(statement.advice)}`);
      } else if (
        statement.outcome === 'broken' &&
        !told.has(`${statement.line}:${statement.column}`) &&
        report.problems.length === 0
      ) {
        line(`  ${c.red('broken')} ${place(statement)}: ${printable(statement.message)}`);
      }
    }
  };

  return {
    start(info) {
      ({ mode, folders } = info);
    },

    file(report) {
      const { status, path } = report;
      if (status === 'committed' || (status === 'ignored' && report.folder !== undefined)) {
        if (quiet || bare) return;
        heading(report.folder);
        if (status === 'committed') left.committed++;
        else left.ignored.set(report.reason ?? '', (left.ignored.get(report.reason ?? '') ?? 0) + 1);
        return;
      }
      heading(report.folder);
      if (!quiet && !bare) flushLeft();
      const name = printable(path);
      if (status === 'failed') line(`  ${c.red('error')} ${name} ${printable(report.reason ?? '')}`);
      else if (status === 'skipped' || status === 'ignored') {
        if (!quiet) line(`  ${c.dim(`left alone: ${name}: ${printable(report.reason ?? '')}`)}`);
      } else if (status === 'changed' && !quiet && !bare) {
        line(
          `  ${c.green(mode === 'write' || mode === 'out-dir' ? 'rewritten' : 'would be rewritten')} ${name} ${c.dim(`(${countsText(report.counts)})`)}`,
        );
      }
      findings(report);
      if (!quiet) for (const note of report.notes) line(`  ${c.dim('note')} ${name}: ${printable(note)}`);
      if (report.diff !== undefined && report.diff !== '') write(colored(report.diff, c, terminal));
    },

    error({ message, path }) {
      if (!quiet && !bare) flushLeft();
      writeError(`${c.red('error')} ${path === undefined ? '' : `${printable(path)}: `}${printable(message)}\n`);
    },

    end(summary) {
      const { totals, errors } = summary;
      if (bare || (hushed && errors.length === 0 && Object.values(totals.files).every((count) => count === 0))) return;
      if (!quiet) {
        // folders of which no file was to be rewritten
        flushLeft();
        for (const ledger of summary.ledgers) line(ledgerText(ledger, c));
      }
      line(totalText(summary, c));
    },
  };
}

function ledgerText(ledger: LedgerReport, c: Colors): string {
  const head = `${c.cyan('applied already?')} ${printable(ledger.edited)}`;
  if (!ledger.checksums || ledger.sql !== undefined) return head;
  return `${head} --checksum-sql FILE writes the statements that bring its table in line.`;
}

function totalText({ mode, totals, errors, exitCode }: Summary, c: Colors): string {
  const { files, statements } = totals;
  const written = mode === 'write' || mode === 'out-dir';
  const migrations = files.changed + files.unchanged + files.committed + files.broken + files.failed;
  const names: [FileStatus, string][] = [
    ['changed', written ? 'rewritten' : 'would be rewritten'],
    ['unchanged', 'unchanged'],
    ['committed', 'already committed, left alone'],
    ['broken', 'unreadable'],
    ['failed', 'failed'],
  ];
  const parts = names.filter(([status]) => files[status] > 0).map(([status, name]) => `${files[status]} ${name}`);
  const text = [
    `${plural(migrations, 'migration')}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`,
    ...(hasCounts(statements) ? [`statements: ${countsText(statements)}`] : []),
    ...(errors.length > 0 ? [plural(errors.length, 'error')] : []),
    ...(totals.ms >= 1000 ? [`${(totals.ms / 1000).toFixed(1)} s`] : []),
  ].join('; ');
  return (exitCode === 0 ? c.green : exitCode === 1 ? c.yellow : c.red)(text);
}

const hasCounts = (counts: Counts): boolean => Object.values(counts).some((count) => count > 0);

function countsText(counts: Counts): string {
  const names: [keyof Counts, string][] = [
    ['native', 'native'],
    ['guarded', 'guarded'],
    ['pattern', 'pattern'],
    ['rerunnable', 'already rerunnable'],
    ['refused', 'refused'],
    ['disabled', 'disabled'],
    ['broken', 'broken'],
  ];
  return names
    .filter(([outcome]) => counts[outcome] > 0)
    .map(([outcome, name]) => `${counts[outcome]} ${name}`)
    .join(', ');
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** A pipe gets the bytes of the diff as they are, so that `git apply` takes them; a terminal gets nothing that could disturb it. */
function colored(diff: string, c: Colors, terminal: boolean): string {
  if (!terminal && !c.isColorSupported) return diff;
  let body = false;
  return diff
    .split('\n')
    .map((raw) => {
      const text = terminal ? printableLine(raw.replace(/\r$/, '')) : raw;
      if (text === '') return text;
      if (text.startsWith('@@')) {
        body = true;
        return c.cyan(text);
      }
      if (!body) return c.bold(text);
      return text.startsWith('+') ? c.green(text) : text.startsWith('-') ? c.red(text) : text;
    })
    .join('\n');
}
