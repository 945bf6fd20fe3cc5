/** What an author has disabled is left alone; what is disabled for a rule that is not about reruns is not. */
import { applyEdits, lintFile, prepareRules, toolByName, type Tool } from '@idempotify/core';
import { createRewriter } from '@idempotify/codemods';
import { ruleSet } from '@idempotify/rules';
import { expect, it } from 'vitest';

const outcomes = (text: string): string[] => {
  const rewriter = createRewriter({ guard: 'name', pgVersion: 14 }, toolByName('sql') as Tool, { before: () => [] });
  const { statements, problems } = rewriter.rewrite({ path: '1.sql', text });
  return [...statements.map(({ outcome }) => outcome), ...problems.map(({ message }) => message)];
};

it.each([
  ['-- idempotify-disable-next-statement -- mine\n', ['disabled', 'native']],
  ['-- idempotify-disable-next-statement rerun-table -- mine\n', ['disabled', 'native']],
  ['-- idempotify-disable-next-statement ban-drop-table -- mine\n', ['native', 'native']],
  ['-- idempotify-disable rerun-table -- mine\n', ['disabled', 'disabled']],
  ['-- idempotify-disable-file -- mine\n', ['disabled', 'disabled']],
  ['-- squawk-ignore-file\n', ['native', 'native']],
])('%j', (comment, expected) => {
  expect(outcomes(`${comment}CREATE TABLE a (id int);\nCREATE TABLE b (id int);`)).toEqual(expected);
});

it('wants a reason', () => {
  expect(outcomes('-- idempotify-disable-next-statement\nCREATE TABLE a (id int);')).toEqual([
    'native',
    'idempotify-disable-next-statement needs a reason: -- idempotify-disable-next-statement -- why',
  ]);
});

it.each([
  '-- idempotify-disable-next-statement rerun-table -- mine\nCREATE TABLE a (x int);\nALTER TABLE a ADD CONSTRAINT k CHECK (x > 0);\nALTER TABLE a RENAME TO b;\n',
  '-- idempotify-disable-next-statement ban-drop-table -- mine\nCREATE TABLE a (x int);\nALTER TABLE a ADD CONSTRAINT k CHECK (x > 0);\n',
  '-- idempotify-disable-next-statement rerun-table\nCREATE TABLE a (x int);\nALTER TABLE a ADD CONSTRAINT k CHECK (x > 0);\n',
  '-- idempotify-disable-file rerun-table -- mine\nCREATE TABLE a (x int);\nALTER TABLE a ADD CONSTRAINT k CHECK (x > 0);\n',
])('the fixes of the linter leave the same alone: %j', (text) => {
  const tool = toolByName('sql') as Tool;
  const rewriter = createRewriter({ guard: 'shape', pgVersion: 14 }, tool, { before: () => [] });
  const { findings } = lintFile({ path: '1.sql', text, tool, pgVersion: 14 }, prepareRules(ruleSet('rerun')), {
    fixes: true,
  });
  const fixes = findings.flatMap(({ rule, fix }) => (rule.startsWith('rerun-') && fix ? fix : []));
  expect(applyEdits(text, fixes)).toBe(rewriter.rewrite({ path: '1.sql', text }).text);
});
