/** What stands inside of DO blocks, and where. */
import { Source, toolByName, type Tool } from '@idempotify/core';
import { expect, it } from 'vitest';

const inside = (text: string): string[] => {
  const file = new Source({ path: '1.sql', text, tool: toolByName('sql') as Tool, pgVersion: 14 });
  return file.all
    .filter(({ outer }) => outer)
    .map((statement) => {
      const { tag, range, node, tokens } = statement;
      const call = node.targetList?.[0]?.ResTarget?.val?.FuncCall;
      const at = call ? text.slice(statement.offsetOf(call.location)).split('(')[0] : '';
      return `${tag} | ${text.slice(range.start, range.end)} | ${at} | ${tokens.map((token) => text.slice(token.start, token.end)).join(' ')}`;
    });
};

it('PERFORM is a SELECT, at its own place', () => {
  expect(
    inside(`DO $$ BEGIN -- ü f(1)
      perform f(1) ; PERFORM
        setval('s', 2), f(1);
      PERFORM /* a comment */ pg_catalog.nextval('s') FROM t WHERE a;
      IF a THEN PERFORM f(1); END IF;
    END $$;`),
  ).toEqual([
    'SelectStmt | perform f(1) | f | perform f ( 1 )',
    "SelectStmt | PERFORM\n        setval('s', 2), f(1) | setval | PERFORM setval ( 's' , 2 ) , f ( 1 )",
    "SelectStmt | PERFORM /* a comment */ pg_catalog.nextval('s') FROM t WHERE a | pg_catalog.nextval | PERFORM pg_catalog . nextval ( 's' ) FROM t WHERE a",
    'SelectStmt | PERFORM f(1) | f | PERFORM f ( 1 )',
  ]);
});

it('PERFORM stands with its block where quotes hide its own place', () => {
  const block = "DO 'BEGIN PERFORM f(''x''); END'";
  expect(inside(block)).toEqual([`SelectStmt | ${block} | DO 'BEGIN PERFORM f | `]);
});

it('the word PERFORM elsewhere is not taken for one', () => {
  expect(inside("DO $$ BEGIN UPDATE t SET a = 'PERFORM f(1)'; PERFORM  f(1); END $$")).toEqual([
    "UpdateStmt | UPDATE t SET a = 'PERFORM f(1)' |  | UPDATE t SET a = 'PERFORM f(1)'",
    'SelectStmt | PERFORM  f(1) | f | PERFORM f ( 1 )',
  ]);
});
