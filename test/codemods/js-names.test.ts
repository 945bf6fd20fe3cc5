/** A test of a tool's own asks for a name; it may stand for a guard only where that name means the thing itself in every state of the file. */
import { guardsOf, rewriteJavaScript } from '@idempotify/codemods/js';
import { toolByName } from '@idempotify/core';
import { expect, it } from 'vitest';

const rewritten = (tool: string, text: string): string =>
  rewriteJavaScript(
    { path: tool === 'typeorm' ? 'a.ts' : 'a.js', text },
    {
      guards: guardsOf(tool)!,
      tool: toolByName(tool)!,
      options: { guard: 'shape', pgVersion: 14 },
      history: () => undefined,
    },
  ).text;

const VIEW = "'CREATE VIEW notes AS SELECT * FROM articles'";

it.each([
  [
    'sequelize',
    `module.exports = { up: async (queryInterface) => {
  await queryInterface.renameTable('notes', 'articles');
  await queryInterface.sequelize.query(${VIEW});
} };`,
    /tableExists/,
  ],
  [
    'knex',
    `exports.up = async (knex) => {
  await knex.schema.renameTable('notes', 'articles');
  await knex.raw(${VIEW});
};`,
    /hasTable/,
  ],
  [
    'typeorm',
    `class A1 { async up(queryRunner) {
  await queryRunner.renameTable('notes', 'articles');
  await queryRunner.query(${VIEW});
} }`,
    /hasTable\(/,
  ],
] as const)('%s: a table is renamed, and a view takes its old name', (tool, text, test) => {
  const after = rewritten(tool, text);
  // the old name is there again: only the new one tells
  expect(after).not.toMatch(test);
  // without the view, the tool's own test is enough
  expect(rewritten(tool, text.replace(/\n.*CREATE VIEW.*/, ''))).toMatch(test);
});

it('calls that stand in each other are written once', () => {
  const after = rewritten(
    'knex',
    `exports.up = (knex) => {
  return knex.schema
    .alterTable('a', (table) => {
      table.unique(['b']);
    })
    .then(() => {
      return knex.schema.createTable('c', (table) => {
        table.increments('id');
      });
    });
};`,
  );
  expect(after.match(/createTable\('c'/g)).toHaveLength(1);
  expect(after).toMatch(/a_b_unique/);
});
