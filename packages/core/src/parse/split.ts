/**
 * Splits SQL that does not parse as a whole into pieces at `;`, so that one broken statement does not take the others
 * with it.
 */
import { META, OPERATOR, PUNCT, SEMICOLON, TEMPLATE, TokenBuffer, UNTERMINATED, WORD, scan } from './lexer.ts';
import type { Comment, Range } from './types.ts';

export interface Piece extends Range {
  /** Offset behind the `;`, or `end`. */
  readonly stop: number;
  readonly kind: 'sql' | 'psql' | 'copy-data';
  /** Offset behind the `;` in front of this piece, or -1. */
  readonly behind: number;
  /** The comments behind that `;` and in front of or inside the piece. */
  readonly comments: readonly Comment[];
}

/**
 * The pieces between `start` and `end`. A `;` inside of parentheses separates statements, too, because PostgreSQL's
 * grammar knows just two places where it does not: the actions of CREATE RULE … DO (a; b) and the body of CREATE
 * FUNCTION/PROCEDURE … BEGIN ATOMIC a; b; END. Believing every parenthesis would let one that is never closed swallow
 * the rest of the file.
 */
export function split(text: string, start: number, end: number, buffer: TokenBuffer): Piece[] {
  const pieces: Piece[] = [];
  let at = start;
  let behind = -1;
  while (at < end) {
    buffer.clear();
    let next = scan(text, at, end, buffer, true);
    const body = bodyOf(text, buffer);
    while (body?.isOpen() && next < end) next = scan(text, next, end, buffer, true);
    const meta = firstMeta(buffer);
    if (meta >= 0) {
      // psql ends a statement or begins a command of its own here; either way the line is not SQL
      const from = buffer.start[meta]!;
      const to = buffer.end[meta]!;
      const comments = buffer.comments.filter((comment) => comment.end <= from);
      if (meta > 0) {
        const last = buffer.end[meta - 1]!;
        pieces.push({ start: buffer.start[0]!, end: last, stop: last, kind: 'sql', behind, comments });
        behind = -1;
      }
      pieces.push({ start: from, end: to, stop: to, kind: 'psql', behind, comments: meta > 0 ? [] : comments });
      at = to;
      behind = -1;
      continue;
    }
    const last = buffer.count - 1;
    if (last < 0) break;
    const closed = buffer.kind[last] === SEMICOLON;
    const stop = buffer.end[last]!;
    // nothing but a `;` is no statement
    if (last > 0 || !closed) {
      const tail = closed ? buffer.end[last - 1]! : stop;
      const comments = buffer.comments.slice();
      pieces.push({ start: buffer.start[0]!, end: tail, stop, kind: 'sql', behind, comments });
      const data = closed && isCopyFromStdin(text, buffer) ? copyData(text, next, end) : undefined;
      if (data) {
        pieces.push({ ...data, stop: data.end, kind: 'copy-data', behind: stop, comments: [] });
        next = data.end;
      }
    }
    behind = closed ? stop : -1;
    at = next;
  }
  return pieces;
}

/** Where the statements of a range lie, with their `;`. Nothing is parsed. */
export function statementRanges(text: string, { start, end }: Range): Range[] {
  return split(text, start, end, new TokenBuffer()).flatMap((piece) =>
    piece.kind === 'sql' ? [{ start: piece.start, end: piece.stop }] : [],
  );
}

function firstMeta(buffer: TokenBuffer): number {
  for (let i = 0; i < buffer.count; i++) if (buffer.kind[i] === META) return i;
  return -1;
}

function word(text: string, buffer: TokenBuffer, i: number): string {
  return i < buffer.count && buffer.kind[i] === WORD ? text.slice(buffer.start[i], buffer.end[i]).toUpperCase() : '';
}

/** The kind of body that the statement in the buffer can have, or undefined when every `;` ends it. */
function bodyOf(text: string, buffer: TokenBuffer): Body | undefined {
  if (word(text, buffer, 0) !== 'CREATE') return undefined;
  const i = word(text, buffer, 1) === 'OR' && word(text, buffer, 2) === 'REPLACE' ? 3 : 1;
  switch (word(text, buffer, i)) {
    case 'RULE':
      return new Body(text, buffer, parenthesis);
    case 'FUNCTION':
    case 'PROCEDURE':
      return new Body(text, buffer, atomic);
    default:
      return undefined;
  }
}

/** By how much token `i` of the buffer changes the depth. */
type Step = (text: string, buffer: TokenBuffer, i: number, depth: number) => number;

/** Follows the depth of a statement while the buffer grows; each token is looked at once. */
class Body {
  readonly #text: string;
  readonly #buffer: TokenBuffer;
  readonly #step: Step;
  #next = 0;
  #depth = 0;

  constructor(text: string, buffer: TokenBuffer, step: Step) {
    this.#text = text;
    this.#buffer = buffer;
    this.#step = step;
  }

  /** Whether the end of the buffer is inside of the body. */
  isOpen(): boolean {
    for (; this.#next < this.#buffer.count; this.#next++) {
      this.#depth += this.#step(this.#text, this.#buffer, this.#next, this.#depth);
    }
    return this.#depth > 0;
  }
}

/** CREATE RULE … DO (a; b) */
const parenthesis: Step = (text, buffer, i) => {
  if (buffer.kind[i] !== PUNCT) return 0;
  const c = text.charCodeAt(buffer.start[i]!);
  return c === 0x28 ? 1 : c === 0x29 ? -1 : 0;
};

/** BEGIN ATOMIC a; SELECT CASE … END; END */
const atomic: Step = (text, buffer, i, depth) => {
  const name = word(text, buffer, i);
  if (depth === 0) return name === 'ATOMIC' && i > 0 && word(text, buffer, i - 1) === 'BEGIN' ? 1 : 0;
  if (name !== 'CASE' && name !== 'END') return 0;
  // `AS end` and `t.case` are names
  const before = text.slice(buffer.start[i - 1], buffer.end[i - 1]).toUpperCase();
  if (before === 'AS' || before === '.') return 0;
  return name === 'CASE' ? 1 : -1;
};

function isCopyFromStdin(text: string, buffer: TokenBuffer): boolean {
  if (word(text, buffer, 0) !== 'COPY') return false;
  for (let i = 1; i + 1 < buffer.count; i++) {
    if (word(text, buffer, i) === 'FROM' && word(text, buffer, i + 1) === 'STDIN') return true;
  }
  return false;
}

/** The lines behind COPY … FROM stdin up to the one with just `\.`, which it includes. */
function copyData(text: string, from: number, end: number): Range | undefined {
  const rest = text.slice(from, end);
  const mark = /^[^\S\r\n]*(?:\r\n|\n|\r)(?:[^]*?(?:\r\n|\n|\r))??\\\.(?=[\r\n]|$)/.exec(rest);
  if (!mark) return undefined;
  const lead = /^\s*?(?:\r\n|\n|\r)/.exec(rest)?.[0].length ?? 0;
  return { start: from + lead, end: from + mark[0].length };
}

/** The templates and psql variables outside of literals and comments in what the buffer holds. */
export function barePlaceholders(text: string, buffer: TokenBuffer): Range[] {
  const found: Range[] = [];
  let brackets = 0;
  for (let i = 0; i < buffer.count; i++) {
    const start = buffer.start[i]!;
    const kind = buffer.kind[i];
    if (kind === TEMPLATE) found.push({ start, end: buffer.end[i]! });
    else if (kind === PUNCT) {
      const c = text.charCodeAt(start);
      if (c === 0x5b) brackets++;
      else if (c === 0x5d) brackets--;
    } else if (kind === OPERATOR && brackets <= 0 && buffer.end[i] === start + 1 && text.charCodeAt(start) === 0x3a) {
      // the name must follow at once: `:name`, `:'name'`, `:"name"`; in brackets it would be a slice, [1:n]
      const next = i + 1;
      if (next < buffer.count && buffer.start[next] === start + 1 && isVariable(text, buffer, next)) {
        found.push({ start, end: buffer.end[next]! });
        i++;
      }
    }
  }
  return found;
}

function isVariable(text: string, buffer: TokenBuffer, i: number): boolean {
  if (buffer.kind[i] === UNTERMINATED) return false;
  const name = text.slice(buffer.start[i], buffer.end[i]);
  return /^(?:[\p{L}_][\p{L}\p{N}_]*|'[\p{L}\p{N}_]+'|"[\p{L}\p{N}_]+")$/u.test(name);
}
