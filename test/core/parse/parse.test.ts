import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ParsedSql, type Range, type Statement, parseSql, tokenize } from '@idempotify/core';
import { allCases } from './cases.ts';

interface Parser {
  loadModule(): Promise<void>;
  parseSync(text: string): { stmts?: { stmt: Record<string, unknown>; stmt_location?: number; stmt_len?: number }[] };
}

const require = createRequire(new URL('../../../packages/core/package.json', import.meta.url));
const libpg = require('libpg-query') as Parser;

beforeAll(() => libpg.loadModule());

const cut = (text: string, { start, end }: Range): string => text.slice(start, end);

/** Tag (or `!` when broken) and text of every statement, with `;` where it has one. */
function outline(text: string, ranges?: readonly Range[]): string[] {
  return parseSql(text, ranges ? { ranges } : {}).statements.map(
    (statement) => `${statement.tag || '!'} ${cut(text, statement.range)}${statement.hasSemicolon ? ';' : ''}`,
  );
}

/** Place, kind and message of every problem. */
function complaints(text: string, ranges?: readonly Range[]): string[] {
  return parseSql(text, ranges ? { ranges } : {}).problems.map(
    ({ line, column, kind, message }) => `${line}:${column} ${kind} ${message}`,
  );
}

/** What holds for every result, whatever the text. */
function expectSound(parsed: ParsedSql, name: string): void {
  let at = 0;
  let joined = '';
  parsed.statements.forEach((statement, index) => {
    expect(statement.index, name).toBe(index);
    expect(statement.range.start, name).toBeGreaterThanOrEqual(at);
    expect(statement.range.end, name).toBeGreaterThan(statement.range.start);
    expect(statement.end, name).toBeGreaterThanOrEqual(statement.range.end);
    expect(statement.hasSemicolon, name).toBe(statement.end > statement.range.end);
    if (statement.hasSemicolon) expect(parsed.text[statement.end - 1], name).toBe(';');
    for (const comment of statement.leading) {
      expect(comment.start, name).toBeGreaterThanOrEqual(at);
      expect(comment.end, name).toBeLessThanOrEqual(statement.range.start);
    }
    expect(statement.tag === '', name).toBe(statement.problem !== undefined);
    expect(statement.node === null, name).toBe(statement.problem !== undefined);
    if (statement.problem) expect(parsed.problems, name).toContain(statement.problem);
    joined += parsed.text.slice(at, statement.range.start) + cut(parsed.text, statement.range);
    at = statement.range.end;
  });
  expect(joined + parsed.text.slice(at), name).toBe(parsed.text);
}

/** The statements of a text that parses are libpg's, to the byte; between them there is nothing but `;` and comments. */
function expectExact(text: string, name: string): void {
  const parsed = parseSql(text);
  expectSound(parsed, name);
  const bom = text.startsWith('\ufeff') ? 1 : 0;
  const bytes = Buffer.from(text.slice(bom));
  const stmts = libpg.parseSync(text.slice(bom)).stmts ?? [];
  expect(
    parsed.statements.map(({ tag, node }) => ({ [tag]: node as unknown })),
    name,
  ).toEqual(stmts.map(({ stmt }) => stmt));
  let gap = bom;
  stmts.forEach((stmt, i) => {
    const statement = parsed.statements[i]!;
    const start = stmt.stmt_location ?? 0;
    const own = bytes.toString('utf8', start, stmt.stmt_len === undefined ? bytes.length : start + stmt.stmt_len);
    const ours = cut(text, statement.range);
    expect(own.startsWith(ours), name).toBe(true);
    expect(tokenize(own.slice(ours.length)).tokens, name).toEqual([]);
    expect(statement.range.start, name).toBe(bom + bytes.toString('utf8', 0, start).length);
    expect(statement.offsetOf(start), name).toBe(statement.range.start);
    expect(ours, name).toBe(ours.trim());
    expect(statement.hasSemicolon, name).toBe(stmt.stmt_len !== undefined);
    expectOnlySemicolons(text, gap, statement.range.start, name);
    gap = statement.range.end;
  });
  expectOnlySemicolons(text, gap, text.length, name);
}

function expectOnlySemicolons(text: string, start: number, end: number, name: string): void {
  const { tokens } = tokenize(text, { start, end });
  expect(
    tokens.map((token) => cut(text, token)).filter((token) => token !== ';'),
    name,
  ).toEqual([]);
}

/** A small generator of pseudo-random numbers, so that a failure can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const SOUND = [
  'SELECT 1',
  `SELECT 'it''s; -- "', "a;""b" FROM t`,
  'CREATE TABLE "größe😀" (/* x; */ "ä" int DEFAULT 1, b text -- ;\n)',
  'CREATE TABLE t (id serial PRIMARY KEY)',
  "DO $ü$ BEGIN RAISE NOTICE 'a;b'; END $ü$",
  String.raw`SELECT E'\'; 😀', U&'d\0061t', U&"d\0061t", B'01', X'1F', N'x', 1e5, 0x1F, 1_000, a[1:2], b::text`,
  "SELECT 'a'\n  'b;'",
  'CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO a VALUES (1); DELETE FROM b;)',
  'CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN a > 1 THEN 1 END AS end; SELECT 2; END',
  'CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (1); END',
  "INSERT INTO t VALUES ('😀😀', '\u00e9')\r\nRETURNING *",
];
const GAPS = [
  '',
  ' ',
  '\n',
  '\r\n\r\n',
  ' -- c; \n',
  '/* a /* b; */ */',
  "\n-- ü😀 '\n",
  ' /* "x */ \n\t',
  ';',
  '\n;\n',
];
const BROKEN = [
  'SELEC 1',
  'CREATE TABLE t (a int',
  'SELECT FROM WHERE ü',
  'ALTER TABLE t ADD COLUMN',
  'SELECT (1))',
  'FOO 😀',
];

describe('statements', () => {
  const cases = allCases();
  test.skipIf(cases.length === 0)('are those of PostgreSQL in every case', () => {
    expect(cases.length).toBeGreaterThan(100);
    for (const { name, sql } of cases) expectExact(sql, name);
  });

  test('are those of PostgreSQL in generated texts', () => {
    const pick = random(1);
    for (let round = 0; round < 400; round++) {
      let text = pick(5) === 0 ? '\ufeff' : '';
      text += GAPS[pick(GAPS.length)]!;
      const expected: string[] = [];
      for (let n = pick(6); n >= 0; n--) {
        const statement = SOUND[pick(SOUND.length)]!;
        expected.push(statement);
        text += statement + (n > 0 || pick(2) ? `${GAPS[pick(GAPS.length - 2)]!};` : '') + GAPS[pick(GAPS.length)]!;
      }
      expectExact(text, text);
      const { statements } = parseSql(text);
      expect(
        statements.map(({ range }) => cut(text, range)),
        text,
      ).toEqual(expected);
    }
  });

  test('survive broken neighbours', () => {
    const pick = random(2);
    for (let round = 0; round < 200; round++) {
      let text = pick(5) === 0 ? '\ufeff' : '';
      const expected: string[] = [];
      const count = 1 + pick(6);
      const bad = pick(count);
      for (let n = 0; n < count; n++) {
        const broken = n === bad || pick(4) === 0;
        const statement = broken ? BROKEN[pick(BROKEN.length)]! : SOUND[pick(SOUND.length)]!;
        expected.push(`${broken ? '!' : '='} ${statement}`);
        text += `${GAPS[pick(GAPS.length)]!}${statement}${GAPS[pick(GAPS.length - 2)]!};`;
      }
      text += GAPS[pick(GAPS.length)]!;
      const parsed = parseSql(text);
      expectSound(parsed, text);
      expect(
        parsed.statements.map(({ tag, range }) => `${tag ? '=' : '!'} ${cut(text, range)}`),
        text,
      ).toEqual(expected);
      expect(parsed.problems.length, text).toBe(expected.filter((line) => line.startsWith('!')).length);
      for (const statement of parsed.statements) {
        if (!statement.tag) continue;
        const alone = libpg.parseSync(cut(text, statement.range)).stmts![0]!.stmt;
        // locations differ, as the text before differs
        const strip = (node: unknown) =>
          JSON.stringify(node)
            .replaceAll(/"(?:\w*_)?location":\d+,?/g, '')
            .replaceAll(',}', '}');
        expect(strip({ [statement.tag]: statement.node as unknown }), text).toBe(strip(alone));
      }
    }
  });

  test.each(['', ' \n', '-- only a comment\n', ';;\n;', '\ufeff', '/* a */ ;'])('%j has none', (text) => {
    expect(parseSql(text)).toEqual({ text, statements: [], problems: [], placeholders: [] });
  });

  test('locations are offsets in the file', () => {
    for (const prefix of ['', '\ufeff', "SELECT 'ä😀';\r\n", '-- 😀\n', "\ufeffSELEC '😀'; "]) {
      const text = `${prefix}ALTER TABLE "größe" /* 😀 */ ADD COLUMN 表 int DEFAULT länge('é'), ADD "ü" my_type;`;
      const statement = parseSql(text).statements.at(-1)!;
      expect(statement.tag).toBe('AlterTableStmt');
      const found: string[] = [];
      const visit = (node: unknown): void => {
        if (node === null || typeof node !== 'object') return;
        const { location } = node as { location?: unknown };
        if (typeof location === 'number' && location >= 0)
          found.push(text.slice(statement.offsetOf(location)).split(/[ (,);]/)[0]!);
        for (const value of Object.values(node)) visit(value);
      };
      visit(statement.node);
      expect(found.sort(), prefix).toEqual(
        ['"größe"', '"ü"', "'é'", 'DEFAULT', 'int', 'länge', 'my_type', '表'].sort(),
      );
      expect(statement.offsetOf(-1)).toBe(statement.range.start);
    }
  });

  test('tokens are those of the statement alone', () => {
    const text = '-- a\nSELECT /* b */ \'x;\'\r\n, "ü" ; SELECT 2';
    const [first, second] = parseSql(text).statements as [Statement, Statement];
    expect(first.tokens.map((token) => cut(text, token))).toEqual(['SELECT', "'x;'", ',', '"ü"']);
    expect(second.tokens.map((token) => cut(text, token))).toEqual(['SELECT', '2']);
    expect(first.tokens).toBe(first.tokens);
  });
});

describe('comments', () => {
  function leading(text: string): string[][] {
    return parseSql(text).statements.map((statement) => statement.leading.map((comment) => cut(text, comment)));
  }

  const own = [
    '/* file */ -- first',
    '-- second',
    'CREATE TABLE a (/* in a */ id int -- in a too',
    ') /* still a */ ; -- behind a',
    '-- b1',
    '',
    '/* b2',
    '*/ SELECT 1; /* behind b */ /* also behind b */',
    'SELECT 2;',
    ';; -- behind nothing',
    '-- d',
    'SELECT 3 -- end of d',
    '-- end of file',
  ];

  test.each(['\n', '\r\n', '\r'])('belong to the statement behind them, lines ending with %j', (newline) => {
    const expected = [['/* file */', '-- first', '-- second'], ['-- b1', `/* b2${newline}*/`], [], ['-- d']];
    expect(leading(own.join(newline))).toEqual(expected);
  });

  test('belong to the same ones when something is broken', () => {
    const text = own.join('\n').replace('SELECT 2', 'SELEC 2');
    expect(leading(text)).toEqual([['/* file */', '-- first', '-- second'], ['-- b1', '/* b2\n*/'], [], ['-- d']]);
    expect(leading(`-- x\nSELEC;\n-- y\nSELECT 1; -- z\nSELEC -- inside\n2`)).toEqual([['-- x'], ['-- y'], []]);
  });

  test('stay in their range', () => {
    const text = '-- a\nSELECT 1;\n-- b\n#-- c\nSELECT 2;';
    const border = text.indexOf('#');
    const parsed = parseSql(text, {
      ranges: [
        { start: 0, end: border },
        { start: border + 1, end: text.length },
      ],
    });
    expect(parsed.statements.map(({ leading: own }) => own.map((comment) => cut(text, comment)))).toEqual([
      ['-- a'],
      ['-- c'],
    ]);
  });
});

describe('broken statements', () => {
  test('have the message and the place that PostgreSQL gives', () => {
    const text = "\ufeffSELECT 'ä😀';\r\nCREATE TABLE t (a int,);\r\n  SELECT '😀😀', foo bar baz;\nSELECT 1";
    expect(outline(text)).toEqual([
      "SelectStmt SELECT 'ä😀';",
      '! CREATE TABLE t (a int,);',
      "! SELECT '😀😀', foo bar baz;",
      'SelectStmt SELECT 1',
    ]);
    expect(complaints(text)).toEqual([
      '2:23 syntax syntax error at or near ")"',
      '3:26 syntax syntax error at or near "baz"',
    ]);
    expect(parseSql(text).problems.map((problem) => cut(text, problem))).toEqual([')', 'baz']);
  });

  test('may be cut off', () => {
    expect(complaints('SELECT 1;\nCREATE TABLE  \n')).toEqual(['2:13 syntax syntax error at end of input']);
    expect(complaints('SELECT 1;\nCREATE TABLE ;\n')).toEqual(['2:14 syntax syntax error at or near ";"']);
  });

  test.each([
    ["'abc", 'unterminated quoted string at or near "\'abc…'],
    ["E'abc\\'", "unterminated quoted string at or near \"E'abc\\'…"],
    ['"abc', 'unterminated quoted identifier at or near ""abc…'],
    ['/* /* */', 'unterminated /* comment at or near "/* /* */…'],
    ['$a$ $b$', 'unterminated dollar-quoted string at or near "$a$ $b$…'],
  ])('unterminated %s', (open, message) => {
    const text = `SELECT 1;\n  SELECT ${open}\nx;`;
    expect(outline(text)).toEqual(['SelectStmt SELECT 1;', `! SELECT ${open}\nx;`]);
    expect(complaints(text)).toEqual([`2:10 syntax ${message}`]);
  });

  test('an open parenthesis takes no other statement with it', () => {
    expect(outline('CREATE TABLE t (a int;\nCREATE TABLE u (b int);')).toEqual([
      '! CREATE TABLE t (a int;',
      'CreateStmt CREATE TABLE u (b int);',
    ]);
  });

  test('bodies with semicolons stay whole, broken or not', () => {
    const rule = 'CREATE OR REPLACE RULE r AS ON INSERT TO t DO (INSERT INTO a VALUES (1); DELETE FROM b);';
    const routine = 'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN t.end END; SELECT 2; END;';
    expect(outline(`SELEC;${rule}${routine}SELECT 1;`)).toEqual([
      '! SELEC;',
      `RuleStmt ${rule}`,
      `CreateFunctionStmt ${routine}`,
      'SelectStmt SELECT 1;',
    ]);
    // the actions of a broken body must not be taken for statements of the file
    const broken = rule.replace('INTO a', 'INT a');
    expect(outline(`${broken} SELECT 1`)).toEqual([`! ${broken}`, 'SelectStmt SELECT 1']);
    const unclosed = routine.replace(' END;', '').replace('SELECT 2; END', 'DELETE FROM x');
    expect(outline(`${unclosed} SELECT 1`)).toEqual([`! ${unclosed} SELECT 1`]);
  });

  test('limits of the parser', () => {
    const deep = `SELECT ${'('.repeat(20_000)}1${')'.repeat(20_000)}`;
    const long = `SELECT 1${'+1'.repeat(100_000)}`;
    const text = `SELECT 0;\n${deep};\nSELECT 1;\n${long};\nSELECT 2`;
    const parsed = parseSql(text);
    expect(parsed.statements.map(({ tag }) => tag)).toEqual(['SelectStmt', '', 'SelectStmt', '', 'SelectStmt']);
    expect(parsed.problems.map(({ line, message }) => `${line} ${message}`)).toEqual([
      "2 this is too large or too deeply nested for PostgreSQL's parser (memory exhausted)",
      "4 this is too large or too deeply nested for PostgreSQL's parser (Maximum call stack size exceeded)",
    ]);
    expect(outline('SELECT 1; SELEC')).toEqual(['SelectStmt SELECT 1;', '! SELEC']);
  });

  test('reaching a limit again and again leaves the parser intact', () => {
    // each of these ends in a JavaScript exception in the middle of the C code, which costs it some of its stack
    const long = `SELECT 1${'+1'.repeat(20_000)}; SELECT 1`;
    for (let i = 0; i < 25; i++) expect(parseSql(long).statements.map(({ tag }) => tag)).toEqual(['', 'SelectStmt']);
  });

  test('thousands of errors leave the parser intact', () => {
    const parsed = parseSql('SELEC 1; SELECT 2; '.repeat(5_000));
    expect(parsed.problems.length).toBe(5_000);
    expect(parsed.statements.filter(({ tag }) => tag === 'SelectStmt').length).toBe(5_000);
  });

  test('control characters inside of a literal are fine', () => {
    expect(outline("SELECT '\u0001\u007f\u0085\u2028\ufeff\ufffd', E'\\u00e9\\x01'")).toEqual([
      "SelectStmt SELECT '\u0001\u007f\u0085\u2028\ufeff\ufffd', E'\\u00e9\\x01'",
    ]);
  });
});

describe('NUL and lone surrogates', () => {
  test('break their statement only', () => {
    const text = "SELECT 1;\nSELECT '\0';\nSELECT '\ud83d';\nSELECT '😀'";
    expect(outline(text)).toEqual([
      'SelectStmt SELECT 1;',
      "! SELECT '\0';",
      "! SELECT '\ud83d';",
      "SelectStmt SELECT '😀'",
    ]);
    expect(complaints(text)).toEqual([
      '2:9 nul contains a NUL character, which PostgreSQL does not accept in SQL',
      '3:9 encoding contains half of a surrogate pair, which is not valid Unicode',
    ]);
  });

  test('are seen outside of statements, too', () => {
    expect(complaints('SELECT 1; -- \0\nSELECT 2')).toEqual([
      '1:14 nul contains a NUL character, which PostgreSQL does not accept in SQL',
    ]);
    expect(complaints('-- \0')).toEqual(['1:4 nul contains a NUL character, which PostgreSQL does not accept in SQL']);
    expect(complaints('SELEC; -- \udc00\nSELECT 2').length).toBe(2);
  });
});

describe('psql', () => {
  test('the commands of a dump', () => {
    const text = [
      '--',
      '-- PostgreSQL database dump',
      '--',
      '',
      "\\restrict it's",
      '',
      'SET statement_timeout = 0;',
      'COPY public.t (a, b) FROM stdin;',
      "1\tit's; SELECT 1;",
      '\\N\t-- x',
      '\\.',
      '',
      '-- view',
      'CREATE VIEW v AS SELECT 1;',
      '\\connect x; DROP TABLE t;',
      '\\unrestrict x',
      '',
    ].join('\n');
    expect(outline(text)).toEqual([
      "! \\restrict it's",
      'VariableSetStmt SET statement_timeout = 0;',
      'CopyStmt COPY public.t (a, b) FROM stdin;',
      "! 1\tit's; SELECT 1;\n\\N\t-- x\n\\.",
      'ViewStmt CREATE VIEW v AS SELECT 1;',
      '! \\connect x; DROP TABLE t;',
      '! \\unrestrict x',
    ]);
    expect(complaints(text)).toEqual([
      '5:1 syntax \\restrict is a command of psql, not SQL: only psql can run it',
      '9:1 syntax the data of COPY … FROM stdin is not SQL: only psql can run it',
      '15:1 syntax \\connect is a command of psql, not SQL: only psql can run it',
      '16:1 syntax \\unrestrict is a command of psql, not SQL: only psql can run it',
    ]);
    expect(parseSql(text).statements[4]!.leading.map((comment) => cut(text, comment))).toEqual(['-- view']);
  });

  test('a command ends the statement in front of it', () => {
    expect(outline('SELECT 1 \\gset\nSELECT 2;')).toEqual(['SelectStmt SELECT 1', '! \\gset', 'SelectStmt SELECT 2;']);
  });

  test('COPY without data, with empty data and with CRLF', () => {
    expect(outline('COPY t FROM stdin;\nSELECT 1; SELEC')).toEqual([
      'CopyStmt COPY t FROM stdin;',
      'SelectStmt SELECT 1;',
      '! SELEC',
    ]);
    expect(outline('COPY t FROM stdin;\n\\.\nSELECT 1')).toEqual([
      'CopyStmt COPY t FROM stdin;',
      '! \\.',
      'SelectStmt SELECT 1',
    ]);
    expect(outline('COPY t FROM stdin;\r\na\r\n\\.\r\nSELECT 1')).toEqual([
      'CopyStmt COPY t FROM stdin;',
      '! a\r\n\\.',
      'SelectStmt SELECT 1',
    ]);
  });
});

describe('placeholders', () => {
  const found = (text: string): string[] => {
    const { placeholders } = parseSql(text);
    for (const placeholder of placeholders) expect(cut(text, placeholder)).toBe(placeholder.text);
    return placeholders.map(({ text: name }) => name);
  };

  test.each([
    ['{{ .Schema }}', 'CREATE TABLE {{ .Schema }}.t (a int)'],
    ['{{ quote ";" }}', 'SELECT {{ quote ";" }} FROM t'],
    ['${flyway:user}', 'GRANT SELECT ON t TO ${flyway:user}'],
    [':name', 'SELECT * FROM t WHERE a = :name'],
    [":'name'", "SELECT :'name'"],
    [':"name"', 'SELECT * FROM :"name"'],
  ])('%s', (placeholder, statement) => {
    const text = `SELECT 1;\n${statement};\nSELECT 2;`;
    expect(outline(text)).toEqual(['SelectStmt SELECT 1;', `! ${statement};`, 'SelectStmt SELECT 2;']);
    expect(found(text)).toEqual([placeholder]);
    expect(parseSql(text).problems).toEqual([
      {
        kind: 'placeholder',
        message: `contains the placeholder ${placeholder}: it is SQL only after a tool has filled it in`,
        start: text.indexOf(placeholder),
        end: text.indexOf(placeholder) + placeholder.length,
        line: 2,
        column: statement.indexOf(placeholder) + 1,
      },
    ]);
  });

  test.each([
    'SELECT a::text FROM WHERE',
    'SELECT f(a := 1) FROM WHERE',
    'SELECT a[1:n], a[n:m] FROM WHERE',
    "SELECT ':a', ':''b''' FROM WHERE -- :c",
    'SELECT "a:b" FROM WHERE /* :c */',
    'SELECT $$ :a $$ FROM WHERE',
    'SELECT a : b FROM WHERE',
    'SELECT 1 :2 FROM WHERE',
  ])('not in %s', (statement) => {
    expect(parseSql(statement).placeholders).toEqual([]);
    expect(parseSql(statement).problems.map(({ kind }) => kind)).toEqual(['syntax']);
  });

  test('in a statement that parses they are just listed', () => {
    const text = `SELECT '{{ a }}', "\${b}", $$ {{c}} :d $$, ':e', '{{1,2},{3,4}}'::int[], '{{"a"}}'::text[] -- {{ f }}\n; SELECT 1`;
    expect(outline(text).map((line) => line.split(' ')[0])).toEqual(['SelectStmt', 'SelectStmt']);
    expect(found(text)).toEqual(['{{ a }}', '${b}', '{{c}}', '{{ f }}']);
    expect(parseSql(text).problems).toEqual([]);
    // inside a literal they do not explain a syntax error
    expect(complaints(`SELEC '{{ a }}'`)).toEqual(['1:1 syntax syntax error at or near "SELEC"']);
    expect(found(`SELEC '{{ a }}'; SELECT {{b}}, '{{ c }}'; SELECT '\${d}'`)).toEqual([
      '{{ a }}',
      '{{b}}',
      '{{ c }}',
      '${d}',
    ]);
  });
});

describe('ranges', () => {
  test('no statement crosses a border', () => {
    const text = 'SELECT 1\n--> x\nSELECT 2; SELECT 3';
    const border = text.indexOf('-->');
    const ranges = [
      { start: text.indexOf('SELECT 2'), end: text.length },
      { start: 0, end: border },
    ];
    expect(outline(text, ranges)).toEqual(['SelectStmt SELECT 1', 'SelectStmt SELECT 2;', 'SelectStmt SELECT 3']);
    expect(parseSql(text, { ranges }).statements.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(
      outline('SELECT 1; SELECT 2', [
        { start: 0, end: 14 },
        { start: 14, end: 18 },
      ]),
    ).toEqual(['SelectStmt SELECT 1;', '! SELE', '! CT 2']);
    expect(outline("'SELECT 1;'", [{ start: 1, end: 10 }])).toEqual(['SelectStmt SELECT 1;']);
  });

  test('what is outside is not read', () => {
    const text = '\ufeffnot SQL \0 {{x}} \\y\nSELECT 1; 😀 SELECT é;';
    const start = text.indexOf('SELECT');
    const parsed = parseSql(text, {
      ranges: [
        { start, end: start + 9 },
        { start: text.indexOf('😀') + 2, end: text.length },
      ],
    });
    expect(parsed.problems).toEqual([]);
    expect(parsed.placeholders).toEqual([]);
    expectSound(parsed, text);
    expect(parsed.statements.map(({ range }) => cut(text, range))).toEqual(['SELECT 1', 'SELECT é']);
    expect(parseSql(text, { ranges: [] }).statements).toEqual([]);
  });

  test('a BOM at the start of the first range is skipped', () => {
    expect(outline('\ufeffSELECT 1', [{ start: 0, end: 9 }])).toEqual(['SelectStmt SELECT 1']);
    expect(
      outline('\ufeff', [
        { start: 0, end: 1 },
        { start: 1, end: 1 },
      ]),
    ).toEqual([]);
  });

  test.each([
    [
      [
        { start: 0, end: 5 },
        { start: 4, end: 6 },
      ],
    ],
    [[{ start: 0, end: 99 }]],
    [[{ start: -1, end: 1 }]],
    [[{ start: 3, end: 2 }]],
    [[{ start: NaN, end: 2 }]],
  ])('%j is refused', (ranges) => {
    expect(() => parseSql('SELECT 1', { ranges })).toThrow(RangeError);
  });
});

test('thousands of statements on one line take linear time', () => {
  const before = performance.now();
  expect(parseSql('SELECT 1;'.repeat(50_000)).statements.length).toBe(50_000);
  expect(parseSql(`${'SELEC;'.repeat(20_000)}`).problems.length).toBe(20_000);
  expect(parseSql(`CREATE RULE r AS (${';'.repeat(200_000)}`).problems.length).toBe(1);
  expect(performance.now() - before).toBeLessThan(10_000);
});

test('the parser is the version whose files are reached into', () => {
  const { dependencies } = JSON.parse(readFileSync(require.resolve('./package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  expect(dependencies['libpg-query']).toBe('18.1.5');
  expect((require('libpg-query/package.json') as { version: string }).version).toBe('18.1.5');
});
