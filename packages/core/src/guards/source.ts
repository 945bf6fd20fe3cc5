/** Finding places in a statement's text: edits go behind keywords, around actions, in front of names. All offsets are UTF-16. */
import type { Edit } from '../text/edits.ts';
import type { Range, Statement, Token } from '../parse/index.ts';

/** A statement and the text of its file. */
export interface Source {
  readonly statement: Statement;
  readonly text: string;
}

export const tokenText = (input: Source, token: Token | undefined): string =>
  token ? input.text.slice(token.start, token.end) : '';

/** The end of the last of these keywords, which have to come in this order; other words may stand between them. */
function afterKeywords(input: Source, keywords: readonly string[]): number | undefined {
  let next = 0;
  for (const token of input.statement.tokens) {
    if (token.kind !== 'word') continue;
    if (tokenText(input, token).toLowerCase() !== keywords[next]) continue;
    next++;
    if (next === keywords.length) return token.end;
  }
  return undefined;
}

/** An insertion of ` words` behind keywords, as edits. */
export function insertAfter(input: Source, keywords: readonly string[], words: string): Edit[] | undefined {
  const at = afterKeywords(input, keywords);
  return at === undefined ? undefined : [{ start: at, end: at, text: ` ${words}` }];
}

/** The tokens of a (qualified) name that starts at this offset: its range. */
export function nameRange(input: Source, start: number): Range & { readonly next: number } {
  const tokens = input.statement.tokens;
  let index = tokens.findIndex((token) => token.start >= start);
  const first = index;
  while (tokens[index + 1] && tokenText(input, tokens[index + 1]) === '.') index += 2;
  return { start: tokens[first]?.start ?? start, end: tokens[index]?.end ?? start, next: index + 1 };
}

/** Splits the tokens from `from` on at commas that stand outside of parentheses and brackets. */
export function commaParts(
  input: Source,
  from: number,
  to = input.statement.tokens.length,
): { range: Range; tokens: readonly Token[] }[] {
  const tokens = input.statement.tokens;
  const parts: { range: Range; tokens: readonly Token[] }[] = [];
  let depth = 0;
  let first = from;
  for (let index = from; index <= to; index++) {
    const token = index < to ? tokens[index] : undefined;
    const text = tokenText(input, token);
    if (text === '(' || text === '[') depth++;
    else if (text === ')' || text === ']') depth--;
    if (index === to || (text === ',' && depth === 0)) {
      const slice = tokens.slice(first, index);
      const head = slice[0];
      const tail = slice[slice.length - 1];
      if (head && tail) parts.push({ range: { start: head.start, end: tail.end }, tokens: slice });
      first = index + 1;
    }
  }
  return parts;
}
