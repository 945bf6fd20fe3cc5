import {
  lintFile,
  parseSql,
  prepareRules,
  readDirectives,
  readHashDirectives,
  suppress,
  toolByName,
  type SqlRule,
  type Tool,
} from '@idempotify/core';
import { describe, expect, it } from 'vitest';

const read = (text: string): ReturnType<typeof readDirectives> => readDirectives(text, parseSql(text).statements);
const scopes = (text: string): string[] =>
  read(text).map(({ kind, dialect, rules, reason, scope }) =>
    [dialect, kind, rules?.join(' ') ?? '*', reason, JSON.stringify(text.slice(scope.start, scope.end))].join(' | '),
  );

describe('directives', () => {
  it('is about the statement behind it, with rules and a reason', () => {
    expect(scopes('-- idempotify-disable-next-statement a-b, c -- why ü\nSELECT 1;\nSELECT 2;')).toEqual([
      String.raw`idempotify | next-statement | a-b c | why ü | "\nSELECT 1;"`,
    ]);
  });
  it('needs no names', () => {
    expect(scopes('/* idempotify-disable-next-statement -- why */\nSELECT 1;')).toEqual([
      String.raw`idempotify | next-statement | * | why | "\nSELECT 1;"`,
    ]);
  });
  it('takes a colon in front of the reason', () => {
    expect(scopes('-- idempotify-disable-next-statement: why\nSELECT 1')).toEqual([
      String.raw`idempotify | next-statement | * | why | "\nSELECT 1"`,
    ]);
  });
  it('has no reason where none is written', () => {
    expect(scopes('-- idempotify-disable-next-statement a\nSELECT 1')).toEqual([
      String.raw`idempotify | next-statement | a |  | "\nSELECT 1"`,
    ]);
  });
  it('is about its own line', () => {
    expect(scopes('SELECT 1; SELECT 2; -- idempotify-disable-line a -- b\nSELECT 3;')).toEqual([
      'idempotify | line | a | b | "SELECT 1; SELECT 2; -- idempotify-disable-line a -- b"',
    ]);
  });
  it('is about what stands between disable and enable, by name', () => {
    expect(
      scopes(
        '-- idempotify-disable a -- x\n-- idempotify-disable b -- y\nSELECT 1;\n-- idempotify-enable a\nSELECT 2;\n',
      ),
    ).toEqual([
      String.raw`idempotify | range | a | x | "\n-- idempotify-disable b -- y\nSELECT 1;\n"`,
      String.raw`idempotify | range | b | y | "\nSELECT 1;\n-- idempotify-enable a\nSELECT 2;\n"`,
    ]);
  });
  it('enables everything without a name', () => {
    expect(scopes('-- idempotify-disable a -- x\nSELECT 1;\n-- idempotify-enable\nSELECT 2;')).toEqual([
      String.raw`idempotify | range | a | x | "\nSELECT 1;\n"`,
    ]);
  });
  it('is about the file', () => {
    expect(scopes('SELECT 1;\n-- idempotify-disable-file -- x')).toEqual([
      String.raw`idempotify | file | * | x | "SELECT 1;\n-- idempotify-disable-file -- x"`,
    ]);
  });
  it("knows squawk's, on the line or above, with or without a reason", () => {
    expect(
      scopes('-- squawk-ignore a, b -- because\nSELECT\n 1;\nSELECT\n 2; -- squawk-ignore c\n-- squawk-ignore-file d'),
    ).toEqual([
      String.raw`squawk | next-statement | a b | because | "\nSELECT\n 1;"`,
      String.raw`squawk | line | c |  | "SELECT\n 2; -- squawk-ignore c"`,
      String.raw`squawk | file | d |  | "-- squawk-ignore a, b -- because\nSELECT\n 1;\nSELECT\n 2; -- squawk-ignore c\n-- squawk-ignore-file d"`,
    ]);
  });
  it('is about the next line inside of a statement', () => {
    expect(scopes('CREATE TABLE t (\n  -- squawk-ignore a\n  -- another\n  b int,\n  c int\n);')).toEqual([
      String.raw`squawk | next-statement | a |  | "\n  -- another\n  b int,"`,
    ]);
  });
  it('is no directive in a string, or with another word', () => {
    expect(
      scopes("SELECT '-- idempotify-disable-file -- x';\n-- idempotify-disable-files -- y\n-- squawk-ignored"),
    ).toEqual([]);
  });
});

describe('suppress', () => {
  const drop: SqlRule = {
    kind: 'sql',
    name: 'no-drop',
    category: 'data',
    severity: 'error',
    presets: [],
    summary: '',
    squawk: ['ban-drop'],
    on: { DropStmt: (statement, _file, report) => report({ at: statement, message: 'm', help: 'h' }) },
  };
  const known = { rules: new Set(['no-drop', 'other']), squawk: new Map([['ban-drop', ['no-drop']]]) };
  const run = (text: string, active = ['no-drop']): { open: number; told: string[]; reasons: string[] } => {
    const rules = prepareRules(new Map([[drop, { severity: 'error', options: {} }]]));
    const { findings, directives } = lintFile(
      { path: '1.sql', text, tool: toolByName('sql') as Tool, pgVersion: 14 },
      rules,
      { fixes: false },
    );
    const result = suppress(findings, directives, text, known, new Set(active), { unused: 'warning' });
    return {
      open: result.findings.filter(({ suppressed }) => !suppressed).length,
      told: result.complaints.map(({ rule, line, message }) => `${line} ${rule} ${message}`),
      reasons: result.findings.flatMap(({ suppressed }) => suppressed?.reason ?? []),
    };
  };
  it('takes a finding out, and keeps the reason', () => {
    expect(run('-- idempotify-disable-next-statement no-drop -- old\nDROP TABLE a;\nDROP TABLE b;')).toEqual({
      open: 1,
      told: [],
      reasons: ['old'],
    });
  });
  it('has no effect without a reason', () => {
    expect(run('-- idempotify-disable-next-statement no-drop\nDROP TABLE a;')).toMatchObject({
      open: 1,
      told: [expect.stringMatching(/^1 bad-disable .*without saying why/)],
    });
  });
  it('tells an unknown rule', () => {
    expect(run('-- idempotify-disable-next-statement nodrop -- old\nDROP TABLE a;')).toMatchObject({
      open: 1,
      told: ['1 bad-disable There is no rule "nodrop".'],
    });
  });
  it("translates squawk's names", () => {
    expect(run('-- squawk-ignore ban-drop\nDROP TABLE a;')).toEqual({ open: 0, told: [], reasons: [''] });
  });
  it('tells what disables nothing', () => {
    expect(run('-- idempotify-disable-file -- all fine\nSELECT 1;').told).toEqual([
      '1 unused-disable This comment disables something that is not found here.',
    ]);
  });
  it('says nothing of a rule that did not run', () => {
    expect(run('-- idempotify-disable-file other -- all fine\nSELECT 1;').told).toEqual([]);
  });
  it('never hides a syntax error', () => {
    expect(run('-- idempotify-disable-file -- x\nDROP TABEL a;\nDROP TABLE b;')).toMatchObject({
      open: 1,
      reasons: ['x'],
    });
  });
});

describe('directives behind #', () => {
  const hashes = (text: string): string[] =>
    readHashDirectives(text).map(({ kind, rules, reason, scope, start, end }) =>
      [kind, rules?.join(' ') ?? '*', reason, scope, { start, end }]
        .map((each) => (typeof each === 'string' ? each : JSON.stringify(text.slice(each.start, each.end))))
        .join(' | '),
    );
  it('are about the next line', () => {
    expect(hashes('a\n  # idempotify-disable-next-line a-b, c -- why ü\r\nb\r\nc')).toEqual([
      'next-line | a-b c | why ü | "b" | "# idempotify-disable-next-line a-b, c -- why ü"',
    ]);
  });
  it('pass over other comments', () => {
    expect(hashes('# idempotify-disable-next-line a -- x\n\t# more\n# idempotify-disable-next-line b -- y\nb')).toEqual(
      [
        'next-line | a | x | "b" | "# idempotify-disable-next-line a -- x"',
        'next-line | b | y | "b" | "# idempotify-disable-next-line b -- y"',
      ],
    );
  });
  it('are about nothing at the end of the file', () => {
    expect(hashes('a # idempotify-disable-next-line -- x')).toEqual([
      'next-line | * | x | "" | "# idempotify-disable-next-line -- x"',
    ]);
    expect(hashes('# idempotify-disable-next-line -- x\n')).toEqual([
      'next-line | * | x | "" | "# idempotify-disable-next-line -- x"',
    ]);
  });
  it('are about their own line, or the file', () => {
    expect(hashes('a\nb #idempotify-disable-line a -- why\n# idempotify-disable-file -- old')).toEqual([
      'line | a | why | "b #idempotify-disable-line a -- why" | "#idempotify-disable-line a -- why"',
      expect.stringMatching(/^file \| \* \| old \| "a\\nb /),
    ]);
  });
  it('are nothing else', () => {
    expect(
      hashes('a#idempotify-disable-line a -- why\n# idempotify-disable-lines\n# idempotify-disable-next-statement'),
    ).toEqual([]);
  });
});
