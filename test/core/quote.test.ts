import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dollarQuote, quoteIdent, quoteLiteral } from '@idempotify/core';

let database: PGlite;

beforeAll(async () => {
  database = await PGlite.create();
});
afterAll(() => database.close());

async function rows<T>(sql: string, parameters: unknown[] = []): Promise<T[]> {
  return (await database.query<T>(sql, parameters)).rows;
}

describe('quoteIdent is quote_ident()', () => {
  test('for every keyword', async () => {
    const words = await rows<{ word: string; quoted: string }>(
      'SELECT word, quote_ident(word) AS quoted FROM pg_get_keywords()',
    );
    expect(words.length).toBeGreaterThan(450);
    expect(words.map(({ word }) => quoteIdent(word))).toEqual(words.map(({ quoted }) => quoted));
  });

  test.each([
    '',
    'a',
    '_a1',
    '1a',
    'A',
    'a b',
    'a"b',
    '""',
    'a$',
    'größe',
    '😀',
    'a-b',
    'a.b',
    "a'b",
    'a\\b',
    'User',
    'a\n',
    ' a',
  ])('for %j', async (name) => {
    const [row] = await rows<{ quoted: string }>('SELECT quote_ident($1) AS quoted', [name]);
    expect(quoteIdent(name)).toBe(row!.quoted);
  });

  test('refuses NUL', () => {
    expect(() => quoteIdent('a\0b')).toThrow(RangeError);
  });
});

const TEXTS = [
  '',
  'a',
  "it's",
  "''",
  '\\',
  "\\'",
  'a\\nb',
  'größe 😀',
  '\r\n\t',
  '$$',
  '$',
  'a$',
  '$q$',
  '$q',
  "E'x'",
  '--',
  '/*',
  '$q$q$',
  '$q_1$',
];

describe('quoteLiteral is quote_literal()', () => {
  test.each(TEXTS)('for %j', async (text) => {
    const [row] = await rows<{ quoted: string }>('SELECT quote_literal($1) AS quoted', [text]);
    expect(quoteLiteral(text)).toBe(row!.quoted);
    const [back] = await rows<{ value: string }>(`SELECT ${quoteLiteral(text)} AS value`);
    expect(back!.value).toBe(text);
  });

  test('refuses NUL', () => {
    expect(() => quoteLiteral('a\0b')).toThrow(RangeError);
  });
});

describe('dollarQuote', () => {
  test.each(TEXTS.flatMap((text) => ['', 'q', 'größe'].map((tag) => [text, tag] as const)))(
    '%j in $%s$ is itself',
    async (text, tag) => {
      const [back] = await rows<{ value: string }>(`SELECT ${dollarQuote(text, tag)} AS value`);
      expect(back!.value).toBe(text);
    },
  );

  test('takes the wanted tag when it can, and else the next', () => {
    expect(dollarQuote('a', 'q')).toBe('$q$a$q$');
    expect(dollarQuote('a $q$', 'q')).toBe('$q_1$a $q$$q_1$');
    expect(dollarQuote('a', 'q', 'b $q$ c', '$q_1$')).toBe('$q_2$a$q_2$');
    expect(dollarQuote('a$', '')).toBe('$_1$a$$_1$');
    expect(dollarQuote('a$q', 'q')).toBe('$q_1$a$q$q_1$');
  });

  test('refuses NUL and what is no tag', () => {
    expect(() => dollarQuote('\0', 'q')).toThrow(RangeError);
    for (const tag of ['1a', 'a b', 'a$', "'", 'a-b']) expect(() => dollarQuote('x', tag)).toThrow(RangeError);
  });
});
