import { describe, expect, it } from 'vitest';
import { toolByName, tools } from '@idempotify/core';
import { pieces, tool } from './folders.ts';

describe('the whole file is SQL', () => {
  it.each([
    'prisma',
    'diesel',
    'sqlx',
    'golang-migrate',
    'supabase',
    'flyway',
    'refinery',
    'postgres-migrations',
    'sql',
    'atlas',
    'node-pg-migrate',
  ])('%s', (name) => {
    const text = '-- a comment\r\nCREATE TABLE "ä" ();\r\n';
    expect(pieces(name, text)).toEqual([text]);
    expect(pieces(name, `\uFEFF${text}`)).toEqual([text]);
    expect(tool(name).sections(`\uFEFF${text}`, 'x.sql').up[0]).toEqual({ start: 1, end: text.length + 1 });
  });
});

describe('Drizzle', () => {
  it.each(['drizzle', 'drizzle-v1'])('%s is cut at its marker, wherever it stands', (name) => {
    expect(
      pieces(name, 'CREATE TABLE a();--> statement-breakpoint\nCREATE TABLE b();\n--> statement-breakpoint\n'),
    ).toEqual(['CREATE TABLE a();', '\nCREATE TABLE b();\n']);
    // Drizzle doesn't look at quotes
    expect(pieces(name, "SELECT '--> statement-breakpoint';")).toEqual(["SELECT '", "';"]);
    expect(pieces(name, 'SELECT 1; -->statement-breakpoint')).toEqual(['SELECT 1; -->statement-breakpoint']);
    expect(tool(name).sections('A--> statement-breakpointB', '').up).toEqual([
      { start: 0, end: 1 },
      { start: 25, end: 26 },
    ]);
    // what Drizzle itself does
    const text = 'a;--> statement-breakpoint\nb;--> statement-breakpoint\n\n--> statement-breakpointc';
    expect(pieces(name, text)).toEqual(text.split('--> statement-breakpoint').filter((chunk) => chunk.trim() !== ''));
  });
});

describe('dbmate', () => {
  it('is what stands between up and down', () => {
    expect(pieces('dbmate', '-- migrate:up\nSELECT 1;\n\n-- migrate:down\nSELECT 2;\n')).toEqual(['SELECT 1;\n\n']);
    expect(
      pieces('dbmate', '-- a comment\r\n\r\n--migrate:up transaction:false\r\nSELECT 1;\r\n-- migrate:down\r\n'),
    ).toEqual(['SELECT 1;\r\n']);
    expect(pieces('dbmate', '-- migrate:up\nA\n-- migrate:down\nB\n-- migrate:up\nC\n-- migrate:down\nD\n')).toEqual([
      'A\n',
      'C\n',
    ]);
  });
  it.each([
    ['SELECT 1;', 'dbmate rejects the file: there is no `-- migrate:up`'],
    ['SELECT 1;\n-- migrate:up\n-- migrate:down', 'dbmate rejects the file: a statement stands before `-- migrate:up`'],
    ['-- migrate:up\nSELECT 1;', 'dbmate rejects the file: `-- migrate:down` is missing'],
    [
      '-- migrate:up\n-- migrate:down\n-- migrate:down\n',
      'dbmate rejects the file: a second `-- migrate:down` without `-- migrate:up`',
    ],
    // it has to stand at the start of a line, and not to be the start of another word
    [' -- migrate:up\nSELECT 1;\n-- migrate:down\n', 'dbmate rejects the file: there is no `-- migrate:up`'],
    ['-- migrate:upper\n-- migrate:down\n', 'dbmate rejects the file: there is no `-- migrate:up`'],
  ])('rejects %j', (text, message) => {
    expect(pieces('dbmate', text)).toBe(message);
  });
});

describe('node-pg-migrate', () => {
  it.each([
    ['-- Up Migration\nSELECT 1;\n-- Down Migration\nSELECT 2;', ['SELECT 1;\n']],
    ['  ---- up   migration \r\nSELECT 1;\r\n', ['SELECT 1;\r\n']],
    ['-- Down Migration\nSELECT 2;\n-- Up Migration\nSELECT 1;\n', ['SELECT 1;\n']],
    ['SELECT 1;\n', ['SELECT 1;\n']],
    ['-- Up Migration\n-- Down Migration\n', []],
  ])('%j', (text, expected) => {
    expect(pieces('node-pg-migrate', text)).toEqual(expected);
  });
  it('does not rewrite a down section that would run forwards', () => {
    expect(pieces('node-pg-migrate', 'CREATE TABLE a();\n-- Down Migration\nDROP TABLE a;')).toContain(
      'would run all of it forwards',
    );
    expect(
      tool('node-pg-migrate').sections('CREATE TABLE a();\n-- Down Migration\nDROP TABLE a;', '').problems[0],
    ).toMatchObject({ line: 2, column: 1 });
  });
});

describe('Graphile Migrate', () => {
  it('is what stands below the headers', () => {
    expect(pieces('graphile-migrate', '--! Previous: -\n--! Hash: sha1:0\n\nSELECT 1;\n')).toEqual(['\nSELECT 1;\n']);
    expect(pieces('graphile-migrate', '--! no-transaction\nSELECT 1;\n')).toEqual(['--! no-transaction\nSELECT 1;\n']);
    expect(pieces('graphile-migrate', '--! Message: x\n')).toEqual([]);
  });
});

describe('Atlas', () => {
  it('is cut at a delimiter of its own, outside of quotes, comments and parentheses', () => {
    expect(
      pieces(
        'atlas',
        "-- atlas:delimiter \\n\\n\\n\nSELECT 1;\nSELECT 2;\n\n\nSELECT '\n\n\n' || $$\n\n\n$$ -- \n /*\n\n\n*/;\n\n\nSELECT (\n\n\n);",
      ),
    ).toEqual(['SELECT 1;\nSELECT 2;', "SELECT '\n\n\n' || $$\n\n\n$$ -- \n /*\n\n\n*/;", 'SELECT (\n\n\n);']);
    expect(pieces('atlas', '-- atlas:delimiter -- end\r\nSELECT 1\r\n-- end\r\nSELECT 2')).toEqual([
      'SELECT 1\r\n',
      '\r\nSELECT 2',
    ]);
  });
});

describe('every tool', () => {
  it.each(tools.map((each) => each.name))(
    '%s: ranges are ascending and inside of the file, and it stops nowhere',
    (name) => {
      const texts = [
        '',
        '\uFEFF',
        '\n',
        '--',
        '-- +goose Up',
        '-- +goose StatementBegin\n',
        '--liquibase formatted sql',
        '--liquibase formatted sql\n--changeset a:b',
        '-- migrate:up',
        '-- migrate:up\n-- migrate:down',
        '-- Up Migration',
        '--> statement-breakpoint',
        '-- atlas:delimiter ',
        '-- atlas:delimiter x',
        "-- atlas:delimiter '\nx'y",
        '--! Hash',
        "SELECT '",
        '$$',
      ];
      for (const text of texts.flatMap((each) => [each, `${each}\r\n`, `SELECT 1;\n${each}\nSELECT 2;`])) {
        const { up, problems } = toolByName(name)!.sections(text, 'x.sql');
        let at = 0;
        for (const range of up) {
          expect(range.start).toBeGreaterThanOrEqual(at);
          expect(range.end).toBeGreaterThanOrEqual(range.start);
          at = range.end;
        }
        expect(at).toBeLessThanOrEqual(text.length);
        if (problems.length > 0) expect(up).toEqual([]);
        toolByName(name)!.transactions(text, 'x.sql');
        toolByName(name)!.fileEdits?.(text, true);
        toolByName(name)!.warnings?.(text);
      }
    },
  );
});
