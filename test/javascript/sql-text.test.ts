/** SQL in expressions of JavaScript: what it means, where each character of it stands, and how edits are written back. */
import { applyEdits } from '@idempotify/core';
import { Scope, SqlText, parseJavaScript, sqlOf, unwrap, type Node } from '@idempotify/javascript';
import { describe, expect, it } from 'vitest';

/** The SQL of the expression that the last statement of a file is. */
function read(source: string, path = 'a.ts'): { sql: SqlText; scope: Scope } {
  const parsed = parseJavaScript(source, path);
  if (parsed.kind === 'broken') throw new Error(parsed.problem.message);
  const scope = new Scope(parsed.program, source);
  const last = parsed.program.body[parsed.program.body.length - 1] as Node;
  const sql = sqlOf(unwrap(last['expression']), scope);
  if (!sql) throw new Error('no SQL');
  return { sql, scope };
}

/** The places of a piece of SQL in the file, as what stands there. */
const placeOf = (source: string, piece: string): string => {
  const { sql } = read(source);
  const at = sql.text.indexOf(piece);
  return source.slice(sql.sourceOf(at), sql.sourceOf(at + piece.length, 'end'));
};

/** The file after a piece of its SQL has been replaced; undefined when that can't be written. */
const replaced = (source: string, piece: string, by: string, escape?: (sql: string) => string): string | undefined => {
  const { sql } = read(source);
  const start = sql.text.indexOf(piece);
  if (start < 0) throw new Error(`no ${piece} in ${sql.text}`);
  const edits = sql.toEdits([{ start, end: start + piece.length, text: by }], source, escape);
  return edits && applyEdits(source, edits);
};

describe('what it means', () => {
  it.each([
    ['a string', `'SELECT 1';`, 'SELECT 1'],
    ['escapes', String.raw`'a\'b\n\t\\\x41\u00e9\u{1F600}\0\q';`, "a'b\n\t\\Aé😀\0q"],
    ['continued lines', "'a\\\nb\\\r\nc';", 'abc'],
    ['octal digits', String.raw`'\101\60';`, 'A0'],
    ['a template', '`SELECT\n"a"`;', 'SELECT\n"a"'],
    ['CRLF in a template', '`a\r\nb\rc`;', 'a\nb\nc'],
    ['a brace behind an expression', '`a ${b}}c ${d}\r\n}`;', 'a _idem_expr_1_}c _idem_expr_2_\n}'],
    ['an escaped backtick', '`a\\`b\\${c}`;', 'a`b${c}'],
    ['concatenation', `'a' + "b" + \`c\`;`, 'abc'],
    ['a number', `'LIMIT ' + 3;`, 'LIMIT 3'],
    ['a constant', `const t = 'users';\n\`SELECT * FROM \${t}\`;`, 'SELECT * FROM users'],
    ['what TypeScript says of it', `('a' as string)!;`, 'a'],
    ['trim and dedent', '`  a `.trim();', '  a '],
    ['a list', `['a', 'b'].join('; ');`, 'a; b'],
    [
      'what is not known',
      '`SELECT ${x} FROM ${y} WHERE ${x}`;',
      'SELECT _idem_expr_1_ FROM _idem_expr_2_ WHERE _idem_expr_1_',
    ],
    ['the same expression in another spelling', '`${a[ 0 ]} ${a[  0 ]}`;', '_idem_expr_1_ _idem_expr_1_'],
    ['two names that are the same word', 'f((x) => x, `${x}`);\n`${x}${y}`;', '_idem_expr_1__idem_expr_2_'],
    ['a call gives another value each time', '`${f()} ${f()}`;', '_idem_expr_1_ _idem_expr_2_'],
    [
      'and so may a variable',
      'let a = 1; a++;\n`${a} ${a} ${b} ${b}`;',
      '_idem_expr_1_ _idem_expr_2_ _idem_expr_3_ _idem_expr_3_',
    ],
  ])('%s', (_title, source, expected) => {
    expect(read(source).sql.text).toBe(expected);
  });
  it.each([['f();'], ['x;'], ['a ? "b" : "c";'], ['1 - 2;'], ['[a].join("");'], ['let a = "b"; a;']])(
    '%s is not written down',
    (source) => {
      expect(() => read(source)).toThrow('no SQL');
    },
  );
  it('a thousand literals in a row', () => {
    const lines = Array.from({ length: 1000 }, (_, index) => `'${index},'`);
    const source = `${lines.join(' +\n')} + x;`;
    const { sql } = read(source);
    expect(sql.text).toBe(`${Array.from({ length: 1000 }, (_, index) => `${index},`).join('')}_idem_expr_1_`);
    const at = sql.text.indexOf('999');
    expect(source.slice(sql.sourceOf(at), sql.sourceOf(at + 3, 'end'))).toBe('999');
  });
  it('a name that hides a constant is not that constant', () => {
    const { sql } = read(`const t = 'a';\n((t) => t)(1);\n'x' + t;`);
    expect(sql.text).toBe('xa');
    expect(read(`let t = 'a';\n'x' + t;`).sql.text).toBe('x_idem_expr_1_');
  });
});

describe('where it stands', () => {
  it.each([
    ['behind letters of other alphabets', `'é😀日 SELECT 1';`, 'SELECT', 'SELECT'],
    ['behind escapes', String.raw`'it\'s \u00e9 SELECT 1';`, 'SELECT', 'SELECT'],
    ['an escape', String.raw`'it\'s';`, "'", String.raw`\'`],
    ['half of a pair is the whole escape', String.raw`'a\u{1F600}b';`, '😀', String.raw`\u{1F600}`],
    ['behind CRLF', '`a\r\n\r\nSELECT`;', 'SELECT', 'SELECT'],
    ['over CRLF', '`a\r\nb`;', 'a\nb', 'a\r\nb'],
    ['an expression', '`SELECT ${a} FROM b`;', '_idem_expr_1_', 'a'],
    ['behind an expression', '`SELECT ${a} FROM b`;', 'FROM', 'FROM'],
    ['the second of two literals', `'a ' + 'b';`, 'b', 'b'],
    ['over the seam', `'a ' + 'b';`, 'a b', `a ' + 'b`],
    ['a constant that is used once, where it is set', `const t = 'users';\n'SELECT ' + t;`, 'users', 'users'],
    ['one that is used twice, where it is used', `const t = 'users'; f(t);\n'SELECT ' + t;`, 'users', 't'],
  ])('%s', (_title, source, piece, expected) => {
    expect(placeOf(source, piece)).toBe(expected);
  });
  it('with the BOM counted in', () => {
    expect(placeOf(`\ufeff'SELECT 1';`, 'SELECT')).toBe('SELECT');
  });
  it('a range over several places is none', () => {
    const source = `const t = 'users';\n'SELECT ' + t;`;
    const { sql } = read(source);
    const start = source.indexOf("'SELECT");
    expect(sql.rangeOf(0, sql.text.length, { start, end: source.length - 1 })).toBeUndefined();
    expect(sql.rangeOf(0, 6, { start, end: source.length - 1 })).toEqual({ start: start + 1, end: start + 7 });
  });
  it('parts keep their places', () => {
    const source = String.raw`'\'; SELECT 1; é SELECT 2';`;
    const { sql } = read(source);
    const part = sql.slice(sql.text.indexOf('SELECT 2'));
    expect(source.slice(part.sourceOf(0), part.sourceOf(part.text.length, 'end'))).toBe('SELECT 2');
    expect(part.places).toEqual([{ start: source.indexOf('SELECT 2'), end: source.length - 2 }]);
  });
});

describe('edits', () => {
  it.each([
    ['in single quotes', `'DROP TABLE a';`, 'a', `"it's"`, String.raw`'DROP TABLE "it\'s"';`],
    ['in double quotes', `"DROP TABLE a";`, 'a', `"it's"`, String.raw`"DROP TABLE \"it's\"";`],
    ['in a template', '`DROP TABLE a`;', 'a', '`${b}\\', '`DROP TABLE \\`\\${b}\\\\`;'],
    ['several lines in quotes make a template', `'DROP TABLE a';`, 'a', 'b\nc', '`DROP TABLE b\nc`;'],
    ['whose other characters stay the same', String.raw`'a \' $\{x} ${'`'} \n b';`, 'b', 'c\nd', 'x'],
    ['over an escape', String.raw`'a \' b';`, `a ' b`, 'c', `'c';`],
    ['an expression can not be overwritten', '`a ${b} c`;', 'a _idem_expr_1_', 'x', undefined],
    ['nor the seam of two literals', `'a ' + 'b';`, 'a b', 'x', undefined],
    ['nor a constant that others use', `const t = 'a'; f(t);\n'b ' + t;`, 'a', 'x', undefined],
    ['a constant of its own can', `const t = 'a';\n'b ' + t;`, 'a', 'x', `const t = 'x';\n'b ' + t;`],
  ])('%s', (title, source, piece, by, expected) => {
    const after = replaced(source, piece, by);
    if (title.startsWith('whose')) {
      const { sql } = read(source);
      expect(read(after!).sql.text).toBe(sql.text.replace('b', 'c\nd'));
    } else expect(after).toBe(expected);
  });
  it('are escaped for the tool as well', () => {
    expect(replaced(`'a';`, 'a', 'b ? c', (sql) => sql.replaceAll('?', '\\?'))).toBe(String.raw`'b \\? c';`);
  });
  it('several in one literal', () => {
    const source = `'CREATE TABLE a (); CREATE TABLE b ();';`;
    const { sql } = read(source);
    const edits = [...sql.text.matchAll(/CREATE TABLE/g)].map(({ index }) => ({
      start: index,
      end: index + 12,
      text: 'CREATE\nTABLE',
    }));
    const after = applyEdits(source, sql.toEdits(edits, source)!);
    expect(after).toBe('`CREATE\nTABLE a (); CREATE\nTABLE b ();`;');
  });
  it('an insertion stands where it is meant, next to an escape as well', () => {
    const source = String.raw`'a\'';`;
    const { sql } = read(source);
    const put = (at: number): string => applyEdits(source, sql.toEdits([{ start: at, end: at, text: '-' }], source)!);
    expect([0, 1, 2].map(put)).toEqual([String.raw`'-a\'';`, String.raw`'a-\'';`, String.raw`'a\'-';`]);
  });
});
