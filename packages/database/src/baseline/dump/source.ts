/** Pieces of a statement's text, which the parser's tree does not hold: what PostgreSQL itself has printed is compared as it stands. */
import type { Statement, Token } from '@idempotify/core';

export class Source {
  readonly text: string;
  readonly statement: Statement;

  constructor(text: string, statement: Statement) {
    this.text = text;
    this.statement = statement;
  }

  get sql(): string {
    return this.text.slice(this.statement.range.start, this.statement.range.end);
  }

  word(token: Token | undefined): string {
    return token?.kind === 'word' ? this.text.slice(token.start, token.end).toLowerCase() : '';
  }

  private raw(token: Token): string {
    return this.text.slice(token.start, token.end);
  }

  /** The text from a place on, up to a comma, a closing parenthesis or one of the words outside of all parentheses. */
  upTo(start: number, stops: ReadonlySet<string>): string {
    const { tokens } = this.statement;
    let depth = 0;
    let end = start;
    for (let i = tokens.findIndex((token) => token.start >= start); i >= 0 && i < tokens.length; i++) {
      const token = tokens[i] as Token;
      const raw = this.raw(token);
      if (depth === 0 && (raw === ',' || raw === ')' || (end > start && this.stops(i, stops)))) break;
      if (raw === '(' || raw === '[') depth++;
      else if (raw === ')' || raw === ']') depth--;
      end = token.end;
    }
    return this.text.slice(start, end);
  }

  /** Is it one of the words, and no part of a name? A schema may be called storage. */
  private stops(index: number, stops: ReadonlySet<string>): boolean {
    const { tokens } = this.statement;
    const around = [tokens[index - 1], tokens[index + 1]].map((token) => token && this.raw(token));
    return stops.has(this.word(tokens[index])) && around[0] !== '::' && !around.includes('.');
  }

  /** Offset behind a row of words, the first that there is from `from` on outside of parentheses that open there; undefined when there is none. */
  behind(words: readonly string[], from = this.statement.range.start): number | undefined {
    let depth = 0;
    const { tokens } = this.statement;
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i] as Token;
      if (token.start < from) continue;
      const raw = this.raw(token);
      if (depth === 0 && words.every((word, at) => this.word(tokens[i + at]) === word))
        return tokens[i + words.length - 1]?.end;
      if (raw === '(' || raw === '[') depth++;
      else if (raw === ')' || raw === ']') depth--;
    }
    return undefined;
  }

  /** What follows these words; the whole rest, or up to the next of `stops`. */
  after(words: readonly string[], stops: ReadonlySet<string> = NONE, from?: number): string | undefined {
    const at = this.behind(words, from);
    if (at === undefined) return undefined;
    const next = this.statement.tokens.find((token) => token.start >= at);
    return next && this.upTo(next.start, stops);
  }

  /** The next token's start at or behind an offset. */
  next(offset: number): number {
    return this.statement.tokens.find((token) => token.start >= offset)?.start ?? this.statement.range.end;
  }
}

const NONE: ReadonlySet<string> = new Set();
