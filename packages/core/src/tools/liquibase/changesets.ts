/** Reads a formatted SQL changelog as Liquibase does (AbstractFormattedChangeLogParser, StringUtil.processMultiLineSQL, 2026-08). */
import { createHash } from 'node:crypto';
import type { Range } from '../../parse/index.ts';
import { bomLength, isBlank, lines, type Line } from '../text.ts';

const header = /^\s*--\s*liquibase\s*formatted.*$/i;
const changesetLine = /^\s*--\s*changeset\s+(?=\S)("[^"]+"|[^:]+):\s*("[^"]+"|\S+).*$/i;
// `--property name:a value:b`: a colon, white space behind it, a colon behind that
const property = /^\s*--\s*property\s[^:]*:\S*\s[^:]*:/i;
/** Lines that are nearly a setting. Liquibase takes them for misspelt ones and rejects the whole file. */
const misspelt: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^\s*-+\s*property\s/i, 'a property is written `--property name:… value:…`'],
  [/^(?:--\s*ignore:\w+$|-\s*ignoreLines:\w)/i, 'ignored lines are written `--ignoreLines:<count|start>`'],
  [/^(?:-|\s*--)\s*changeset/i, 'a changeset is written `--changeset author:id`'],
];
/** The same, inside of a changeset. */
const misspeltInside: typeof misspelt = [
  [/^(?:-\s*comment:? |--\s*comments:? )/i, 'a comment is written `--comment …`'],
  [/^-\s*validCheckSum/i, 'a checksum is written `--validCheckSum …`'],
  [/^\s*-\s*rollback\s/i, 'a rollback is written `--rollback …`'],
  [/^\s*-\s*precondition/i, 'a precondition is written `--precondition-<check> …`'],
];
const ignoreLines = /^--\s*ignoreLines:(\w+)$/i;
const rollbackBlock = /^\s*\/\*\s*liquibase\s*rollback\s*$/i;
const rollbackBlockEnd = /\*\/\s*$/;
/** Lines that are settings of the changeset and no part of its SQL. */
const settings = [
  /^--\s*comment:? (.*)$/i,
  /^--\s*validCheckSum:? (.*)$/i,
  /^\s*--\s*rollback (.*)$/i,
  /^\s*--\s*preconditions(.*)$/i,
  /^\s*--\s*precondition-[a-z0-9-]+( .*)?$/i,
];

export interface Changeset {
  readonly author: string;
  readonly id: string;
  /** The `--changeset` line without its line break. */
  readonly line: Range;
  /** Its SQL: everything up to the next changeset but ignored lines and rollback blocks. Settings in between are comments anyway. */
  readonly body: readonly Range[];
  /** The SQL as Liquibase puts it together, without the lines that are settings. */
  readonly sql: string;
  readonly splitStatements: boolean;
  readonly endDelimiter: string | undefined;
  readonly runInTransaction: boolean;
  /** False when the changeset is for another database system or switched off. */
  readonly runs: boolean;
  readonly logicalFilePath: string | undefined;
}

export interface Changelog {
  readonly formatted: boolean;
  readonly changesets: readonly Changeset[];
  /** Why Liquibase rejects the whole file. */
  readonly broken: { readonly at: Range; readonly why: string } | undefined;
}

const attribute = (line: string, pattern: RegExp): string | undefined => pattern.exec(line)?.[1];
const unquoted = (name: string): string => name.replace(/^"(.*)"$/, '$1');
/** Java's trim(): everything up to and including the space. */
const trim = (text: string): string => text.replace(/^[\0- ]+|[\0- ]+$/g, '');

/** `dbms:postgresql`, `dbms:h2,postgresql`, `dbms:!oracle`, as DatabaseList.definitionMatches reads them. */
function forPostgres(line: string): boolean {
  const listed = /.*dbms:([^,][\w!,]+).*/i
    .exec(line)?.[1]
    ?.toLowerCase()
    .split(',')
    .filter((name) => name !== '');
  if (!listed || listed.length === 0 || listed.includes('all')) return true;
  if (listed.includes('none') || listed.includes('!postgresql')) return false;
  return listed.includes('postgresql') || listed.every((name) => name.startsWith('!'));
}

export function readChangelog(text: string): Changelog {
  const all = [...lines(text, { start: bomLength(text), end: text.length }, true)];
  const first = all.find((line) => line.text.trim() !== '');
  if (!first || !header.test(first.text)) return { formatted: false, changesets: [], broken: undefined };
  const changesets: Changeset[] = [];
  let broken: Changelog['broken'];
  const reject = (at: Range, why: string): void => {
    broken ??= { at, why };
  };
  let fileLogicalPath: string | undefined;
  let current: { line: Line; match: RegExpExecArray; body: Range[]; from: number; sql: string[] } | undefined;

  const cut = (end: number): void => {
    if (current && current.from < end && !isBlank(text, { start: current.from, end }))
      current.body.push({ start: current.from, end });
  };
  const finish = (end: number): void => {
    if (!current) return;
    cut(end);
    const { line, match, body, sql: parts } = current;
    const sql = trim(parts.join(''));
    if (sql === '' && end < text.length) reject(line, 'the changeset holds no SQL');
    const endDelimiter = attribute(line.text, /.*\bendDelimiter:(\S*).*/i);
    changesets.push({
      author: unquoted(match[1] ?? ''),
      id: unquoted(match[2] ?? ''),
      line: { start: line.start, end: line.end },
      body,
      sql,
      splitStatements: (attribute(line.text, /.*splitStatements:(\w+).*/i) ?? 'true').toLowerCase() === 'true',
      endDelimiter: endDelimiter === ';' ? undefined : (endDelimiter ?? (sql.endsWith('\n/') ? '\n/$' : undefined)),
      runInTransaction: (attribute(line.text, /.*runInTransaction:(\w+).*/i) ?? 'true').toLowerCase() === 'true',
      runs: forPostgres(line.text) && (attribute(line.text, /.*\bignore:(\w*).*/i) ?? 'false').toLowerCase() !== 'true',
      logicalFilePath: attribute(line.text, /.*logicalFilePath:(\S+).*/i) ?? fileLogicalPath,
    });
  };

  for (let index = 0; index < all.length; index++) {
    const line = all[index]!;
    // most lines are SQL: only comments can be more than that
    if (!/^\s*(?:-|\/\*)/.test(line.text)) {
      current?.sql.push(line.text, '\n');
      continue;
    }
    if (header.test(line.text)) fileLogicalPath ??= attribute(line.text, /.*logicalFilePath:(\S+).*/i);
    if (property.test(line.text)) continue;
    const ignored = ignoreLines.exec(line.text)?.[1];
    if (ignored !== undefined) {
      cut(line.start);
      let last = index;
      if (ignored === 'start') {
        while (last + 1 < all.length && ignoreLines.exec(all[last + 1]!.text)?.[1] !== 'end') last++;
        last = Math.min(last + 1, all.length - 1);
      } else if (/^\d+$/.test(ignored)) last = Math.min(index + Number(ignored), all.length - 1);
      else reject(line, '`--ignoreLines:` wants a count, or `start` and later `end`');
      index = last;
      if (current) current.from = all[last]!.next;
      continue;
    }
    const match = changesetLine.exec(line.text);
    if (match) {
      if (!line.text.includes(`${match[1]}:${match[2]}`)) reject(line, 'between author and id stands a colon only');
      finish(line.start);
      current = { line, match, body: [], from: line.next, sql: [] };
      continue;
    }
    const wrong = (current ? [...misspelt, ...misspeltInside] : misspelt).find(([pattern]) => pattern.test(line.text));
    if (wrong) reject(line, wrong[1]);
    if (!current || settings.some((setting) => setting.test(line.text))) continue;
    if (rollbackBlock.test(line.text)) {
      cut(line.start);
      while (index + 1 < all.length && !rollbackBlockEnd.test(all[index + 1]!.text)) index++;
      if (index + 1 === all.length) reject(line, 'the rollback block is not closed');
      index = Math.min(index + 1, all.length - 1);
      current.from = all[index]!.next;
      continue;
    }
    current.sql.push(line.text, '\n');
  }
  finish(text.length);
  return { formatted: true, changesets, broken };
}

const md5 = (text: string): string => createHash('md5').update(text, 'utf8').digest('hex');

/**
 * The checksum that Liquibase 4.22 and later keep for a changeset: version 9, over the SQL without any space, tab or line end.
 * @returns undefined when the SQL holds `${…}`, which Liquibase replaces by properties that stand elsewhere
 */
export function changesetChecksum(changeset: Changeset): string | undefined {
  if (changeset.sql.includes('${')) return undefined;
  return `9:${md5(`9:${md5(changeset.sql.replace(/[ \t\r\n]/g, ''))}:`)}`;
}

interface Piece extends Range {
  readonly text: string;
}

/** Liquibase's own tokens (SimpleSqlGrammar), which know nothing of dollar quotes; of literals only how they start. */
const space = String.raw`[\s\u0085\u180e\u200b-\u200d\u2060]+`;
const comment = String.raw`(?<comment>--[^\r\n]*|\/\*[\s\S]*?\*\/)`;
const name =
  String.raw`(?:[\p{L}$_@#][\p{L}\d$_@#]*|"[^\n\r"]+"|` + '`[^\\n\\r`]+`' + String.raw`|\[[^\d\]][^\n\r\]]*\])`;
const dotted = String.raw`${name}(?:[\r\n ]*\.[\r\n ]*${name})+`;
const literal = String.raw`(?:[UENRB]|RB|_utf8)?(?<quote>['"])`;
const number = String.raw`\d+(?:\.\d+)?(?:e[+-]?\d+)?`;
const token = new RegExp([space, comment, dotted, literal, name, number, String.raw`[\s\S]`].join('|'), 'iuy');

/** Where the literal ends whose opening quote stands before `start`: a backslash escapes, a doubled quote is one. -1 = nowhere. */
function literalEnd(text: string, start: number, end: number, quote: string): number {
  // At the end of the text, an escaped quote closes the literal after all.
  let escaped = -1;
  for (let at = start; at < end; at++) {
    if (text[at] === '\\') {
      at++;
      if (text[at] === quote && at < end) escaped = at + 1;
    } else if (text[at] === quote) {
      if (text[at + 1] !== quote || at + 1 >= end) return at + 1;
      at++;
    }
  }
  return escaped;
}

function pieces(text: string, range: Range): Piece[] {
  const found: Piece[] = [];
  // the end of a literal that nothing closes is looked for once
  const unclosed = new Set<string>();
  for (let at = range.start; at < range.end;) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (!match) break;
    let end = Math.min(at + match[0].length, range.end);
    const quote = match.groups?.['quote'];
    if (quote !== undefined && !unclosed.has(quote)) {
      const close = literalEnd(text, end, range.end, quote);
      if (close < 0) unclosed.add(quote);
      else end = close;
    }
    if (match.groups?.['comment'] === undefined) found.push({ text: text.slice(at, end), start: at, end });
    at = end;
  }
  return found;
}

/** Joins pieces that together make up the delimiter, such as the two of `//`. */
function merge(parts: readonly Piece[], delimiter: string): Piece[] {
  const merged: Piece[] = [];
  let open: Piece[] = [];
  for (const part of parts) {
    if (open.length === 0) {
      if (delimiter.startsWith(part.text) && delimiter !== part.text) open.push(part);
      else merged.push(part);
      continue;
    }
    const joined = open.map((each) => each.text).join('') + part.text;
    if (joined === delimiter) {
      merged.push({ text: joined, start: open[0]!.start, end: part.end });
      open = [];
    } else if (delimiter.startsWith(joined)) open.push(part);
    else {
      merged.push(...open, part);
      open = [];
    }
  }
  return [...merged, ...open];
}

type Cuts = (piece: string, previous: string | undefined) => boolean;

/** Whether a piece is the delimiter, given the piece in front of it. Longer delimiters may be patterns, such as `\\nGO`. */
function delimiterTest(delimiter: string | undefined): Cuts {
  const ownLine = (previous: string | undefined): boolean => previous === undefined || previous.endsWith('\n');
  if (delimiter === undefined) {
    return (piece, previous) => piece === ';' || (/^(?:go|\/)$/i.test(piece) && ownLine(previous));
  }
  const wanted = delimiter.toLowerCase();
  const same = (piece: string): boolean => piece.toLowerCase() === wanted;
  if (delimiter.length === 1) return (piece, previous) => same(piece) && (delimiter !== '/' || ownLine(previous));
  let pattern: RegExp;
  try {
    pattern = new RegExp(`^(?:\\s*${wanted})$`);
  } catch {
    return same;
  }
  return (piece, previous) => same(piece) || pattern.test(`${previous ?? ''}${piece}`.toLowerCase());
}

/** Where Liquibase cuts the SQL of a changeset. Between BEGIN and END it doesn't cut; END IF and END LOOP count as END, too. */
export function liquibaseCuts(text: string, range: Range, delimiter: string | undefined): Range[] {
  const parts = pieces(text, range);
  const merged = delimiter === undefined ? parts : merge(parts, delimiter);
  const cuts: Range[] = [];
  const isDelimiter = delimiterTest(delimiter);
  let inside = 0;
  for (const [index, piece] of merged.entries()) {
    const word = piece.text.toUpperCase();
    if (word === 'BEGIN' || word === 'END') {
      let next = index + 1;
      while (next < merged.length && merged[next]!.text.trim() === '') next++;
      const following = merged[next]?.text.toLowerCase() ?? '';
      const transaction = ['transaction', 'trans', 'tran'].includes(following);
      if (word === 'BEGIN' && !transaction && !['dialog', 'conversation', 'distributed'].includes(following)) inside++;
      if (word === 'END' && !transaction && inside > 0) inside--;
    }
    if (inside === 0 && isDelimiter(piece.text, merged[index - 1]?.text))
      cuts.push({ start: piece.start, end: piece.end });
  }
  return cuts;
}
