/** The tables and the listing in the HTML report. */
import type { DifferenceReport, ErrorReport, Place, RowReport, SequenceReport } from '@idempotify/database';
import type { MigrationReport } from '../report.ts';
import { type Cell, columnLabel, matrixOf } from './matrix.ts';
import { type Markup, markup, scrolling } from './markup.ts';
import { plural, shortened } from './words.ts';

/** What a browser shows without effort, and a reviewer still looks at. */
const MATRIX_USUAL = { columns: 16, rows: 20 };
const MATRIX_MOST = { columns: 50, rows: 100 };
const SHOWN_DIFFERENCES = 100;
const VALUE_LENGTH = 2000;
const LINE_LENGTH = 2000;

export const value = (text: string): string => shortened(text, VALUE_LENGTH);

/**
 * @param id of the migration, which the lines of its listing have in theirs
 */
export function matrixTable(migration: MigrationReport, id: string): Markup {
  const matrix = matrixOf(migration, MATRIX_USUAL, MATRIX_MOST);
  if (!matrix) return markup``;
  // of a long file not every line is there to link to
  const whole = linesOf(migration.sql ?? '').length <= WHOLE;
  const classes: Readonly<Record<Cell, string>> = { ok: 'ok', raised: 'raised', 'not reached': 'off', unknown: 'off' };
  return scrolling(
    `Runs of ${migration.path}`,
    markup`<table class="matrix">
<caption>Statements in each run</caption>
<thead><tr><th scope="col">Run</th>${matrix.columns.map(
      (column) =>
        markup`<th scope="col">${whole ? lineLink(migration, id, column.place.line, columnLabel(column)) : columnLabel(column)}</th>`,
    )}<th scope="col">Result</th></tr></thead>
<tbody>
${matrix.rows.map(
  (row) => markup`<tr><th scope="row">${row.label}</th>${row.cells.map(
    (cell) => markup`<td class="${cell === 'raised' && !row.failed ? 'off' : classes[cell]}">${cell}</td>`,
  )}<td class="${row.failed ? 'bad' : 'ok'}">${row.result}</td></tr>
`,
)}</tbody>
</table>`,
  );
}

export function differencesTable(differences: readonly DifferenceReport[], caption: string, where: string): Markup {
  if (differences.length === 0) return markup``;
  const more = differences.length - SHOWN_DIFFERENCES;
  return markup`${scrolling(
    `${caption}, ${where}`,
    markup`<table>
<caption>${caption}</caption>
<thead><tr><th scope="col">Object</th><th scope="col">Property</th><th scope="col">Expected</th><th scope="col">Found</th></tr></thead>
<tbody>
${differences.slice(0, SHOWN_DIFFERENCES).flatMap(differenceRows)}</tbody>
</table>`,
  )}${more > 0 ? markup`<p>And ${plural(more, 'more difference')}; the JSON report has them all.</p>` : undefined}`;
}

function differenceRows({ kind, name, change, before, after }: DifferenceReport): Markup[] {
  const object = (rows: number): Markup =>
    markup`<th scope="${rows > 1 ? 'rowgroup' : 'row'}" rowspan="${rows}">${kind} <span class="code">${name}</span></th>`;
  if (change !== 'changed') {
    const [expected, found] = change === 'missing' ? ['there', 'missing'] : ['not there', 'there'];
    return [markup`<tr>${object(1)}<td>the whole object</td><td>${expected}</td><td>${found}</td></tr>\n`];
  }
  const properties = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return properties.map(
    (property, at) =>
      markup`<tr>${at === 0 ? object(properties.length) : undefined}<td>${property}</td><td class="value code">${shown(
        before?.[property],
      )}</td><td class="value code">${shown(after?.[property])}</td></tr>\n`,
  );
}

function shown(found: NonNullable<DifferenceReport['before']>[string] | undefined): string {
  if (found == null) return 'not set';
  return value(typeof found === 'string' ? found : JSON.stringify(found));
}

export function rowsTable({ table, missing, extra, missingCount, extraCount }: RowReport, where: string): Markup {
  const lines = (rows: readonly string[], count: number, change: string): Markup[] => [
    ...rows.map((row) => markup`<tr><td>${change}</td><td class="value code">${value(row)}</td></tr>\n`),
    ...(count > rows.length
      ? [markup`<tr><td>${change}</td><td>and ${plural(count - rows.length, 'more row')}</td></tr>\n`]
      : []),
  ];
  return scrolling(
    `Rows of ${table}, ${where}`,
    markup`<table>
<caption>Rows of ${table}</caption>
<thead><tr><th scope="col">Change</th><th scope="col">Row</th></tr></thead>
<tbody>
${lines(missing, missingCount, 'missing')}${lines(extra, extraCount, 'too many')}</tbody>
</table>`,
  );
}

export function sequencesTable(sequences: readonly SequenceReport[], where: string): Markup {
  if (sequences.length === 0) return markup``;
  return scrolling(
    `Sequences, ${where}`,
    markup`<table>
<caption>Sequences that would give out numbers again</caption>
<thead><tr><th scope="col">Sequence</th><th scope="col">Expected</th><th scope="col">Found</th></tr></thead>
<tbody>
${sequences.map(
  ({ sequence, expected, found }) =>
    markup`<tr><th scope="row" class="code">${sequence}</th><td class="code">${expected}</td><td class="code">${found}</td></tr>\n`,
)}</tbody>
</table>`,
  );
}

export function errorText({ code, message, detail, hint }: ErrorReport): Markup {
  const part = (label: string, text: string | undefined): Markup | undefined =>
    text === undefined ? undefined : markup`<p><strong>${label}:</strong> ${value(text)}</p>\n`;
  return markup`<p class="error"><code>${code}</code> ${value(message)}</p>
${part('Detail', detail)}${part('Hint', hint)}`;
}

/** What a listing says below a statement. */
export interface Remark {
  readonly place: Pick<Place, 'line' | 'start' | 'end'>;
  readonly text: string;
  /** An error, and not only something that could not be proven. */
  readonly error: boolean;
}

/** To a line of the listing that has a remark, or is in a file that is shown whole. */
export function lineLink({ sql }: MigrationReport, id: string, line: number, text: string): Markup {
  return sql === undefined ? markup`${text}` : markup`<a href="#${id}-${line}" title="line ${line}">${text}</a>`;
}

/** Files up to this length are shown whole; of longer ones what is around the remarks. */
const WHOLE = 300;
const AROUND = 6;

export function listing(sql: string, remarks: readonly Remark[], id: string, path: string): Markup {
  const lines = linesOf(sql);
  const first = ({ place }: Remark): number => place.line - 1;
  const last = (remark: Remark): number => {
    const end = lines.findLastIndex(({ start }) => start < remark.place.end);
    return Math.max(first(remark), end);
  };
  const near = new Set<number>();
  const below = new Map<number, Remark[]>();
  for (const remark of remarks) {
    below.set(last(remark), [...(below.get(last(remark)) ?? []), remark]);
    for (const center of [first(remark), last(remark)]) {
      for (let at = center - AROUND; at <= center + AROUND; at++) near.add(at);
    }
  }

  const parts: Markup[] = [];
  let left = 0;
  const gap = (): void => {
    if (left > 0) parts.push(markup`<span class="gap"><span class="no">…</span>${plural(left, 'more line')}</span>\n`);
    left = 0;
  };
  for (const [at, line] of lines.entries()) {
    if (lines.length > WHOLE && !near.has(at)) {
      left++;
      continue;
    }
    gap();
    parts.push(
      markup`<span id="${id}-${at + 1}"><span class="no">${at + 1}</span>${marked(line, remarks)}</span>\n`,
      ...(below.get(at) ?? []).map(
        ({ text, error }) =>
          markup`<span class="${error ? 'said' : 'said open'}"><span class="no"></span>^ ${value(text)}</span>\n`,
      ),
    );
  }
  gap();
  return scrolling(`SQL of ${path}`, markup`<pre class="sql"><code>${parts}</code></pre>`);
}

interface SqlLine {
  readonly start: number;
  readonly text: string;
}

function linesOf(sql: string): SqlLine[] {
  const lines: SqlLine[] = [];
  let start = 0;
  for (const text of sql.split('\n')) {
    lines.push({ start, text: text.replace(/\r$/, '') });
    start += text.length + 1;
  }
  if (lines.at(-1)?.text === '' && lines.length > 1) lines.pop();
  return lines;
}

/** Of two statements that overlap in a line, each gets what the one before it leaves. */
function marked({ start, text }: SqlLine, remarks: readonly Remark[]): Markup[] {
  const parts: Markup[] = [];
  const until = Math.min(text.length, LINE_LENGTH);
  let at = 0;
  for (const { place, error } of [...remarks].sort((a, b) => a.place.start - b.place.start)) {
    const from = Math.max(at, place.start - start);
    const to = Math.min(until, place.end - start);
    // indentation isn't part of what is wrong
    const inside = text.slice(from, to);
    const indent = inside.length - inside.trimStart().length;
    if (to <= from + indent) continue;
    const body = text.slice(from + indent, to);
    parts.push(
      markup`${text.slice(at, from + indent)}${error ? markup`<mark>${body}</mark>` : markup`<mark class="open">${body}</mark>`}`,
    );
    at = to;
  }
  parts.push(markup`${text.slice(at, until)}`);
  if (until < text.length) parts.push(markup` … (${plural(text.length - until, 'more character')})`);
  return parts;
}
