/** Reading a migration's text line by line and statement by statement, as far as the tools need it to understand their own directives. */
import { tokenize, type Problem, type Range } from '../parse/index.ts';
import { lineIndex } from '../text/lines.ts';
import type { Sections } from './types.ts';

export interface Line extends Range {
  /** The line without its line break. */
  readonly text: string;
  /** Where the next line starts. */
  readonly next: number;
}

/** The lines of a text. `\n` and `\r\n` end a line; with `cr`, a lone `\r` does too, as in Java's BufferedReader. */
export function* lines(text: string, range: Range = { start: 0, end: text.length }, cr = false): Generator<Line> {
  const breaks = cr ? /\r\n?|\n/g : /\n/g;
  let start = range.start;
  while (start < range.end) {
    breaks.lastIndex = start;
    const found = breaks.exec(text);
    let end = found ? Math.min(found.index, range.end) : range.end;
    const next = found ? Math.min(found.index + found[0].length, range.end) : range.end;
    if (!cr && end > start && text[end - 1] === '\r') end--;
    yield { start, end, next, text: text.slice(start, end) };
    start = next;
  }
}

export const bomLength = (text: string): number => (text.startsWith('\uFEFF') ? 1 : 0);

/** The whole file is SQL, apart from a byte order mark. */
export const wholeFile = (text: string): Sections => ({
  up: [{ start: bomLength(text), end: text.length }],
  problems: [],
});

/** The file is not what the tool expects: nothing of it is rewritten. */
export function rejected(text: string, at: Range, message: string): Sections {
  return { up: [], problems: [problemAt(text, at, message)] };
}

export function problemAt(text: string, at: Range, message: string): Problem {
  const { line, column } = lineIndex(text).at(at.start);
  return { kind: 'syntax', start: at.start, end: at.end, message, line, column };
}

/** The line break that the file uses. */
export const lineBreak = (text: string): string => (/\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n');

export const isBlank = (text: string, range: Range): boolean => text.slice(range.start, range.end).trim() === '';

const headWords = 12;

/**
 * The first words of every statement, upper case, joined by one space: 'CREATE UNIQUE INDEX CONCURRENTLY I ON T'. Quoted names stand as
 * `?`; it ends at the first token that is neither word nor name. Statements end at `;` outside of parentheses and BEGIN ATOMIC bodies.
 */
export function statementHeads(text: string, ranges: readonly Range[]): string[] {
  const heads: string[] = [];
  for (const range of ranges) {
    let words: string[] = [];
    let open = true;
    let depth = 0;
    let atomic = 0;
    let previous = '';
    const finish = () => {
      if (words.length > 0) heads.push(words.join(' '));
      words = [];
      open = true;
      depth = 0;
      atomic = 0;
    };
    for (const token of tokenize(text, range).tokens) {
      const value = text.slice(token.start, token.end);
      const word = token.kind === 'word' ? value.toUpperCase() : '';
      if (token.kind === 'punct') {
        if (value === '(' || value === '[') depth++;
        else if (value === ')' || value === ']') depth = Math.max(0, depth - 1);
        else if (value === ';' && depth === 0 && atomic === 0) {
          finish();
          previous = '';
          continue;
        }
      }
      if (word === 'ATOMIC' && previous === 'BEGIN') atomic = 1;
      else if (atomic > 0 && word === 'CASE') atomic++;
      else if (atomic > 0 && word === 'END') atomic--;
      const part = token.kind === 'quoted' ? '?' : word;
      if (open && part !== '' && words.length < headWords) words.push(part);
      else if (value !== '.') open = false;
      previous = word;
    }
    finish();
  }
  return heads;
}

/** Statements that PostgreSQL refuses inside a transaction block. */
export const notInTransaction = (head: string): boolean =>
  /^(CREATE|DROP) (UNIQUE )?INDEX CONCURRENTLY\b|^REINDEX\b.*\bCONCURRENTLY\b|^REINDEX (SCHEMA|DATABASE|SYSTEM)\b|^VACUUM\b|^(CREATE|DROP) (DATABASE|TABLESPACE|SUBSCRIPTION)\b|^ALTER SYSTEM\b|^DISCARD ALL\b|^ALTER TABLE\b.*\bDETACH PARTITION\b.*\bCONCURRENTLY\b/.test(
    head,
  );

/** BEGIN, COMMIT and their like. */
export const controlsTransaction = (head: string): boolean =>
  /^(BEGIN|START TRANSACTION|COMMIT|END|ROLLBACK|ABORT)\b/.test(head);
