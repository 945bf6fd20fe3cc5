import { quoteLiteral } from '../quote.ts';
import {
  hasRow,
  knownMigrations,
  lineEndsLost,
  numberedSql,
  refuseDown,
  tableRef,
  fileName,
  versionOf,
} from './baseline.ts';
import { statementRanges, tokenize, type Problem, type Range } from '../parse/index.ts';
import { basename, byNumber, isSql, sortedBy } from './paths.ts';
import { isBlank, lineBreak, lines, problemAt } from './text.ts';
import { anyNumbered, sampleShare } from './folder.ts';
import type { Baselines, Tool, Wrapping } from './types.ts';

const annotations = [
  'Up',
  'Down',
  'StatementBegin',
  'StatementEnd',
  'NO TRANSACTION',
  'ENVSUB ON',
  'ENVSUB OFF',
] as const;
type Annotation = (typeof annotations)[number];

/** goose is written in Go, whose white space is Unicode's: a byte order mark isn't part of it (in JavaScript's \s it is). */
const space = '(?:[^\\S\\uFEFF]|\\u0085)';
const trimmed = new RegExp(`^${space}+|${space}+$`, 'g');
const words = new RegExp(`${space}+`);
const trim = (text: string): string => text.replace(trimmed, '');

/** goose ends a statement at a line whose last word before a word that starts with `--` ends in `;`. */
function endsStatement(line: string): boolean {
  let last = '';
  for (const word of line.split(words)) {
    if (word === '') continue;
    if (word.startsWith('--')) break;
    last = word;
  }
  return last.endsWith(';');
}

function annotationOf(line: string): Annotation | { readonly error: string } {
  if (/^[ \t]/.test(line)) return { error: 'a +goose annotation must not be indented' };
  const command = line.replaceAll('--', '').replace('+goose', '');
  if (command.includes('+goose')) return { error: 'two +goose annotations in one line' };
  const name = trim(command).toLowerCase();
  return annotations.find((known) => known.toLowerCase() === name) ?? { error: `unknown annotation: ${trim(line)}` };
}

interface GooseFile {
  /** The SQL of the up section between annotation lines. */
  readonly up: readonly Range[];
  /** What stands between StatementBegin and StatementEnd. */
  readonly pairs: readonly Range[];
  /** Where $NAME is replaced by environment variables. */
  readonly envsub: readonly Range[];
  readonly transaction: boolean;
  readonly problems: readonly Problem[];
}

/** Reads a file as goose's own parser does (internal/sqlparser, 2026-07). Its errors reject the whole file, so they do here. */
function readGoose(text: string): GooseFile {
  const up: Range[] = [];
  const pairs: Range[] = [];
  const envsub: Range[] = [];
  let state: 'start' | 'up' | 'upBegin' | 'down' | 'downBegin' = 'start';
  let transaction = true;
  let problem: Problem | undefined;
  let envsubFrom = -1;
  let pairFrom = -1;
  /** Where the SQL since the last annotation starts. */
  let from = -1;
  /** Where the statement starts that goose hasn't seen the end of. */
  let pending = -1;
  /** Outside of pairs: the ends of the lines that goose takes for the end of a statement. */
  const ends: number[] = [];
  /** Behind a pair with nothing in it, goose takes the next line of SQL for the end of the pair and drops it. */
  let emptyPair = false;
  const reject = (at: Range, message: string) =>
    (problem ??= problemAt(text, at, `goose rejects the file: ${message}`));
  const close = (end: number) => {
    const range = { start: from, end };
    if (from >= 0 && !isBlank(text, range)) up.push(range);
    from = -1;
  };

  for (const line of lines(text)) {
    const bare = trim(line.text);
    if (state === 'start' && bare === '') continue;
    if (bare.startsWith('--') && line.text.includes('+goose')) {
      const annotation = annotationOf(line.text);
      if (typeof annotation !== 'string') {
        reject(line, annotation.error);
        break;
      }
      switch (annotation) {
        case 'Up':
          if (state !== 'start') reject(line, 'a second `-- +goose Up`');
          state = 'up';
          from = line.next;
          break;
        case 'Down':
          if (state !== 'up')
            reject(
              line,
              state === 'upBegin'
                ? '`-- +goose Down` inside StatementBegin'
                : '`-- +goose Up` has to come before `-- +goose Down`',
            );
          else if (pending >= 0 && !isBlank(text, { start: pending, end: line.start })) {
            reject(
              { start: pending, end: line.start },
              'the last statement of the up section does not end in a line with `;`',
            );
          }
          if (state === 'up') close(line.start);
          pending = -1;
          state = 'down';
          break;
        case 'StatementBegin':
          if (state === 'up') {
            // an unfinished statement goes on inside: goose sends it together with what follows
            if (pending < 0 || isBlank(text, { start: pending, end: line.start })) {
              close(line.start);
              from = line.next;
            }
            state = 'upBegin';
            pairFrom = line.next;
          } else if (state === 'down') state = 'downBegin';
          else reject(line, '`-- +goose StatementBegin` without `-- +goose Up` or inside another one');
          break;
        case 'StatementEnd':
          if (state === 'upBegin') {
            close(line.start);
            pairs.push({ start: pairFrom, end: line.start });
            state = 'up';
            from = line.next;
            emptyPair = pending < 0;
            pending = -1;
          } else if (state === 'downBegin') state = 'down';
          else reject(line, '`-- +goose StatementEnd` without StatementBegin');
          break;
        case 'NO TRANSACTION':
          transaction = false;
          break;
        case 'ENVSUB ON':
          if (envsubFrom < 0) envsubFrom = line.next;
          break;
        case 'ENVSUB OFF':
          if (envsubFrom >= 0) envsub.push({ start: envsubFrom, end: line.start });
          envsubFrom = -1;
      }
      if (problem) break;
      // An annotation between two statements doesn't belong to either; one in the middle of a statement is a comment of it.
      if ((annotation === 'NO TRANSACTION' || annotation.startsWith('ENVSUB')) && from >= 0 && pending < 0) {
        close(line.start);
        from = line.next;
      }
      continue;
    }
    if (pending < 0 && (bare.startsWith('--') || line.text === '')) continue;
    if (state === 'start') {
      reject(line, 'it has to start with `-- +goose Up`');
      break;
    }
    if (state !== 'up' && state !== 'upBegin') continue;
    if (emptyPair && state === 'up') {
      reject(line, 'there is nothing between StatementBegin and StatementEnd above, so that this line would be lost');
      break;
    }
    emptyPair = false;
    if (pending < 0) pending = line.start;
    if (state === 'up' && endsStatement(line.text)) {
      pending = -1;
      ends.push(line.end);
    }
  }

  if (!problem) {
    const end = { start: text.length, end: text.length };
    if (state === 'start') reject(end, 'there is no `-- +goose Up`');
    else if (state === 'upBegin' || state === 'downBegin') reject(end, '`-- +goose StatementEnd` is missing');
    else if (state === 'up' && pending >= 0 && !isBlank(text, { start: pending, end: text.length })) {
      reject({ start: pending, end: text.length }, 'the last statement does not end in a line with `;`');
    }
  }
  if (state === 'up') close(text.length);
  if (envsubFrom >= 0) envsub.push({ start: envsubFrom, end: text.length });
  const problems = problem ? [problem] : up.flatMap((range) => torn(text, range, ends));
  return { up: problems.length > 0 ? [] : up, pairs, envsub, transaction, problems };
}

/**
 * What goose would send in pieces, because a line inside of it ends in `;`. goose itself takes the file, and PostgreSQL
 * refuses the first piece.
 *
 * @param range of complete SQL
 * @param ends where goose cuts
 */
function torn(text: string, range: Range, ends: readonly number[]): Problem[] {
  const comments = tokenize(text, range).comments.filter(({ kind }) => kind === 'block');
  const problems: Problem[] = [];
  let told = range.start;
  let next = 0;
  for (const at of [...statementRanges(text, range), ...comments].sort((a, b) => a.start - b.start)) {
    // a comment inside of a statement that is told about
    if (at.start < told) continue;
    while ((ends[next] ?? Infinity) <= at.start) next++;
    if ((ends[next] ?? Infinity) >= at.end) continue;
    told = at.end;
    problems.push(
      problemAt(
        text,
        at,
        'goose ends a statement at each line that ends in `;`, and would send this one in pieces: put it between `-- +goose StatementBegin` and `-- +goose StatementEnd`',
      ),
    );
  }
  return problems;
}

let lastText: string | undefined;
let lastFile: GooseFile | undefined;

/** One file is asked about many times in a row (sections, transactions, every DO block in it): the last one is kept. */
function gooseFile(text: string): GooseFile {
  if (lastFile === undefined || lastText !== text) {
    lastFile = readGoose(text);
    lastText = text;
  }
  return lastFile;
}

const within = (at: Range, ranges: readonly Range[]): boolean =>
  ranges.some((range) => range.start <= at.start && at.end <= range.end);

/** Whether goose, reading line by line, sends this block in one piece. */
function staysWhole(statement: string): boolean {
  const all = [...lines(statement)];
  return all.findIndex((line) => endsStatement(line.text)) === all.length - 1;
}

const version = (path: string): bigint => BigInt(/^\d+/.exec(basename(path))?.[0] ?? 0);

const tool: Omit<Tool, 'baseline'> = {
  name: 'goose',
  title: 'goose',
  noTransaction: '-- +goose NO TRANSACTION',
  detect(folder) {
    if (!anyNumbered(folder)) return 0;
    const share = sampleShare(folder, /^--\s*\+goose\s+Up\b/im);
    return share === 0 ? 0 : share >= 0.5 ? 90 : 40;
  },
  select(files) {
    const ignored = [];
    const up = [];
    for (const path of files.filter(isSql)) {
      if (path.includes('/')) ignored.push({ path, reason: 'goose does not look into subfolders' });
      else if (!/^\d+_/.test(path) || version(path) < 1n)
        ignored.push({ path, reason: 'not named <version>_<name>.sql' });
      else up.push(path);
    }
    return { up: sortedBy(up, version, byNumber), ignored };
  },
  sections(text) {
    const file = gooseFile(text);
    return { up: file.up, problems: file.problems };
  },
  transactions: (text) =>
    gooseFile(text).transaction
      ? { scope: 'file', concurrently: 'no' }
      : {
          scope: 'statement',
          concurrently: 'yes',
          note: '-- +goose NO TRANSACTION: a run may stop between any two statements.',
        },
  wrapDo(text, at, statement): Wrapping {
    const file = gooseFile(text);
    const eol = lineBreak(text);
    const begin: string[] = [];
    const end: string[] = [];
    // Environment substitution would eat the dollar quotes of the block.
    if (within(at, file.envsub) && statement.includes('$')) {
      begin.push('-- +goose ENVSUB OFF');
      end.push('-- +goose ENVSUB ON');
    }
    if (!within(at, file.pairs) && !staysWhole(statement)) {
      begin.push('-- +goose StatementBegin');
      end.unshift('-- +goose StatementEnd');
    }
    if (begin.length === 0) return { before: '', after: '' };
    const startsLine = at.start === 0 || text[at.start - 1] === '\n';
    const nextBreak = text.indexOf('\n', at.end);
    const restOfLine = text.slice(at.end, nextBreak < 0 ? text.length : nextBreak);
    return {
      before: (startsLine ? '' : eol) + begin.map((line) => line + eol).join(''),
      after: end.map((line) => eol + line).join('') + (restOfLine.trim() === '' ? '' : eol),
    };
  },
  separate(text, at) {
    const eol = lineBreak(text);
    return within({ start: at, end: at }, gooseFile(text).pairs)
      ? `-- +goose StatementEnd${eol}-- +goose StatementBegin${eol}`
      : '';
  },
  edited: 'goose keeps no checksum: an edited file that was applied is not noticed and not run again.',
};

const pair = (sql: string): string => `-- +goose StatementBegin\n${sql}-- +goose StatementEnd\n`;

const baseline: Baselines = {
  files: numberedSql({
    tool,
    lowest: 1,
    path: (number, name) => `${number}_${name}.sql`,
    // one statement for goose, since it would cut DO blocks at lines that end in `;`
    notes: ({ sql }) => lineEndsLost(tool.title, sql),
    text: (sql) => `-- +goose Up\n${pair(sql)}\n-- +goose Down\n${pair(refuseDown)}`,
  }),
  ledger(input) {
    knownMigrations((files, folder) => tool.select(files, folder), input, tool.title);
    const table = tableRef(input.schema, input.table ?? 'goose_db_version');
    // the newest row of a version counts (internal/dialects/postgres.go, GetMigrationByVersion)
    const newest = (version: string): string =>
      `(SELECT is_applied FROM ${table} WHERE version_id = ${version} ORDER BY tstamp DESC, id DESC LIMIT 1)`;
    return {
      tool: tool.title,
      table,
      // internal/dialects/postgres.go, CreateTable; provider.go and create.go write version 0 when they make the table
      create: [
        `CREATE TABLE ${table} (id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, version_id bigint NOT NULL, is_applied boolean NOT NULL, tstamp timestamp NOT NULL DEFAULT now())`,
        `INSERT INTO ${table} (version_id, is_applied) VALUES (0, true)`,
      ],
      // goose stops without it: "missing zero version migration" (provider.go, errMissingZeroVersion)
      contradictions: `SELECT ${quoteLiteral(`${table} has no row for version 0: it is not as goose makes it.`)} WHERE NOT ${hasRow(table, 'version_id', '0')}`,
      rows: input.migrations.map((file) => ({
        name: fileName(file.path),
        there: `coalesce(${newest(versionOf(file.path))}, false)`,
        insert: `INSERT INTO ${table} (version_id, is_applied) VALUES (${versionOf(file.path)}, true)`,
      })),
      notes: ['The table is goose_db_version (the default name), in the first schema of search_path.'],
    };
  },
};

export const goose: Tool = { ...tool, baseline };
