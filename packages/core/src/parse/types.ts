/** Half-open range of UTF-16 offsets in the file. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'param' | 'operator' | 'punct';

/**
 * One lexical token. `word` is an unquoted identifier or a keyword, `quoted` is `"x"` or `U&"x"`, `string` is every
 * kind of literal in quotes or dollar quotes, `punct` is one of `( ) [ ] , ; .` or something that is no SQL at all
 * (a template placeholder, a psql command, a stray character). `:`, `::` and `:=` are operators.
 */
export interface Token extends Range {
  readonly kind: TokenKind;
}

export interface Comment extends Range {
  readonly kind: 'line' | 'block';
}

/** `{{ … }}`, `${…}`, `:name`, `:'name'` or `:"name"` with the text as it stands in the file. */
export interface Placeholder extends Range {
  readonly text: string;
}

/** Something that keeps a piece of the file from being read as SQL. `line` and `column` are 1-based, the column in UTF-16 units. */
export interface Problem extends Range {
  readonly kind: 'syntax' | 'placeholder' | 'nul' | 'encoding';
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

export interface Statement {
  /** Position among all statements of the file, broken ones included. */
  readonly index: number;
  /** First to last token, without the `;` and without leading comments. */
  readonly range: Range;
  /** Offset just behind its `;`, or `range.end` when it has none. */
  readonly end: number;
  readonly hasSemicolon: boolean;
  /** The comments in front of the statement that belong to it; a comment on the line of the previous `;` does not. */
  readonly leading: readonly Comment[];
  /** libpg-query's name of the node: `CreateStmt`, `IndexStmt`, …; `''` when the statement is broken. */
  readonly tag: string;
  /** The node as libpg-query's JSON has it (fields that are 0, false or empty are absent); `null` when broken. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the tree is PostgreSQL's and has no closed type of ours
  readonly node: any;
  /**
   * A `location` of the tree (UTF-8 bytes) as UTF-16 offset in the file. A negative location (PostgreSQL's "unknown")
   * gives the start of the statement.
   */
  offsetOf(location: number): number;
  /** The tokens of `range` without comments; computed when first asked for. */
  readonly tokens: readonly Token[];
  /** Set when this piece does not parse. */
  readonly problem?: Problem;
}

export interface ParsedSql {
  readonly text: string;
  readonly statements: readonly Statement[];
  readonly problems: readonly Problem[];
  readonly placeholders: readonly Placeholder[];
}
