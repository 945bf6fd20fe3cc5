/** How the reporters call things, so that the same thing has the same name in the terminal, in HTML and in JUnit XML. */
import type { CheckName, RowReport, RunKind, SequenceReport } from '@idempotify/database';
import { printableLine } from '../../terminal.ts';
import type { MigrationReport, MigrationStatus, VerifyReport } from '../report.ts';

export const statusWords: Readonly<Record<MigrationStatus, string>> = {
  proven: 'proven',
  failed: 'failed',
  unproven: 'not proven',
  elsewhere: 'not checked here',
};

export const checkTexts: Readonly<Record<CheckName, string>> = {
  fresh:
    'Run from the start, the file leaves the catalogs, the order of columns and the rows that the original leaves; also in one transaction with the files before it, where its tool commits all pending files together.',
  'second run': 'Run once more, it changes nothing.',
  interrupted:
    'Stopped after any statement, or in the middle of its transaction, it is run again and comes out the same.',
  rows: 'Rows that were there before, and rows that are written after it, are as the original leaves them.',
  drift: 'Where something of the right name has the wrong shape, it raises an error or puts it right.',
};

/** Without and with the number of statements that had been committed before. */
const kindWords: Readonly<Record<RunKind, readonly [alone: string, after: string]>> = {
  replay: ['original', 'original, after'],
  fresh: ['from the start', 'from the start, after'],
  together: ['in one transaction', 'in one transaction, after'],
  'second run': ['second run', 'second run, after'],
  'rows written later': ['rows written later', 'rows written later, after'],
  'interrupted original': ['original stopped', 'original stopped after'],
  'interrupted file': ['file stopped', 'file stopped after'],
  aborted: ['rolled back midway', 'rolled back after'],
  'invalid index': ['index build died', 'index build died after'],
  drift: ['another shape', 'another shape, after'],
};

export function runLabel(kind: RunKind, after: readonly number[]): string {
  const [alone, words] = kindWords[kind];
  return after.length === 0 ? alone : `${words} ${listed(after)}`;
}

/** `1, 2, 3 and 5`; four and more in a row become `1 to 9`. The numbers must rise. */
export function listed(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < numbers.length;) {
    let end = at;
    while (numbers[end + 1] === numbers[end]! + 1) end++;
    if (end - at < 3) end = at;
    parts.push(end === at ? `${numbers[at]!}` : `${numbers[at]!} to ${numbers[end]!}`);
    at = end + 1;
  }
  const last = parts.pop() ?? '';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}

export const numeral = (count: number): string => count.toLocaleString('en-US');

export const plural = (count: number, noun: string): string => `${numeral(count)} ${noun}${count === 1 ? '' : 's'}`;

export function duration(ms: number): string {
  if (ms < 100) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `6,120 runs in 2 min 10 s on PGlite 18.3`; when everything was known already, there is nothing to count. */
export function effort({ totals, server }: VerifyReport): string {
  if (totals.runs === 0) return '';
  return `${plural(totals.runs, 'run')} in ${duration(totals.ms)}${server === '' ? '' : ` on ${server}`}`;
}

/** `820 migrations: 812 proven (800 earlier), 5 failed, 3 not proven; 6,120 runs in 2 min 10 s on PGlite 18.3` */
export function totalsSentence(report: VerifyReport): string {
  const { totals, shard, errors } = report;
  const parts = [
    ...(totals.proven > 0
      ? [`${numeral(totals.proven)} proven${totals.cached > 0 ? ` (${numeral(totals.cached)} earlier)` : ''}`]
      : []),
    ...(totals.failed > 0 ? [`${numeral(totals.failed)} failed`] : []),
    ...(totals.unproven > 0 ? [`${numeral(totals.unproven)} not proven`] : []),
    ...(totals.elsewhere > 0
      ? [`${numeral(totals.elsewhere)} ${shard ? `left to the other parts` : 'not checked, as asked'}`]
      : []),
  ];
  const counted = `${plural(totals.migrations, 'migration')}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
  return [
    shard ? `Part ${shard.index} of ${shard.of}: ${counted}` : counted,
    ...(effort(report) === '' ? [] : [effort(report)]),
    ...(errors.length > 0 ? [plural(errors.length, 'error')] : []),
  ].join('; ');
}

export const runCount = ({ checks }: MigrationReport): number => checks.reduce((sum, { runs }) => sum + runs, 0);

export function rowsText({ table, missingCount, extraCount }: RowReport): string {
  const parts = [
    ...(missingCount > 0 ? [`${plural(missingCount, 'row')} missing`] : []),
    ...(extraCount > 0 ? [`${plural(extraCount, 'row')} too many`] : []),
  ];
  return `table ${table}: ${parts.join(', ')}`;
}

export const sequenceText = ({ sequence, expected, found }: SequenceReport): string =>
  `sequence ${sequence} should be at ${expected} but is at ${found}: it would give out numbers again`;

/** Function bodies and rows can be of any length. */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = /[\ud800-\udbff]/.test(text[length - 1]!) ? length - 1 : length;
  return `${text.slice(0, end)} … (${plural(text.length - end, 'more character')})`;
}

/**
 * Text from files and databases for a document: lines and tabs stay, and whatever is invisible, changes the direction of
 * writing or is not allowed in XML is spelled out.
 */
export const visible = (text: string): string =>
  text
    .split(/\r?\n/)
    .map(printableLine)
    .join('\n')
    .replace(/[\ufffe\uffff]/g, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
