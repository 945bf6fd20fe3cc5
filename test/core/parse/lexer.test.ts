import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from 'vitest';
import { tokenize } from '@idempotify/core';
import { allCases } from './cases.ts';

interface ScanToken {
  readonly start: number;
  readonly end: number;
}
interface Scanner {
  loadModule(): Promise<void>;
  scanSync(text: string): { tokens: readonly ScanToken[] };
}

const scanner = createRequire(new URL('../../../packages/core/package.json', import.meta.url))(
  'libpg-query',
) as Scanner;

beforeAll(() => scanner.loadModule());

/** `kind:text` of every token and comment, in the order of the text. */
function lex(text: string): string[] {
  const { tokens, comments } = tokenize(text);
  return [...tokens, ...comments]
    .sort((a, b) => a.start - b.start)
    .map(({ kind, start, end }) => `${kind}:${text.slice(start, end)}`);
}

/** What PostgreSQL's own scanner sees, comments included. */
function postgres(text: string): string[] {
  const bytes = Buffer.from(text);
  return scanner.scanSync(text).tokens.map(({ start, end }) => bytes.toString('utf8', start, end));
}

function ours(text: string): string[] {
  return lex(text).map((token) => token.slice(token.indexOf(':') + 1));
}

describe('the same tokens as PostgreSQL', () => {
  test.each([
    ['standard string, backslash is ordinary', String.raw`SELECT 'a\', 'b', 'don''t', ''`],
    ['escape string', String.raw`SELECT E'a\'b', e'\\', E'\\''', E'''', E'\'--'`],
    ['adjacent strings', "SELECT 'a'\n'b', 'c' \r\n\t 'd', 'e'\n\n'f'"],
    ['adjacent strings keep their escapes', "SELECT E'a'\n'\\'b', 1"],
    ['adjacent strings on one line stay two', "SELECT 'a' 'b'"],
    ['unicode string and name', String.raw`SELECT U&'d\0061t', u&"d!0061t""x" UESCAPE '!', U & "x", u&x`],
    ['bit and hex strings', "SELECT B'01', b'1', X'1F', x'ff'"],
    ['prefix letters that are names', `SELECT e, E1'x', b"x", xe'y', n.e`],
    ['dollar quotes', "SELECT $$ ' ; -- $$, $a$ $$ $b$ $ $a$, $_1$ $_$ $_1$, a$$b, $1, $12"],
    ['dollar quotes with a non-ASCII tag', 'SELECT $größe$ $gr$ ; $größe$, $😀$x$😀$'],
    ['quoted names', 'SELECT "a""b", "--", "/*", """", "ü;😀"'],
    ['numbers', 'SELECT 1, 1.5, .5, 1., 1e5, 1.5E-10, 2e+3, 0x1F, 0X_1f, 0o17, 0b01, 1_000, 1_000.5_1, 1..10'],
    ['operators', "SELECT a<>-1, b@-1, c+-1, d*-+1, e->>'x', f#>>'{a}', g?|h, i@>j, k~~*l, !!m, |/4, n<=o, p!=q, r=-1"],
    ['comments end operators', 'SELECT a-+-+b, a*+-c, a-+@-d, a@+-, a<--x\n1, b@/* c */-2, d+/**/-e, f*--\n2'],
    ['colons', 'SELECT a::int, b:=1, c=>2, d[1:2], d[:], e : f'],
    ['nested comments', 'SELECT /* a /* b */ -- c */ 1 /**/ /*/**/*/ -- d /* \n, 2 /* ü😀 */'],
    ['non-ASCII names', 'SELECT ünïcode, naïve$1, 表, 😀 FROM Ä'],
    ['line ends', 'SELECT 1 -- a\r\n, 2 -- b\r, 3 -- c\n\f\v, 4'],
    ['punctuation', 'SELECT (a).b[1], c.*, ((1)), x..y;;SELECT'],
  ])('%s', (_, text) => {
    expect(ours(text)).toEqual(postgres(text));
  });

  const cases = allCases();
  test.skipIf(cases.length === 0)('in every case', () => {
    for (const { name, sql } of cases) expect(ours(sql), name).toEqual(postgres(sql));
  });
});

describe('kinds', () => {
  test('every kind', () => {
    expect(lex(`a "b" 'c' E'd' U&'e' U&"f" B'1' X'1' N'g' $$h$$ 1.5 $1 <= :: := : ( ) [ ] , ; . /* i */ -- j`)).toEqual(
      [
        'word:a',
        'quoted:"b"',
        "string:'c'",
        "string:E'd'",
        "string:U&'e'",
        'quoted:U&"f"',
        "string:B'1'",
        "string:X'1'",
        "string:N'g'",
        'string:$$h$$',
        'number:1.5',
        'param:$1',
        'operator:<=',
        'operator:::',
        'operator::=',
        'operator::',
        'punct:(',
        'punct:)',
        'punct:[',
        'punct:]',
        'punct:,',
        'punct:;',
        'punct:.',
        'block:/* i */',
        'line:-- j',
      ],
    );
  });

  // libpg-query's scanner, unlike PostgreSQL's, does not join literals across a comment, so it is no witness here.
  test('a line comment between adjacent strings', () => {
    expect(lex("E'a' -- it's\n  -- two\n '\\'b', c")).toEqual([
      "string:E'a' -- it's\n  -- two\n '\\'b'",
      'punct:,',
      'word:c',
    ]);
    expect(lex("'a' /* c */\n'b'")).toEqual(["string:'a'", 'block:/* c */', "string:'b'"]);
  });

  test('what is not SQL is one token', () => {
    expect(lex('a {{ .X "\';" }} ${b;c} { } \\restrict it\'s\nd')).toEqual([
      'word:a',
      'punct:{{ .X "\';" }}',
      'punct:${b;c}',
      'punct:{',
      'punct:}',
      "punct:\\restrict it's",
      'word:d',
    ]);
    expect(lex('{{ a\n}} {{ b')).toEqual(['punct:{{ a\n}}', 'punct:{', 'punct:{', 'word:b']);
    expect(lex('${a\n}')).toEqual(['punct:$', 'punct:{', 'word:a', 'punct:}']);
  });

  test.each(["'a;b", "E'a\\'", "E'a\\", '"a""', 'U&"a', '$$ $a$', '/* /* */', "'a'\n'b"])(
    'unterminated %j reaches to the end',
    (text) => {
      expect(tokenize(`x ${text}`)).toEqual({
        tokens: [
          { kind: 'word', start: 0, end: 1 },
          { kind: 'string', start: 2, end: text.length + 2 },
        ],
        comments: [],
      });
    },
  );
});

test('a range hides what is outside of it', () => {
  const text = "'a; b c' d";
  expect(tokenize(text, { start: 1, end: 5 }).tokens.map(({ start, end }) => text.slice(start, end))).toEqual([
    'a',
    ';',
    'b',
  ]);
  expect(tokenize(text, { start: 4, end: 9 }).tokens).toEqual([
    { kind: 'word', start: 4, end: 5 },
    { kind: 'word', start: 6, end: 7 },
    { kind: 'string', start: 7, end: 9 },
  ]);
});

test('a BOM is no token', () => {
  expect(tokenize('\ufeffa').tokens).toEqual([{ kind: 'word', start: 1, end: 2 }]);
});

test('hostile text takes linear time', () => {
  const before = performance.now();
  for (const part of [
    '{{',
    '${',
    "'",
    '$a',
    '$',
    '/*',
    '(;',
    '"',
    "E'",
    '-',
    '+',
    ':',
    '.',
    '0x',
    '1_',
    "''\n",
    'U&',
  ]) {
    tokenize(part.repeat(200_000));
  }
  // a quadratic scan of one of these takes minutes
  expect(performance.now() - before).toBeLessThan(10_000);
});
