/**
 * PostgreSQL's lexical rules (src/backend/parser/scan.l of PostgreSQL 18, standard_conforming_strings on) over UTF-16.
 * Tokens go into typed arrays first: a file has thousands and most of them are never looked at.
 */
import type { Comment, Range, Token, TokenKind } from './types.ts';

export const WORD = 0;
const QUOTED = 1;
const STRING = 2;
const NUMBER = 3;
const PARAM = 4;
export const OPERATOR = 5;
export const PUNCT = 6;
export const SEMICOLON = 7;
/** `{{ … }}` or `${…}`: never valid outside a literal. */
export const TEMPLATE = 8;
/** A backslash up to the end of its line: never valid SQL, in psql the start of a command. */
export const META = 9;
/** A literal, quoted identifier or block comment that the text ends in. */
export const UNTERMINATED = 10;

const KINDS: readonly TokenKind[] = [
  'word',
  'quoted',
  'string',
  'number',
  'param',
  'operator',
  'punct',
  'punct',
  'punct',
  'punct',
  'string',
];

// Classes of the ASCII characters; everything above is a letter to PostgreSQL.
// 0: none of them
const C_SPACE = 1;
const C_LETTER = 2;
const C_DIGIT = 3;
const C_OPERATOR = 4;
const C_PUNCT = 5;
const C_QUOTE = 6;
const C_DOUBLE = 7;
const C_DOLLAR = 8;
const C_COLON = 9;
const C_DOT = 10;
const C_BACKSLASH = 11;
const C_BRACE = 12;

const CLASS = new Uint8Array(128);
/** 1: may start an identifier or dollar tag; 2: digit; 4: `$` (may go on in an identifier, not in a tag). */
const IDENT = new Uint8Array(128);
for (const c of ' \t\n\r\f\v') CLASS[c.charCodeAt(0)] = C_SPACE;
for (const c of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_') {
  CLASS[c.charCodeAt(0)] = C_LETTER;
  IDENT[c.charCodeAt(0)] = 1;
}
for (const c of '0123456789') {
  CLASS[c.charCodeAt(0)] = C_DIGIT;
  IDENT[c.charCodeAt(0)] = 2;
}
for (const c of '~!@#^&|`?+-*/%<>=') CLASS[c.charCodeAt(0)] = C_OPERATOR;
for (const c of '()[],;') CLASS[c.charCodeAt(0)] = C_PUNCT;
CLASS[0x27] = C_QUOTE;
CLASS[0x22] = C_DOUBLE;
CLASS[0x24] = C_DOLLAR;
IDENT[0x24] = 4;
CLASS[0x3a] = C_COLON;
CLASS[0x2e] = C_DOT;
CLASS[0x5c] = C_BACKSLASH;
CLASS[0x7b] = C_BRACE;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x27;
const DOUBLE = 0x22;
const MINUS = 0x2d;
const SLASH = 0x2f;
const STAR = 0x2a;
const DOLLAR = 0x24;
const BACKSLASH = 0x5c;
const SEMI = 0x3b;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Tokens and comments of one scan: `kind[i]`, `start[i]`, `end[i]` for `i < count`. Reusable, to spare allocations. */
export class TokenBuffer {
  kind = new Uint8Array(1024);
  start = new Int32Array(1024);
  end = new Int32Array(1024);
  count = 0;
  readonly comments: Comment[] = [];

  clear(): void {
    this.count = 0;
    this.comments.length = 0;
  }

  push(kind: number, start: number, end: number): void {
    const i = this.count++;
    if (i === this.kind.length) this.grow();
    this.kind[i] = kind;
    this.start[i] = start;
    this.end[i] = end;
  }

  private grow(): void {
    const size = this.kind.length * 2;
    const kind = new Uint8Array(size);
    kind.set(this.kind);
    this.kind = kind;
    const start = new Int32Array(size);
    start.set(this.start);
    this.start = start;
    const end = new Int32Array(size);
    end.set(this.end);
    this.end = end;
  }

  token(i: number): Token {
    return { kind: KINDS[this.kind[i]!]!, start: this.start[i]!, end: this.end[i]! };
  }
}

function isSpace(c: number): boolean {
  return c < 128 && CLASS[c] === C_SPACE;
}

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}

function isHexDigit(c: number): boolean {
  return isDigit(c) || (c >= 0x61 && c <= 0x66) || (c >= 0x41 && c <= 0x46);
}

/** End of the identifier that goes on at `i`. */
function identEnd(text: string, i: number, end: number): number {
  while (i < end) {
    const c = text.charCodeAt(i);
    if (c < 128 && IDENT[c] === 0) break;
    i++;
  }
  return i;
}

/** Offset just behind the next `needle` at or after `i`, or -1 when it is not within `end`. */
function behind(text: string, needle: string, i: number, end: number): number {
  const at = text.indexOf(needle, i);
  return at < 0 || at + needle.length > end ? -1 : at + needle.length;
}

/** End of the literal whose opening quote is just before `i`; -1 when unterminated. Doubled quotes stay inside. */
function quotedEnd(text: string, i: number, end: number, quote: number): number {
  const needle = quote === QUOTE ? "'" : '"';
  for (;;) {
    const close = behind(text, needle, i, end);
    if (close < 0) return -1;
    if (close < end && text.charCodeAt(close) === quote) i = close + 1;
    else return close;
  }
}

/** The same for E'…', where a backslash takes the next character with it. */
function escapedEnd(text: string, i: number, end: number): number {
  while (i < end) {
    const c = text.charCodeAt(i);
    if (c === BACKSLASH) i += 2;
    else if (c === QUOTE) {
      if (i + 1 < end && text.charCodeAt(i + 1) === QUOTE) i += 2;
      else return i + 1;
    } else i++;
  }
  return -1;
}

/**
 * SQL joins literals that are separated by white space with a line break (line comments count as white space) into
 * one, and the next part is read by the rules of the first (E'a'⏎'\'' has an escape in its second part).
 * Gives the offset behind the next part's opening quote, or -1.
 */
function continuation(text: string, i: number, end: number): number {
  let newline = false;
  while (i < end) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) return newline ? i + 1 : -1;
    if (c === NEWLINE || c === RETURN) {
      newline = true;
      i++;
    } else if (isSpace(c)) i++;
    else if (c === MINUS && i + 1 < end && text.charCodeAt(i + 1) === MINUS) i = lineEnd(text, i, end);
    else return -1;
  }
  return -1;
}

function lineEnd(text: string, i: number, end: number): number {
  while (i < end) {
    const c = text.charCodeAt(i);
    if (c === NEWLINE || c === RETURN) break;
    i++;
  }
  return i;
}

/** End of a block comment that starts at `i`; they nest. -1 when unterminated. */
function blockCommentEnd(text: string, i: number, end: number): number {
  let depth = 1;
  i += 2;
  while (i + 1 < end) {
    const c = text.charCodeAt(i);
    if (c === STAR && text.charCodeAt(i + 1) === SLASH) {
      i += 2;
      if (--depth === 0) return i;
    } else if (c === SLASH && text.charCodeAt(i + 1) === STAR) {
      i += 2;
      depth++;
    } else i++;
  }
  return -1;
}

/** Digits with single underscores between them: `1_000`. `i` is behind the first digit (or behind `0x`). */
function digitsEnd(text: string, i: number, end: number, digit: (c: number) => boolean): number {
  while (i < end) {
    const c = text.charCodeAt(i);
    if (digit(c)) i++;
    else if (c === 0x5f && i + 1 < end && digit(text.charCodeAt(i + 1))) i += 2;
    else break;
  }
  return i;
}

/** End of the number that starts with a digit, or with a dot before a digit, at `i`. */
function numberEnd(text: string, i: number, end: number): number {
  const first = text.charCodeAt(i);
  if (first === 0x30 && i + 1 < end) {
    const base = text.charCodeAt(i + 1) | 0x20;
    if (base === 0x78 || base === 0x6f || base === 0x62) {
      const digit = base === 0x78 ? isHexDigit : isDigit;
      const stop = digitsEnd(text, i + 2, end, digit);
      if (stop > i + 2) return stop;
    }
  }
  if (first !== 0x2e) i = digitsEnd(text, i + 1, end, isDigit);
  // `1..10` is the integer 1 and the `..` of a PL/pgSQL loop.
  if (i < end && text.charCodeAt(i) === 0x2e && !(i + 1 < end && text.charCodeAt(i + 1) === 0x2e)) {
    i++;
    if (i < end && isDigit(text.charCodeAt(i))) i = digitsEnd(text, i + 1, end, isDigit);
  }
  if (i < end && (text.charCodeAt(i) | 0x20) === 0x65) {
    let j = i + 1;
    if (j < end && (text.charCodeAt(j) === 0x2b || text.charCodeAt(j) === MINUS)) j++;
    if (j < end && isDigit(text.charCodeAt(j))) i = digitsEnd(text, j + 1, end, isDigit);
  }
  return i;
}

/** Characters that let an operator end in + or - (scan.l: `"~!@#^&|`?%"`). */
const KEEPS_SIGN = /[~!@#^&|`?%]/;

function isSign(c: number): boolean {
  return c === MINUS || c === 0x2b;
}

/** Adds the operator at `start` and gives the offset behind it. */
function operator(text: string, start: number, end: number, out: TokenBuffer): number {
  let run = start + 1;
  for (; run < end; run++) {
    const c = text.charCodeAt(run);
    if (c >= 128 || CLASS[c] !== C_OPERATOR) break;
    // `--` and `/*` start a comment even inside an operator
    if (run + 1 < end) {
      const next = text.charCodeAt(run + 1);
      if ((c === MINUS && next === MINUS) || (c === SLASH && next === STAR)) break;
    }
  }
  let stop = run;
  if (run - start > 1 && isSign(text.charCodeAt(run - 1)) && !KEEPS_SIGN.test(text.slice(start, run))) {
    do stop--;
    while (stop - start > 1 && isSign(text.charCodeAt(stop - 1)));
  }
  out.push(OPERATOR, start, stop);
  // The signs that were cut off are operators of one character each; going through them here keeps a long run of them
  // from being read again for every one.
  for (; stop < run; stop++) out.push(OPERATOR, stop, stop + 1);
  return run;
}

/** Offset behind the dollar quote opener (`$$`, `$tag$`) at `i`, or -1 when there is none. */
function dollarOpenEnd(text: string, i: number, end: number): number {
  let j = i + 1;
  while (j < end) {
    const c = text.charCodeAt(j);
    if (c === DOLLAR) return j + 1;
    if (c < 128) {
      const ident = IDENT[c];
      if (ident === 0 || (ident === 2 && j === i + 1)) return -1;
    }
    j++;
  }
  return -1;
}

/** End of the `${…}` whose inside begins at `i`; it stays on one line and does not nest. -1 when it is none. */
function variableEnd(text: string, i: number, end: number): number {
  for (; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c === CLOSE_BRACE) return i + 1;
    if (c === OPEN_BRACE || c === NEWLINE || c === RETURN) return -1;
  }
  return -1;
}

/**
 * Scans `text` from `start` to `end` into `out` (which is not cleared). With `oneStatement` it stops behind the first
 * `;` token, at any depth. Gives the offset where it stopped. An unterminated literal or comment reaches to `end`
 * and has the kind UNTERMINATED.
 */
export function scan(text: string, start: number, end: number, out: TokenBuffer, oneStatement = false): number {
  let i = start;
  /** The first `}}` behind the last `{{` looked at; kept, or a text full of `{{` would take quadratic time. */
  let braces = -1;
  while (i < end) {
    const c = text.charCodeAt(i);
    const kind = c < 128 ? CLASS[c]! : C_LETTER;
    switch (kind) {
      case C_SPACE:
        i++;
        break;
      case C_LETTER: {
        // E'' B'' X'' N'' U&''
        if (i + 1 < end) {
          const next = text.charCodeAt(i + 1);
          if (next === QUOTE) {
            const prefix = c | 0x20;
            if (prefix === 0x65 || prefix === 0x62 || prefix === 0x78 || prefix === 0x6e) {
              i = string(text, i, i + 2, end, prefix === 0x65, out);
              break;
            }
          } else if (next === 0x26 && (c | 0x20) === 0x75 && i + 2 < end) {
            const quote = text.charCodeAt(i + 2);
            if (quote === QUOTE) {
              i = string(text, i, i + 3, end, false, out);
              break;
            }
            if (quote === DOUBLE) {
              i = quotedIdent(text, i, i + 3, end, out);
              break;
            }
          }
        }
        const stop = identEnd(text, i + 1, end);
        out.push(WORD, i, stop);
        i = stop;
        break;
      }
      case C_PUNCT:
        if (c === SEMI) {
          out.push(SEMICOLON, i, i + 1);
          if (oneStatement) return i + 1;
        } else out.push(PUNCT, i, i + 1);
        i++;
        break;
      case C_DIGIT: {
        const stop = numberEnd(text, i, end);
        out.push(NUMBER, i, stop);
        i = stop;
        break;
      }
      case C_DOT: {
        let stop = i + 1;
        if (stop < end) {
          const next = text.charCodeAt(stop);
          if (isDigit(next)) {
            stop = numberEnd(text, i, end);
            out.push(NUMBER, i, stop);
            i = stop;
            break;
          }
          if (next === 0x2e) stop++;
        }
        out.push(PUNCT, i, stop);
        i = stop;
        break;
      }
      case C_QUOTE:
        i = string(text, i, i + 1, end, false, out);
        break;
      case C_DOUBLE:
        i = quotedIdent(text, i, i + 1, end, out);
        break;
      case C_OPERATOR: {
        if (i + 1 < end) {
          const next = text.charCodeAt(i + 1);
          if (c === MINUS && next === MINUS) {
            const stop = lineEnd(text, i, end);
            out.comments.push({ kind: 'line', start: i, end: stop });
            i = stop;
            break;
          }
          if (c === SLASH && next === STAR) {
            const stop = blockCommentEnd(text, i, end);
            if (stop < 0) {
              out.push(UNTERMINATED, i, end);
              return end;
            }
            out.comments.push({ kind: 'block', start: i, end: stop });
            i = stop;
            break;
          }
        }
        i = operator(text, i, end, out);
        break;
      }
      case C_COLON: {
        let stop = i + 1;
        if (stop < end) {
          const next = text.charCodeAt(stop);
          if (next === 0x3a || next === 0x3d) stop++;
        }
        out.push(OPERATOR, i, stop);
        i = stop;
        break;
      }
      case C_DOLLAR: {
        const next = i + 1 < end ? text.charCodeAt(i + 1) : 0;
        if (isDigit(next)) {
          let stop = i + 2;
          while (stop < end && isDigit(text.charCodeAt(stop))) stop++;
          out.push(PARAM, i, stop);
          i = stop;
          break;
        }
        if (next === OPEN_BRACE) {
          const close = variableEnd(text, i + 2, end);
          if (close > 0) {
            out.push(TEMPLATE, i, close);
            i = close;
            break;
          }
        }
        const open = dollarOpenEnd(text, i, end);
        if (open < 0) {
          out.push(PUNCT, i, i + 1);
          i++;
          break;
        }
        const close = behind(text, text.slice(i, open), open, end);
        if (close < 0) {
          out.push(UNTERMINATED, i, end);
          return end;
        }
        out.push(STRING, i, close);
        i = close;
        break;
      }
      case C_BACKSLASH: {
        const stop = lineEnd(text, i, end);
        out.push(META, i, stop);
        i = stop;
        break;
      }
      case C_BRACE: {
        if (i + 1 < end && text.charCodeAt(i + 1) === OPEN_BRACE) {
          if (braces < i + 2) {
            const at = text.indexOf('}}', i + 2);
            braces = at < 0 ? Infinity : at;
          }
          if (braces + 2 <= end) {
            out.push(TEMPLATE, i, braces + 2);
            i = braces + 2;
            break;
          }
        }
        out.push(PUNCT, i, i + 1);
        i++;
        break;
      }
      default:
        out.push(PUNCT, i, i + 1);
        i++;
    }
  }
  return end;
}

function string(text: string, start: number, body: number, end: number, escapes: boolean, out: TokenBuffer): number {
  for (;;) {
    const close = escapes ? escapedEnd(text, body, end) : quotedEnd(text, body, end, QUOTE);
    if (close < 0) {
      out.push(UNTERMINATED, start, end);
      return end;
    }
    body = continuation(text, close, end);
    if (body < 0) {
      out.push(STRING, start, close);
      return close;
    }
  }
}

function quotedIdent(text: string, start: number, body: number, end: number, out: TokenBuffer): number {
  const close = quotedEnd(text, body, end, DOUBLE);
  out.push(close < 0 ? UNTERMINATED : QUOTED, start, close < 0 ? end : close);
  return close < 0 ? end : close;
}

const buffer = new TokenBuffer();

/**
 * The tokens and comments of `text`, or of a range of it, by PostgreSQL's rules; offsets are UTF-16 offsets in `text`.
 * Never throws: an unterminated literal or comment is one token that reaches to the end.
 */
export function tokenize(text: string, range?: Range): { tokens: Token[]; comments: Comment[] } {
  buffer.clear();
  scan(text, range?.start ?? (text.charCodeAt(0) === 0xfeff ? 1 : 0), range?.end ?? text.length, buffer);
  const tokens: Token[] = [];
  for (let i = 0; i < buffer.count; i++) tokens.push(buffer.token(i));
  return { tokens, comments: buffer.comments.slice() };
}
