import { describe, expect, it } from 'vitest';
import { applyEdits, parseSql } from '@idempotify/core';
import { pieces, tool } from './folders.ts';
import { gooseSends } from './goose-parser.ts';

const goose = tool('goose');
const block = (inside: string, eol = '\n') =>
  `DO $idempotify$${eol}BEGIN${eol}  IF true THEN${eol}    ${inside};${eol}  END IF;${eol}END${eol}$idempotify$;`;

/** Replaces every statement that holds `marker` by a DO block, as the rewriter does. */
function rewrite(
  text: string,
  marker = 'CREATE TYPE',
  blockText = (inside: string) => block(inside, text.includes('\r\n') ? '\r\n' : '\n'),
): string {
  const { up, problems } = goose.sections(text, '1_x.sql');
  expect(problems).toEqual([]);
  const edits = parseSql(text, { ranges: up })
    .statements.filter(({ range }) => text.slice(range.start, range.end).includes(marker))
    .map(({ range, end }) => {
      const statement = blockText(text.slice(range.start, range.end));
      const { before, after } = goose.wrapDo!(text, { start: range.start, end }, statement);
      return { start: range.start, end, text: before + statement + after };
    });
  expect(edits.length).toBeGreaterThan(0);
  return applyEdits(text, edits);
}

describe('sections of goose', () => {
  it('are what stands between the annotations of the up section', () => {
    expect(pieces('goose', '-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\n')).toEqual(['SELECT 1;\n']);
    expect(pieces('goose', '\n-- hello\n-- +goose Up\nSELECT 1;\n')).toEqual(['SELECT 1;\n']);
    expect(
      pieces(
        'goose',
        '-- +goose NO TRANSACTION\n-- +goose up\n-- +goose StatementBegin\nCREATE FUNCTION f() AS $$\nSELECT 1;\n$$\n-- +goose StatementEnd\n\nSELECT 2;\n-- +goose down\n',
      ),
    ).toEqual(['CREATE FUNCTION f() AS $$\nSELECT 1;\n$$\n', '\nSELECT 2;\n']);
    expect(pieces('goose', '-- +goose Up\r\nSELECT 1;\r\n-- +goose ENVSUB ON\r\nSELECT 2;\r\n')).toEqual([
      'SELECT 1;\r\n',
      'SELECT 2;\r\n',
    ]);
  });

  it.each([
    ['SELECT 1;', 'it has to start with `-- +goose Up`', 1],
    ['\uFEFF-- +goose Up\nSELECT 1;\n', 'it has to start with `-- +goose Up`', 1],
    ['-- nothing\n', 'there is no `-- +goose Up`', 2],
    [
      '-- +goose Up\nSELECT 1\n-- +goose Down\n',
      'the last statement of the up section does not end in a line with `;`',
      2,
    ],
    ['-- +goose Up\nSELECT 1; /* no */\n', 'the last statement does not end in a line with `;`', 2],
    ['-- +goose Up\n -- +goose Down\n', 'a +goose annotation must not be indented', 2],
    ['-- +goose Up\n-- +goose Up\n', 'a second `-- +goose Up`', 2],
    ['-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n', '`-- +goose StatementEnd` is missing', 4],
    ['-- +goose Up\n-- +goose StatementEnd\n', '`-- +goose StatementEnd` without StatementBegin', 2],
    ['-- +goose Up\n-- +goose StatementBegin\n-- +goose Down\n', '`-- +goose Down` inside StatementBegin', 3],
    ['-- +goose Up\n-- see +goose docs\nSELECT 1;\n', 'unknown annotation: -- see +goose docs', 2],
    ['-- +goose Down\nSELECT 1;\n', '`-- +goose Up` has to come before `-- +goose Down`', 1],
  ])('rejects what goose rejects: %j', (text, message, line) => {
    expect(gooseSends(text).error).toBeDefined();
    const { up, problems } = goose.sections(text, '1_x.sql');
    expect(up).toEqual([]);
    expect(problems).toMatchObject([{ kind: 'syntax', message: `goose rejects the file: ${message}`, line }]);
  });

  it.each([
    '-- +goose Up\nSELECT 1; -- why; not\n',
    '-- +goose Up\n\n\n-- +goose Down\n',
    '-- +goose Up\nSELECT 1;\n   \n-- +goose Down\n',
    '-- +goose Up\nSELECT\n-- +goose NO TRANSACTION\n1;\n',
  ])('accepts what goose accepts: %j', (text) => {
    expect(gooseSends(text).error).toBeUndefined();
    expect(goose.sections(text, '1_x.sql').problems).toEqual([]);
  });
});

describe('what goose would cut', () => {
  const cut = /^goose ends a statement at each line .*StatementBegin.*StatementEnd`$/;

  it.each([
    ['a DO block', `-- +goose Up\nSELECT 1;\n\n  ${block('SELECT 2')}\n`, [[4, 3]]],
    ['a function', '-- +goose Up\r\nCREATE FUNCTION f() RETURNS int AS $$\r\n  SELECT 1;\r\n$$;\r\n', [[2, 1]]],
    ['a body', '-- +goose Up\nCREATE FUNCTION f() RETURNS int BEGIN ATOMIC\n  SELECT 1;\nEND;\n', [[2, 1]]],
    ['a rule', '-- +goose Up\nCREATE RULE r AS ON INSERT TO t DO (SELECT 1;\nSELECT 2);\n', [[2, 1]]],
    ['a text', "-- +goose Up\nSELECT 'a;\nb', 'c;\nd';\nSELECT 2;\n", [[2, 1]]],
    ['a comment', '-- +goose Up\nSELECT 1; /* no;\n */ SELECT 2;\n', [[2, 11]]],
    [
      'two',
      `-- +goose Up\nSELECT 1; SELECT $$;\n$$; SELECT 3;\nSELECT ';\n';\n-- +goose Down\nSELECT\n`,
      [
        [2, 11],
        [4, 1],
      ],
    ],
  ] as const)('is a problem: %s', (_name, text, places) => {
    const sent = gooseSends(text);
    expect(sent.error).toBeUndefined();
    expect(sent.statements.some((piece) => parseSql(piece).problems.length > 0)).toBe(true);
    const { up, problems } = goose.sections(text, '1_x.sql');
    expect(up).toEqual([]);
    expect(problems.map(({ line, column }) => [line, column])).toEqual(places);
    for (const { message } of problems) expect(message).toMatch(cut);
  });

  it.each([
    `-- +goose Up\n-- +goose StatementBegin\n${block('SELECT 2')}\n-- +goose StatementEnd\nSELECT 3;\n`,
    '-- +goose Up\nDO $$ BEGIN PERFORM 1; END $$;\nDO $$\nBEGIN\n  PERFORM 1; END\n$$;\n',
    '-- +goose Up\nSELECT 1; SELECT\n2; -- why;\n/* no\n; */ SELECT 3;\n',
    '-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT $$;\n$$;\n',
  ])('is none: %j', (text) => {
    const { statements, error } = gooseSends(text);
    expect(error).toBeUndefined();
    for (const piece of statements) expect(parseSql(piece).problems, piece).toEqual([]);
    expect(goose.sections(text, '1_x.sql').problems).toEqual([]);
  });
});

describe('a DO block in goose', () => {
  const statement = "CREATE TYPE role AS ENUM ('a', 'b');";
  const files: [string, string][] = [
    ['on its own line', `-- +goose Up\nSELECT 1;\n${statement}\nSELECT 2;\n-- +goose Down\nDROP TYPE role;\n`],
    ['as the last line, without a line break', `-- +goose Up\n${statement}`],
    [
      'with a comment above and behind',
      `-- +goose Up\n-- the roles\n${statement} -- why; because\n\n-- next\nSELECT 2;\n`,
    ],
    [
      'over several lines',
      `-- +goose Up\n-- +goose NO TRANSACTION\nCREATE TYPE role AS ENUM (\n  'a',\n  'b'\n);\nSELECT 2;\n`,
    ],
    ['indented', `-- +goose Up\n  SELECT 1;\n  ${statement}\n  SELECT 2;\n`],
    ['behind another statement in the same line', `-- +goose Up\nSELECT 1; ${statement} SELECT 2;\nSELECT 3;\n`],
    ['with CRLF', `-- +goose Up\r\nSELECT 1;\r\n${statement}\r\nSELECT 2;\r\n-- +goose Down\r\n`],
    [
      'inside StatementBegin',
      `-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n${statement}\n-- +goose StatementEnd\nSELECT 2;\n`,
    ],
    ['twice', `-- +goose Up\n${statement}\n${statement.replace('role', 'other')}\nSELECT 2;\n`],
    ['where $NAME is replaced', `-- +goose Up\n-- +goose ENVSUB ON\n${statement}\n-- +goose ENVSUB OFF\nSELECT 2;\n`],
    [
      'where $NAME is replaced, inside StatementBegin',
      `-- +goose Up\n-- +goose ENVSUB ON\n-- +goose StatementBegin\nSELECT 1;\n${statement}\nSELECT 2;\n-- +goose StatementEnd\n`,
    ],
  ];

  it.each(files)('%s: goose sends it whole, and the others as before', (_name, text) => {
    const before = gooseSends(text);
    const result = rewrite(text);
    const after = gooseSends(result);
    expect(after.error).toBeUndefined();
    // each piece that goose sends is complete SQL
    for (const piece of after.statements) expect(parseSql(piece).problems, piece).toEqual([]);
    const flat = (statements: string[]) =>
      statements.flatMap((piece) => parseSql(piece).statements.map(({ range }) => piece.slice(range.start, range.end)));
    const expected = flat(before.statements).map((each) =>
      each.includes('CREATE TYPE') ? block(each).slice(0, -1) : each,
    );
    expect(flat(after.statements)).toEqual(expected);
    // and our own reading of the result agrees
    const { up, problems } = goose.sections(result, '1_x.sql');
    expect(problems).toEqual([]);
    expect(parseSql(result, { ranges: up }).statements.map((each) => each.tag)).toEqual(
      expected.map((each) => (each.startsWith('DO') ? 'DoStmt' : 'SelectStmt')),
    );
  });

  it('would be cut without it: the test above can fail', () => {
    expect(gooseSends(`-- +goose Up\n${block(statement.slice(0, -1))}\n`).statements.length).toBeGreaterThan(1);
  });

  it('reads well', () => {
    expect(rewrite(`-- +goose Up\n-- roles\n${statement}\n\nSELECT 2;\n`)).toBe(
      `-- +goose Up\n-- roles\n-- +goose StatementBegin\n${block(statement.slice(0, -1))}\n-- +goose StatementEnd\n\nSELECT 2;\n`,
    );
  });

  it('needs nothing around it in one line, nor inside a pair', () => {
    const short = (inside: string) => `DO $$ BEGIN ${inside}; END $$;`;
    const text = `-- +goose Up\n${statement}\nSELECT 2;\n`;
    expect(rewrite(text, 'CREATE TYPE', short)).not.toContain('StatementBegin');
    expect(gooseSends(rewrite(text, 'CREATE TYPE', short)).statements).toEqual([
      short(statement.slice(0, -1)),
      'SELECT 2;',
    ]);
    const pair = `-- +goose Up\n-- +goose StatementBegin\n${statement}\n-- +goose StatementEnd\n`;
    expect(rewrite(pair).match(/StatementBegin/g)).toHaveLength(1);
  });

  it('may be put in front of a statement', () => {
    const text = '-- +goose Up\n-- +goose NO TRANSACTION\nCREATE INDEX CONCURRENTLY i ON t (a);\n';
    const at = text.indexOf('CREATE');
    const added = `${block('DROP INDEX i')}\n`;
    const { before, after } = goose.wrapDo!(text, { start: at, end: at }, added);
    const result = applyEdits(text, [{ start: at, end: at, text: before + added + after }]);
    expect(gooseSends(result)).toEqual({ statements: [added.trim(), 'CREATE INDEX CONCURRENTLY i ON t (a);'] });
  });
});
