import { liquibaseBaseline } from './baseline.ts';
import { parseSql, tokenize, type Range } from '../../parse/index.ts';
import { quoteLiteral } from '../../quote.ts';
import type { Edit } from '../../text/edits.ts';
import { sampleShare } from '../folder.ts';
import { basename, byName, isSql, slashes } from '../paths.ts';
import { bomLength, isBlank, lineBreak, notInTransaction, rejected, statementHeads } from '../text.ts';
import type { Ledger, Sections, Tool, Transactions } from '../types.ts';
import { changesetChecksum, liquibaseCuts, readChangelog, type Changeset } from './changesets.ts';

/** The pieces of a changeset's SQL between delimiters other than `;`, which is SQL's own. */
function chunks(text: string, changeset: Changeset): Range[] {
  const ranges: Range[] = [];
  for (const part of changeset.body) {
    let start = part.start;
    const cuts = changeset.splitStatements ? liquibaseCuts(text, part, changeset.endDelimiter) : [];
    for (const cut of [
      ...cuts.filter((each) => text.slice(each.start, each.end) !== ';'),
      { start: part.end, end: part.end },
    ]) {
      const range = { start, end: cut.start };
      if (!isBlank(text, range)) ranges.push(range);
      start = cut.end;
    }
  }
  return ranges;
}

/** Whether Liquibase would cut a dollar-quoted body of this changeset in two. */
function cutsBody(text: string, changeset: Changeset): boolean {
  return changeset.body.some((part) => {
    const bodies = tokenize(text, part).tokens.filter((token) => token.kind === 'string' && text[token.start] === '$');
    if (bodies.length === 0) return false;
    const cuts = liquibaseCuts(text, part, changeset.endDelimiter);
    return bodies.some((body) => cuts.some((cut) => cut.start >= body.start && cut.end <= body.end));
  });
}

/** Strings that may separate statements, none of which is SQL. */
const delimiters = ['//', '@@', '~~~', '%%%'];

/** A delimiter as it has to be written: `\nGO` and `\n/$` are patterns that stand for GO and / on a line of their own. */
const written = (delimiter: string): string => delimiter.replace(/^(?:\\n|\n)/, '').replace(/\$$/, '');

/** `attribute` takes the place of splitStatements in the changeset's line, or is added to it. */
function setAttribute(text: string, changeset: Changeset, attribute: string): Edit {
  // Liquibase takes the last one, and rollbackSplitStatements for one as well
  const given = /\bsplitStatements:\w+(?!.*splitStatements:)/i.exec(
    text.slice(changeset.line.start, changeset.line.end),
  );
  if (!given) return { start: changeset.line.end, end: changeset.line.end, text: ` ${attribute}` };
  const start = changeset.line.start + given.index;
  return { start, end: start + given[0].length, text: attribute };
}

/**
 * What a changeset with new DO blocks needs so that each reaches the server whole, and alone where statements have to be sent one by
 * one because there is no transaction (CREATE INDEX CONCURRENTLY).
 */
function protect(text: string, changeset: Changeset): Edit[] {
  const { endDelimiter, splitStatements, runInTransaction } = changeset;
  const cut = splitStatements && endDelimiter === undefined && cutsBody(text, changeset);
  if (runInTransaction) return cut ? [setAttribute(text, changeset, 'splitStatements:false')] : [];
  const ranges = chunks(text, changeset);
  const statementsOf = (range: Range) => parseSql(text, { ranges: [range] }).statements;
  const eol = lineBreak(text);
  if (splitStatements && endDelimiter === undefined && !cut) return [];
  if (cut && ranges.flatMap(statementsOf).length < 2) return [setAttribute(text, changeset, 'splitStatements:false')];
  // Sent together with others, such a statement fails: where it stands with others now, it stood alone before.
  const mixed = ranges
    .map((range) => ({ range, statements: statementsOf(range) }))
    .filter(
      ({ range, statements }) => cut || (statements.length > 1 && statementHeads(text, [range]).some(notInTransaction)),
    );
  if (mixed.length === 0) return [];
  if (splitStatements && endDelimiter !== undefined) {
    return mixed.flatMap(({ statements }) =>
      statements.slice(0, -1).map(({ end }) => ({ start: end, end, text: `${eol}${written(endDelimiter)}${eol}` })),
    );
  }
  const delimiter = delimiters.find((each) => !changeset.sql.includes(each));
  if (delimiter === undefined) return [];
  return [
    setAttribute(text, changeset, `endDelimiter:${delimiter}`),
    ...ranges.flatMap(statementsOf).map(({ end }) => ({ start: end, end, text: `${eol}${delimiter}` })),
  ];
}

const key = (changeset: Changeset): string => JSON.stringify([changeset.author, changeset.id]);
const decode = (content: string | Uint8Array): string =>
  typeof content === 'string' ? content : Buffer.from(content).toString('utf8');

const ledger: Ledger = {
  checksum: (content) =>
    readChangelog(decode(content))
      .changesets.map(
        (changeset) =>
          `${changeset.author}:${changeset.id} ${changesetChecksum(changeset) ?? 'unknown: it holds ${…}'}`,
      )
      .join('\n'),
  note: 'Table databasechangelog (the default name), written by Liquibase 4.22 or later (checksums that start with 9:), and files in UTF-8. Instead of the statements, `liquibase clear-checksums` or a line `--validCheckSum: any` in the changeset will do.',
  sql: (entries) => {
    const out: string[] = [];
    for (const { path, before, after } of entries) {
      const old = new Map(readChangelog(decode(before)).changesets.map((changeset) => [key(changeset), changeset]));
      for (const changeset of readChangelog(decode(after)).changesets) {
        const earlier = old.get(key(changeset));
        if (!earlier || earlier.sql.replace(/[ \t\r\n]/g, '') === changeset.sql.replace(/[ \t\r\n]/g, '')) continue;
        const name = basename(slashes(path));
        const file =
          changeset.logicalFilePath === undefined
            ? `right(filename, ${[...name].length}) = ${quoteLiteral(name)}`
            : `filename = ${quoteLiteral(changeset.logicalFilePath)}`;
        const row = `id = ${quoteLiteral(changeset.id)} AND author = ${quoteLiteral(changeset.author)} AND ${file}`;
        const [was, now] = [changesetChecksum(earlier), changesetChecksum(changeset)];
        // A checksum that can't be worked out here is left to Liquibase: it fills in one that is missing.
        out.push(
          was === undefined || now === undefined
            ? `UPDATE databasechangelog SET md5sum = NULL WHERE ${row};\n`
            : `UPDATE databasechangelog SET md5sum = ${quoteLiteral(now)} WHERE ${row} AND md5sum = ${quoteLiteral(was)};\n`,
        );
      }
    }
    return out.join('');
  },
};

const tool: Omit<Tool, 'baseline'> = {
  name: 'liquibase',
  title: 'Liquibase formatted SQL',
  noTransaction: 'runInTransaction:false behind its changeset',
  detect(folder) {
    const share = sampleShare(folder, /^\uFEFF?\s*--\s*liquibase\s*formatted/i);
    return share === 0 ? 0 : share >= 0.5 ? 93 : 45;
  },
  select: (files) => ({
    // The order of files stands in a master changelog; includeAll takes them by name.
    up: files.filter(isSql).sort(byName),
    ignored: [],
  }),
  sections(text): Sections {
    const { formatted, changesets, broken } = readChangelog(text);
    const start = bomLength(text);
    if (!formatted) {
      return rejected(
        text,
        { start, end: start },
        'the file does not start with `--liquibase formatted sql`: how Liquibase cuts it up is set elsewhere (sqlFile splitStatements), so a DO block might not survive. With splitStatements="false" there, --tool sql rewrites it',
      );
    }
    if (broken) return rejected(text, broken.at, `Liquibase rejects the file: ${broken.why}`);
    return {
      up: changesets.filter((changeset) => changeset.runs).flatMap((changeset) => chunks(text, changeset)),
      problems: [],
    };
  },
  transactions(text): Transactions {
    const running = readChangelog(text).changesets.filter((changeset) => changeset.runs);
    if (running.some((changeset) => !changeset.runInTransaction)) {
      return {
        scope: 'statement',
        concurrently: 'yes',
        note: 'runInTransaction:false: a run may stop between any two statements of the changeset.',
      };
    }
    return running.length > 1
      ? {
          scope: 'file',
          concurrently: 'no',
          note: 'Each changeset is a transaction of its own and recorded on its own; only the one that failed is run again.',
        }
      : { scope: 'file', concurrently: 'no' };
  },
  fileEdits(text, hasDo) {
    if (!hasDo) return [];
    return readChangelog(text).changesets.flatMap((changeset) => (changeset.runs ? protect(text, changeset) : []));
  },
  edited:
    'Liquibase keeps a checksum per changeset, blind to white space and settings, and `update` stops with a validation error when an applied one has changed (runOnChange:true: it runs it again).',
  ledger,
};

export const liquibase: Tool = { ...tool, baseline: liquibaseBaseline(tool) };
