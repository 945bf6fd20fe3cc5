/** Where things stand in the text of a file. */
import type { LintStatement } from '@idempotify/core';

/** What only `range`, `node` and `offsetOf` of a statement tell. */
export type Query = Pick<LintStatement, 'range' | 'node' | 'offsetOf'>;
export type Place = Query['range'];

/** The literal at an offset; the whole query where its place is not known. */
export function literalAt(text: string, offset: number, query: Query): Place {
  const literal = /^'(?:[^']|'')*'/.exec(text.slice(offset, query.range.end))?.[0];
  return literal === undefined ? query.range : { start: offset, end: offset + literal.length };
}
