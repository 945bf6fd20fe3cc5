/** Reads a formatted SQL changelog as Liquibase does (AbstractFormattedChangeLogParser, StringUtil.processMultiLineSQL, 2026-08). */
import { createHash } from 'node:crypto';
import type { Range } from '../../parse/index.ts';
import { bomLength, isBlank, lines, type Line } from '../text.ts';

const header = /^\s*--\s*liquibase\s*formatted.*$/i;
const changesetLine = /^\s*--\s*changeset\s+("[^"]+"|[^:]+):\s*("[^"]+"|\S+).*$/i;
const brokenChangesetLine = /^(?:-|\s*--)\s*changeset.*$/i;
const property = /^\s*--\s*property\s+(.*:.*)\s+(.*:.*).*$/i;
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
  /** A line that Liquibase takes for a misspelt changeset; it rejects the whole file then. */
  readonly broken: Line | undefined;
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
  let broken: Line | undefined;
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
    const endDelimiter = attribute(line.text, /.*\bendDelimiter:(\S*).*/i);
    changesets.push({
      author: unquoted(match[1] ?? ''),
      id: unquoted(match[2] ?? ''),
      line: { start: line.start, end: line.end },
      body,
      sql,
      splitStatements: (attribute(line.text, /.*splitStatements:(\w+).*/i) ?? 'true').toLowerCase() === 'true',
      endDelimiter: endDelimiter ?? (sql.endsWith('\n/') ? '\n/$' : undefined),
      runInTransaction: (attribute(line.text, /.*runInTransaction:(\w+).*/i) ?? 'true').toLowerCase() === 'true',
      runs: forPostgres(line.text) && (attribute(line.text, /.*\bignore:(\w*).*/i) ?? 'false').toLowerCase() !== 'true',
      logicalFilePath: attribute(line.text, /.*logicalFilePath:(\S+).*/i) ?? fileLogicalPath,
    });
  };

  for (let index = 0; index < all.length; index++) {
    const line = all[index]!;
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
      index = last;
      if (current) current.from = all[last]!.next;
      continue;
    }
    const match = changesetLine.exec(line.text);
    if (match) {
      finish(line.start);
      current = { line, match, body: [], from: line.next, sql: [] };
      continue;
    }
    if (brokenChangesetLine.test(line.text)) broken ??= line;
    if (!current || settings.some((setting) => setting.test(line.text))) continue;
    if (rollbackBlock.test(line.text)) {
      cut(line.start);
      while (index + 1 < all.length && !rollbackBlockEnd.test(all[index + 1]!.text)) index++;
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

/** Liquibase's own tokens (SimpleSqlGrammar), which know nothing of dollar quotes; in a literal a backslash escapes. */
const space = String.raw`(?<space>[\s\u0085\u180e\u200b-\u200d\u2060]+)`;
const comment = String.raw`(?<comment>--[^\r\n]*|\/\*[\s\S]*?\*\/)`;
const name =
  String.raw`(?:[\p{L}$_@#][\p{L}\d$_@#]*|"[^\n\r"]+"|` + '`[^\\n\\r`]+`' + String.raw`|\[[^\d\]][^\n\r\]]*\])`;
const dotted = String.raw`${name}(?:[\r\n ]*\.[\r\n ]*${name})+`;
const literal = String.raw`(?:[UENRB]|RB|_utf8)?(?:'(?:''|\\[\s\S]|[^\\'])*(?:'|\\')|"(?:""|\\[\s\S]|[^\\"])*(?:"|\\"))`;
const number = String.raw`\d+(?:\.\d+)?(?:e[+-]?\d+)?`;
const token = new RegExp([space, comment, dotted, literal, name, number, String.raw`[\s\S]`].join('|'), 'giuy');

function pieces(text: string, range: Range): Piece[] {
  const found: Piece[] = [];
  const part = text.slice(range.start, range.end);
  for (const match of part.matchAll(token)) {
    if (match.groups?.['comment'] === undefined)
      found.push({
        text: match[0],
        start: range.start + match.index,
        end: range.start + match.index + match[0].length,
      });
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

function isDelimiter(piece: string, previous: string | undefined, delimiter: string | undefined): boolean {
  const ownLine = previous === undefined || previous.endsWith('\n');
  const lower = piece.toLowerCase();
  if (delimiter === undefined) return piece === ';' || ((lower === 'go' || piece === '/') && ownLine);
  if (lower === delimiter.toLowerCase()) return delimiter !== '/' || ownLine;
  if (delimiter.length === 1) return false;
  try {
    return new RegExp(`^(?:\\s*${delimiter.toLowerCase()})$`).test(`${previous ?? ''}${piece}`.toLowerCase());
  } catch {
    return false;
  }
}

/** Where Liquibase cuts the SQL of a changeset. Between BEGIN and END it doesn't cut; END IF and END LOOP count as END, too. */
export function liquibaseCuts(text: string, range: Range, delimiter: string | undefined): Range[] {
  const parts = pieces(text, range);
  const merged = delimiter === undefined ? parts : merge(parts, delimiter);
  const cuts: Range[] = [];
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
    if (inside === 0 && isDelimiter(piece.text, merged[index - 1]?.text, delimiter))
      cuts.push({ start: piece.start, end: piece.end });
  }
  return cuts;
}
