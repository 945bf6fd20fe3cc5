import { lineIndex, type LineIndex } from '../text/lines.ts';
import { SEMICOLON, TokenBuffer, UNTERMINATED, scan, tokenize } from './lexer.ts';
import { type RawStmt, parseRaw } from './postgres.ts';
import { type Piece, barePlaceholders, split } from './split.ts';
import type { Comment, ParsedSql, Placeholder, Problem, Range, Statement, Token } from './types.ts';
import { type Units, fromCodePoints, units } from './units.ts';

/**
 * Parses a file with PostgreSQL's own grammar. A range that does not parse as a whole is parsed statement by statement,
 * so that the sound ones still get their tree; each broken one is a Statement with `tag: ''` and its problem.
 * Never throws on any text.
 *
 * @param text the whole file, with BOM and line ends as they are; all offsets refer to it
 * @param options.ranges the parts that are SQL, disjoint, in any order (a tool's "up" section, or the chunks between
 *   statement breakpoints); no statement crosses their borders. Without it the whole file is SQL.
 */
export function parseSql(text: string, options?: { ranges?: readonly Range[] }): ParsedSql {
  const parser = new Parser(text);
  const whole: Range = { start: 0, end: text.length };
  const ranges = [...(options?.ranges ?? [whole])].sort((a, b) => a.start - b.start || a.end - b.end);
  let last = 0;
  for (const range of ranges) {
    if (!(range.start >= last && range.end >= range.start && range.end <= text.length)) {
      throw new RangeError(`SQL range ${range.start}..${range.end} overlaps another or lies outside of the text`);
    }
    last = range.end;
    // A BOM is a syntax error to PostgreSQL.
    const start = range.start === 0 && text.charCodeAt(0) === 0xfeff ? Math.min(1, range.end) : range.start;
    parser.range(start, range.end);
  }
  return {
    text,
    statements: parser.statements,
    problems: parser.problems.sort((a, b) => a.start - b.start),
    placeholders: parser.placeholders.sort((a, b) => a.start - b.start),
  };
}

/** Text that was given to PostgreSQL in one go: where it starts in the file and how its positions convert. */
interface Source {
  readonly start: number;
  readonly units: Units;
}

class ParsedStatement implements Statement {
  readonly index: number;
  readonly range: Range;
  readonly end: number;
  readonly hasSemicolon: boolean;
  readonly leading: readonly Comment[];
  readonly tag: string;
  readonly node: unknown;
  readonly problem?: Problem;
  readonly #text: string;
  readonly #source: Source | undefined;
  #tokens: readonly Token[] | undefined;

  constructor(
    text: string,
    source: Source | undefined,
    fields: Pick<Statement, 'index' | 'range' | 'end' | 'hasSemicolon' | 'leading' | 'tag' | 'node'>,
    problem?: Problem,
  ) {
    this.#text = text;
    this.#source = source;
    this.index = fields.index;
    this.range = fields.range;
    this.end = fields.end;
    this.hasSemicolon = fields.hasSemicolon;
    this.leading = fields.leading;
    this.tag = fields.tag;
    this.node = fields.node;
    if (problem) this.problem = problem;
  }

  offsetOf(location: number): number {
    if (!this.#source || !(location >= 0)) return this.range.start;
    return this.#source.start + this.#source.units.fromBytes(location);
  }

  get tokens(): readonly Token[] {
    return (this.#tokens ??= tokenize(this.#text, this.range).tokens);
  }
}

const NO_COMMENTS: readonly Comment[] = [];
const UNCERTAIN = 'PostgreSQL takes this, but where its statements begin and end could not be determined';
const MESSAGE_LENGTH = 160;
/** Shared by all parses: parseSql is synchronous and does not call itself. */
const buffer = new TokenBuffer();

class Parser {
  readonly statements: Statement[] = [];
  readonly problems: Problem[] = [];
  readonly placeholders: Placeholder[] = [];
  readonly text: string;
  #lines: LineIndex | undefined;
  #lineStart = 0;
  #lineEnd = -1;

  constructor(text: string) {
    this.text = text;
  }

  range(start: number, end: number): void {
    const slice = this.text.slice(start, end);
    buffer.clear();
    scan(this.text, start, end, buffer);
    const unusable = unreadable(slice);
    if (buffer.count === 0 && !unusable) return;
    const before = this.problems.length;
    /** Why PostgreSQL does not take the whole, when the reason must show up in one of the pieces. */
    let reason: { kind: Problem['kind']; message: string; at: number } | undefined = unusable;
    if (!unusable) {
      const raw = parseRaw(slice);
      if (raw.ok) {
        if (this.addTrees({ start, units: units(slice, raw.byteLength) }, raw.stmts, end, NO_COMMENTS)) {
          if (slice.includes('{{') || slice.includes('${')) this.templatesIn(start, end, []);
          return;
        }
        reason = { kind: 'syntax', message: UNCERTAIN, at: 0 };
      } else if (!raw.limit) {
        reason = { kind: 'syntax', message: raw.message, at: fromCodePoints(slice, Math.max(raw.position, 0)) };
      }
    }
    for (const piece of split(this.text, start, end, buffer)) this.piece(piece);
    if (reason && !this.problems.slice(before).some(({ kind }) => reason.kind === 'syntax' || kind === reason.kind)) {
      // Each piece is fine by itself and the whole is not: a NUL in a comment, or pieces that are not what PostgreSQL
      // sees. Either way the file must not pass.
      const at = start + reason.at;
      this.problem(reason.kind, reason.message, { start: at, end: unusable ? at + 1 : end });
    }
  }

  /**
   * Adds the statements of a tree whose tokens are in the buffer. False, and nothing added, when the lexer sees other
   * borders than PostgreSQL.
   * @param end where the text that was parsed ends
   * @param before leading comments of the first statement that are not in the buffer
   */
  private addTrees(source: Source, stmts: readonly RawStmt[], end: number, before: readonly Comment[]): boolean {
    const { kind, start, end: ends, count, comments } = buffer;
    const added: Statement[] = [];
    let token = 0;
    let comment = 0;
    /** The comments behind this offset are in front of the next statement. */
    let border = -1;
    for (const { stmt, stmt_location: location = 0, stmt_len: length } of stmts) {
      const from = source.start + source.units.fromBytes(location);
      // a statement without `;` has no length
      const to = length === undefined ? end : source.start + source.units.fromBytes(location + length);
      for (; token < count && kind[token] === SEMICOLON; token++) border = this.lineBreak(ends[token]!);
      const first = token;
      while (token < count && ends[token]! <= to && kind[token] !== UNTERMINATED) token++;
      const hasSemicolon = token < count;
      if (token === first || start[first] !== from || (hasSemicolon && start[token] !== to)) return false;
      if (hasSemicolon ? kind[token] !== SEMICOLON : kind[token - 1] === SEMICOLON) return false;
      const tag = stmt && Object.keys(stmt)[0];
      if (tag === undefined) return false;
      const range = { start: from, end: ends[token - 1]! };
      const leading = added.length === 0 ? [...before] : [];
      for (; comment < comments.length && comments[comment]!.start < range.start; comment++) {
        if (comments[comment]!.start > border) leading.push(comments[comment]!);
      }
      while (comment < comments.length && comments[comment]!.start < to) comment++;
      added.push(
        new ParsedStatement(this.text, source, {
          index: this.statements.length + added.length,
          range,
          end: hasSemicolon ? ends[token]! : range.end,
          hasSemicolon,
          leading,
          tag,
          node: stmt![tag],
        }),
      );
    }
    while (token < count && kind[token] === SEMICOLON) token++;
    if (token < count) return false;
    for (const statement of added) this.statements.push(statement);
    return true;
  }

  private piece(piece: Piece): void {
    const { text } = this;
    const slice = text.slice(piece.start, piece.stop);
    const border = piece.behind < 0 ? -1 : this.lineBreak(piece.behind);
    const leading = piece.comments.filter(({ start }) => start > border && start < piece.start);
    if (piece.kind === 'psql') {
      const name = /^\\\S*/.exec(slice)![0];
      this.broken(
        piece,
        leading,
        this.problem('syntax', `${name} is a command of psql, not SQL: only psql can run it`, piece),
      );
      return;
    }
    if (piece.kind === 'copy-data') {
      const message = 'the data of COPY … FROM stdin is not SQL: only psql can run it';
      this.broken(piece, leading, this.problem('syntax', message, piece));
      return;
    }
    const unusable = unreadable(slice);
    if (unusable) {
      this.broken(
        piece,
        leading,
        this.problem(unusable.kind, unusable.message, {
          start: piece.start + unusable.at,
          end: piece.start + unusable.at + 1,
        }),
      );
      return;
    }
    buffer.clear();
    scan(text, piece.start, piece.stop, buffer);
    const raw = parseRaw(slice);
    if (raw.ok) {
      const source = { start: piece.start, units: units(slice, raw.byteLength) };
      if (!this.addTrees(source, raw.stmts, piece.stop, leading)) {
        this.broken(piece, leading, this.problem('syntax', UNCERTAIN, piece));
      }
      this.templatesIn(piece.start, piece.stop, []);
      return;
    }
    const bare = barePlaceholders(text, buffer);
    const [first] = bare;
    if (first) {
      const shown = oneLine(text.slice(first.start, first.end));
      const message = `contains the placeholder ${shown}: it is SQL only after a tool has filled it in`;
      this.broken(piece, leading, this.problem('placeholder', message, first));
    } else {
      const place = raw.position < 0 ? piece : this.tokenAt(piece.start + fromCodePoints(slice, raw.position), piece);
      this.broken(piece, leading, this.problem('syntax', raw.message, place));
    }
    for (const range of bare) this.placeholders.push({ ...range, text: text.slice(range.start, range.end) });
    this.templatesIn(piece.start, piece.stop, bare);
  }

  private broken(piece: Piece, leading: readonly Comment[], problem: Problem): void {
    this.statements.push(
      new ParsedStatement(
        this.text,
        undefined,
        {
          index: this.statements.length,
          range: { start: piece.start, end: piece.end },
          end: piece.stop,
          hasSemicolon: piece.stop > piece.end,
          leading,
          tag: '',
          node: null,
        },
        problem,
      ),
    );
  }

  private problem(kind: Problem['kind'], message: string, { start, end }: Range): Problem {
    this.#lines ??= lineIndex(this.text);
    const problem: Problem = { kind, message: oneLine(message), start, end, ...this.#lines.at(start) };
    this.problems.push(problem);
    return problem;
  }

  /** The token (of those in the buffer) that an error position points at; behind the last one it is the piece's end. */
  private tokenAt(offset: number, piece: Range): Range {
    for (let i = 0; i < buffer.count; i++) {
      const start = buffer.start[i]!;
      const end = buffer.end[i]!;
      if (offset < end)
        return buffer.kind[i] === UNTERMINATED ? { start, end } : { start: Math.max(start, offset), end };
    }
    return { start: piece.end, end: piece.end };
  }

  /**
   * Lists `{{ … }}` and `${…}` that stand inside of literals, quoted names and comments.
   * @param bare the placeholders of that range that are listed already, in order
   */
  private templatesIn(start: number, end: number, bare: readonly Range[]): void {
    const pattern = /\{\{[^{}]*\}\}|\$\{[^{}\r\n]*\}/g;
    let next = 0;
    for (const match of this.text.slice(start, end).matchAll(pattern)) {
      // '{{1,2}}' is an array
      if (/^\{\{\s*(?:["'\-+.\d]|NULL\b|\}\})/i.test(match[0])) continue;
      const at = start + match.index;
      while (next < bare.length && bare[next]!.end <= at) next++;
      if (next < bare.length && bare[next]!.start <= at) continue;
      this.placeholders.push({ start: at, end: at + match[0].length, text: match[0] });
    }
  }

  /** Offset of the first line break at or after `offset`, or the end of the text. */
  private lineBreak(offset: number): number {
    // A line can hold thousands of statements: look for its end once.
    if (offset < this.#lineStart || offset > this.#lineEnd) {
      let i = offset;
      for (; i < this.text.length; i++) {
        const c = this.text.charCodeAt(i);
        if (c === 0x0a || c === 0x0d) break;
      }
      this.#lineStart = offset;
      this.#lineEnd = i;
    }
    return this.#lineEnd;
  }
}

/** PostgreSQL quotes everything behind an unterminated string; a message is one line that can be read. */
function oneLine(message: string): string {
  const line = /^[^\r\n]*/.exec(message)![0];
  if (line.length === message.length && line.length <= MESSAGE_LENGTH) return message;
  const cut = line.slice(0, MESSAGE_LENGTH);
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** What keeps a text from being given to PostgreSQL at all; `at` is relative to it. */
function unreadable(text: string): { kind: 'nul' | 'encoding'; message: string; at: number } | undefined {
  const nul = text.indexOf('\0');
  if (nul >= 0) {
    return { kind: 'nul', message: 'contains a NUL character, which PostgreSQL does not accept in SQL', at: nul };
  }
  const lone = text.search(/\p{Surrogate}/u);
  if (lone >= 0) {
    return { kind: 'encoding', message: 'contains half of a surrogate pair, which is not valid Unicode', at: lone };
  }
  return undefined;
}
