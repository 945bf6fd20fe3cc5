/** Where a file is read by its tool in another way than it looks, and texts made to be slow. */
import { describe, expect, it } from 'vitest';
import { applyEdits, tools } from '@idempotify/core';
import { pieces, tool } from './folders.ts';
import { gooseSends } from './goose-parser.ts';

describe('goose', () => {
  it('drops the line behind an empty pair, so that the file is refused', () => {
    const pair = '-- +goose Up\n-- +goose StatementBegin\n-- nothing\n-- +goose StatementEnd\n';
    const text = `${pair}\nCREATE TABLE a ();\nCREATE TABLE b ();\n`;
    expect(gooseSends(text).statements).toEqual(['', 'CREATE TABLE b ();']);
    expect(tool('goose').sections(text, '1_x.sql')).toMatchObject({
      up: [],
      problems: [{ line: 6, message: expect.stringContaining('this line would be lost') as string }],
    });
    // harmless when nothing follows, or another pair
    expect(pieces('goose', pair)).toEqual(['-- nothing\n']);
    expect(pieces('goose', `${pair}-- +goose Down\nDROP TABLE a;\n`)).toEqual(['-- nothing\n']);
    const next = '-- +goose StatementBegin\nCREATE TABLE a ();\n-- +goose StatementEnd\n';
    expect(gooseSends(`${pair}${next}`).statements).toEqual(['CREATE TABLE a ();']);
    expect(pieces('goose', `${pair}${next}`)).toEqual(['-- nothing\n', 'CREATE TABLE a ();\n']);
  });

  it('goes on with an unfinished statement inside a pair', () => {
    const text =
      '-- +goose Up\nCREATE TABLE p (a int)\n-- +goose StatementBegin\nPARTITION BY RANGE (a);\n-- +goose StatementEnd\nSELECT 1;\n';
    expect(gooseSends(text).statements).toEqual(['CREATE TABLE p (a int)\nPARTITION BY RANGE (a);', 'SELECT 1;']);
    expect(pieces('goose', text)).toEqual([
      'CREATE TABLE p (a int)\n-- +goose StatementBegin\nPARTITION BY RANGE (a);\n',
      'SELECT 1;\n',
    ]);
  });
});

describe('Liquibase', () => {
  const head = '--liquibase formatted sql\n';
  const set = '--changeset a:1\n';

  // each from AbstractFormattedChangeLogParser, which throws there
  it.each([
    ['--changeset a: 1\nA;\n', 2, 'between author and id'],
    ['--changeset a\nA;\n', 2, '--changeset author:id'],
    ['- changeset a:1\nA;\n', 2, '--changeset author:id'],
    [`${set}\n--changeset a:2\nA;\n`, 2, 'holds no SQL'],
    [`${set}--comments why\nA;\n`, 3, '--comment …'],
    [`${set}A;\n- comment why\n`, 4, '--comment …'],
    [`${set}A;\n - rollback DROP TABLE a;\n`, 4, '--rollback …'],
    [`${set}A;\n-validCheckSum any\n`, 4, '--validCheckSum …'],
    [`${set}- preconditions onFail:HALT\nA;\n`, 3, '--precondition-<check> …'],
    [`${set}A;\n-- property tax\n`, 4, '--property name:… value:…'],
    [`${set}--ignore:1\nA;\n`, 3, '--ignoreLines:<count|start>'],
    [`${set}--ignoreLines:end\nA;\n`, 3, 'wants a count'],
    [`${set}A;\n/* liquibase rollback\nDROP TABLE a;\n`, 4, 'is not closed'],
  ])('rejects %j', (text, line, message) => {
    expect(tool('liquibase').sections(head + text, 'x.sql')).toMatchObject({
      up: [],
      problems: [{ line, message: expect.stringContaining(message) as string }],
    });
  });

  it.each([
    `${set}`,
    `${set}A;\n--rollback\n`,
    `${set}A;\n-- a comment\n-- rollbacks are hard\n`,
    `--property name:x value:y dbms:postgresql\n${set}A;\n`,
    `--ignoreLines:1\n--changeset broken\n${set}A;\n`,
    `SELECT 1; -- before any changeset\n${set}A;\n`,
  ])('accepts %j', (text) => {
    expect(tool('liquibase').sections(head + text, 'x.sql').problems).toEqual([]);
  });

  const block = 'DO $$\nDECLARE\n  x int;\nBEGIN\n  x := 1;\nEND\n$$;\n';
  const edit = (line: string): string =>
    applyEdits(`${head}${line}\n${block}`, tool('liquibase').fileEdits!(`${head}${line}\n${block}`, true)).split(
      '\n',
    )[1]!;

  it('cuts at `;` when it is told so, too', () => {
    expect(edit('--changeset a:1 endDelimiter:;')).toBe('--changeset a:1 endDelimiter:; splitStatements:false');
    expect(edit('--changeset a:1 endDelimiter:@@')).toBe('--changeset a:1 endDelimiter:@@');
  });

  it('takes the last attribute, and rollbackSplitStatements for one', () => {
    // its pattern is .*splitStatements:(\w+).*, without regard to case
    const value = (line: string) => /.*splitStatements:(\w+).*/i.exec(line)?.[1];
    for (const line of [
      '--changeset a:1 rollbackSplitStatements:true',
      '--changeset a:1 splitStatements:true rollbackSplitStatements:true',
      '--changeset a:1 rollbackSplitStatements:true splitStatements:true',
    ]) {
      expect(value(line)).toBe('true');
      expect(value(edit(line))).toBe('false');
      expect(edit(edit(line))).toBe(edit(line));
    }
  });
});

describe('Drizzle', () => {
  it.each(['{', '[]', 'null', '7', '{"entries":7}', '{"entries":[null,{"tag":7},{}]}'])(
    'a journal that makes no sense stops nobody: %s',
    (journal) => {
      const folder = {
        root: '/x',
        files: ['0000_a.sql'],
        read: () => journal,
        exists: (name: string) => name === 'meta/_journal.json',
        parentHas: () => false,
        parentRead: () => undefined,
        samples: () => [],
      };
      expect(() => tool('drizzle').select(folder.files, folder)).not.toThrow();
    },
  );
});

describe('texts made to be slow', () => {
  const n = 200_000;
  const texts: Record<string, string> = {
    'blank lines': '\n'.repeat(n),
    'blank lines with CRLF': '\r\n'.repeat(n),
    'carriage returns only': 'a\r'.repeat(n),
    spaces: ' '.repeat(n),
    'a line of colons': `--liquibase formatted sql\n--property ${':'.repeat(n)}`,
    'a changeset of spaces': `--liquibase formatted sql\n--changeset ${' '.repeat(n)}`,
    'a changeset of carriage returns': `--liquibase formatted sql\n--changeset a:1\n${'a\r'.repeat(n)}`,
    'dashes behind one another': `${'--'.repeat(n)}\n`,
    'comment lines': '--\n'.repeat(n),
    'goose annotations': `-- +goose Up\n${'-- +goose NO TRANSACTION\nSELECT 1;\n'.repeat(n / 20)}`,
    'dbmate blocks': '-- migrate:up\n-- migrate:down\n'.repeat(2_000),
  };

  it.each(Object.entries(texts))('%s', (_name, text) => {
    const slow: string[] = [];
    for (const each of tools) {
      const start = performance.now();
      each.sections(text, '1_x.sql');
      each.transactions(text, '1_x.sql');
      each.warnings?.(text);
      each.fileEdits?.(text, true);
      each.ledger?.checksum(text, '1_x.sql');
      const ms = performance.now() - start;
      if (ms > 5_000) slow.push(`${each.name}: ${Math.round(ms)} ms`);
    }
    expect(slow).toEqual([]);
  });
});

describe('node-pg-migrate', () => {
  it('finds its markers where its own pattern finds them', () => {
    const tokens = [
      '--',
      '-',
      ' ',
      '\n',
      '\r\n',
      '\t',
      'up migration',
      'Up  Migration',
      'up\nmigration',
      'up',
      'x',
      'A;',
    ];
    let seed = 11;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return (seed >> 8) % below;
    };
    let found = 0;
    for (let round = 0; round < 20_000; round++) {
      const text = Array.from({ length: 1 + random(10) }, () => tokens[random(tokens.length)]).join('');
      const match = /^\s*--[\s-]*up\s+migration/im.exec(text);
      const expected = match ? text.slice(match.index + match[0].length).replace(/^[^\n]*\n?/, '') : text;
      if (match) found++;
      expect(pieces('node-pg-migrate', text), JSON.stringify(text)).toEqual(
        match && expected.trim() === '' ? [] : [expected],
      );
    }
    expect(found).toBeGreaterThan(1_000);
  });
});
