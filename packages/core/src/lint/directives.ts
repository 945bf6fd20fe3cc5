/**
 * What authors say in comments about findings:
 *
 *     -- idempotify-disable-next-statement rule-a, rule-b -- why
 *     -- idempotify-disable-line rule-a -- why
 *     -- idempotify-disable rule-a -- why        … until -- idempotify-enable rule-a, or the end of the file
 *     -- idempotify-disable-file rule-a -- why
 *     -- squawk-ignore rule-a, rule-b            the same line or the next statement; squawk asks for no reason
 *     -- squawk-ignore-file [rule-a]
 *
 * In files about deploys, whose comments begin with #, there are disable-next-line, disable-line and disable-file. In JavaScript and
 * TypeScript they stand in comments of that language.
 *
 * Inside of a statement, the next line stands for the next statement. Without names they are about all rules. The rewriter leaves alone what is disabled as a whole, or for a rule of the category `rerun`.
 */
import { tokenize, type Comment, type Range, type Statement } from '../parse/index.ts';

export type DirectiveKind = 'next-statement' | 'next-line' | 'line' | 'range' | 'file';

export interface Directive extends Range {
  readonly kind: DirectiveKind;
  readonly dialect: 'idempotify' | 'squawk';
  /** undefined = all. Of squawk's, squawk's names. */
  readonly rules: readonly string[] | undefined;
  /** '' where none is given: then the directive is void, unless it is squawk's. */
  readonly reason: string;
  /** What it is about, in UTF-16 offsets of the file. */
  readonly scope: Range;
  /** Other places that it is about: what a statement uses and that stands elsewhere. */
  readonly also?: readonly Range[];
}

/** Whether a directive is about a place. */
export const isAbout = ({ scope, also }: Directive, at: number): boolean =>
  (scope.start <= at && at <= scope.end) || (also?.some(({ start, end }) => start <= at && at <= end) ?? false);

const COMMENT =
  /^(?:--|\/\/|\/\*)[\s*]*(idempotify-(?:disable-next-statement|disable-line|disable-file|disable|enable)|squawk-(?:ignore-file|ignore))(?![\w-])([\s\S]*)$/;
const HASH_COMMENT = /^#\s*(idempotify-disable-(?:next-line|line|file))(?![\w-])(.*)$/;
const NAMES = /^[\s:]*((?:[a-z][a-z0-9-]*)(?:\s*,\s*[a-z][a-z0-9-]*)*)?\s*,?\s*/;

interface Parsed {
  readonly word: string;
  readonly names: readonly string[] | undefined;
  readonly reason: string;
}

function parse(text: string, comment: RegExp): Parsed | undefined {
  const match = comment.exec(text);
  if (!match) return undefined;
  const rest = (match[2] as string).replace(/\s*\*\/\s*$/, '').trim();
  // `-- why` or, as it has always been taken, `: why`
  const separated = /(?:^|\s)--+\s*([\s\S]*)$/.exec(rest);
  const head = separated ? rest.slice(0, separated.index) : rest;
  if (!separated && head.startsWith(':'))
    return { word: match[1] as string, names: undefined, reason: head.slice(1).trim() };
  const names = NAMES.exec(head)?.[1];
  return {
    word: match[1] as string,
    names: names?.split(',').map((name) => name.trim()),
    reason: separated?.[1]?.trim() ?? '',
  };
}

/** Offsets of the line that this offset lies in. */
export function lineOf(text: string, at: number): Range {
  let start = at;
  while (start > 0 && text[start - 1] !== '\n' && text[start - 1] !== '\r') start--;
  let end = at;
  while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end++;
  return { start, end };
}

/** What comments can be about in a language. */
export interface DirectivePlaces {
  /** Of the text, in order. */
  readonly comments: readonly Range[];
  /** What `disable-next-statement` in a comment is about. */
  next(comment: Range): Pick<Directive, 'scope' | 'also'>;
  /** The line, and the rest of what begins or ends on it. */
  statementAt(line: Range): Range;
}

/**
 * All directives of a file, in order.
 *
 * @param statements of the file, broken ones included
 */
export function readDirectives(text: string, statements: readonly Statement[]): readonly Directive[] {
  if (!mayHaveDirectives(text)) return [];
  const comments: readonly Comment[] = tokenize(text, { start: 0, end: text.length }).comments;
  return directivesIn(text, {
    comments,
    next({ end: after }) {
      const inside = statements.find(({ range }) => range.start < after && range.end > after);
      // between the lines of a statement: what follows on the next line
      if (inside) return { scope: { start: after, end: lineOf(text, nextToken(text, after, comments)).end } };
      const statement = statements.find((each) => each.range.start >= after);
      return { scope: { start: after, end: statement ? statement.end : after } };
    },
    statementAt: (line) => statementAt(statements, line),
  });
}

/** A quick look: most texts have none. */
export const mayHaveDirectives = (text: string): boolean => text.includes('idempotify-') || text.includes('squawk-');

/** All directives in the comments of a text, in order. */
export function directivesIn(text: string, { comments, next, statementAt }: DirectivePlaces): readonly Directive[] {
  const out: Directive[] = [];
  const open: { directive: Omit<Directive, 'scope'>; from: number }[] = [];
  for (const comment of comments) {
    const parsed = parse(text.slice(comment.start, comment.end), COMMENT);
    if (!parsed) continue;
    const { word, names, reason } = parsed;
    const base = { start: comment.start, end: comment.end, rules: names, reason };
    const whole = { start: 0, end: text.length };
    switch (word) {
      case 'squawk-ignore-file':
        out.push({ ...base, kind: 'file', dialect: 'squawk', scope: whole });
        break;
      case 'squawk-ignore': {
        // on the line of what it is about, or above it
        const line = lineOf(text, comment.start);
        const behind = text.slice(line.start, comment.start).trim() !== '';
        const about = behind ? { scope: statementAt(line) } : next(comment);
        out.push({ ...base, kind: behind ? 'line' : 'next-statement', dialect: 'squawk', ...about });
        break;
      }
      case 'idempotify-disable-file':
        out.push({ ...base, kind: 'file', dialect: 'idempotify', scope: whole });
        break;
      case 'idempotify-disable-next-statement':
        out.push({ ...base, kind: 'next-statement', dialect: 'idempotify', ...next(comment) });
        break;
      case 'idempotify-disable-line':
        out.push({ ...base, kind: 'line', dialect: 'idempotify', scope: lineOf(text, comment.start) });
        break;
      case 'idempotify-disable':
        open.push({ directive: { ...base, kind: 'range', dialect: 'idempotify' }, from: comment.end });
        break;
      default: {
        const ends = open.filter(({ directive }) => names === undefined || same(directive.rules, names));
        for (const each of ends) {
          open.splice(open.indexOf(each), 1);
          out.push({ ...each.directive, scope: { start: each.from, end: comment.start } });
        }
      }
    }
  }
  for (const { directive, from } of open) out.push({ ...directive, scope: { start: from, end: text.length } });
  return out.sort((a, b) => a.start - b.start);
}

/**
 * The directives of a text whose comments begin with # and go to the end of the line: shell, YAML, TOML, Dockerfiles, Makefiles. What
 * stands in a string is not told from a comment: nobody writes these words for anything else.
 */
export function readHashDirectives(text: string): readonly Directive[] {
  const out: Directive[] = [];
  for (const match of text.matchAll(/(?<=^|\s)#[^\S\r\n]*idempotify-disable-[^\r\n]*/gm)) {
    const start = match.index;
    const end = start + match[0].length;
    const parsed = parse(match[0], HASH_COMMENT);
    if (!parsed) continue;
    const kind = parsed.word.slice('idempotify-disable-'.length) as 'next-line' | 'line' | 'file';
    const scope =
      kind === 'file' ? { start: 0, end: text.length } : kind === 'line' ? lineOf(text, start) : nextLine(text, end);
    out.push({ start, end, rules: parsed.names, reason: parsed.reason, kind, dialect: 'idempotify', scope });
  }
  return out;
}

/** The next line that is more than a comment. */
function nextLine(text: string, from: number): Range {
  const between = /^[^\n]*\n(?:[^\S\n]*#[^\n]*\n)*/.exec(text.slice(from))?.[0];
  return between === undefined ? { start: text.length, end: text.length } : lineOf(text, from + between.length);
}

const same = (a: readonly string[] | undefined, b: readonly string[] | undefined): boolean => a?.join() === b?.join();

/** The next offset that is neither white space nor in a comment. */
function nextToken(text: string, from: number, comments: readonly Comment[]): number {
  let at = from;
  for (;;) {
    while (at < text.length && /\s/.test(text[at] as string)) at++;
    const comment = comments.find(({ start }) => start === at);
    if (!comment) return at;
    at = comment.end;
  }
}

/** The line, and the rest of a statement that begins or ends on it. */
function statementAt(statements: readonly Statement[], line: Range): Range {
  const on = statements.filter(({ range, end }) => range.start <= line.end && end >= line.start);
  return {
    start: Math.min(line.start, ...on.map(({ range }) => range.start)),
    end: Math.max(line.end, ...on.map(({ end }) => end)),
  };
}

/** What an author has disabled as far as reruns are concerned, with the reasons. */
export interface DisabledReruns<T = Statement> {
  /** The whole file is. */
  readonly file: string | undefined;
  readonly statements: ReadonlyMap<T, string>;
  /** Without a reason they disable nothing. */
  readonly unreasoned: readonly Directive[];
}

/** A directive for other rules than those about reruns is no business of guards. squawk knows nothing of them. */
const aboutReruns = ({ dialect, rules }: Directive): boolean =>
  dialect === 'idempotify' && (rules === undefined || rules.some((name) => name.startsWith('rerun-')));

/** Statements that are to be left as they are, whoever would put guards around them. */
export const disabledReruns = (text: string, statements: readonly Statement[]): DisabledReruns =>
  disabledBy(readDirectives(text, statements), statements, ({ range }) => range.start);

/**
 * The same for directives that have been read.
 *
 * @param placeOf where a statement begins in the text that the directives stand in
 */
export function disabledBy<T = Statement>(
  directives: readonly Directive[],
  statements: readonly T[],
  placeOf: (statement: T) => number,
): DisabledReruns<T> {
  const out = new Map<T, string>();
  const unreasoned: Directive[] = [];
  let file: string | undefined;
  for (const directive of directives) {
    if (!aboutReruns(directive)) continue;
    const { kind, reason } = directive;
    if (reason === '') unreasoned.push(directive);
    else if (kind === 'file') file = reason;
    else for (const statement of statements) if (isAbout(directive, placeOf(statement))) out.set(statement, reason);
  }
  return { file, statements: out, unreasoned };
}
