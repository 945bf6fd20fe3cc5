/** Calls that stand in one expression become statements, one awaited after the other. */
import { expect, test } from 'vitest';
import { rewriteFixture, type Rewritten } from './js-harness.ts';

const knex = (input: string, extension = 'ts'): Rewritten =>
  rewriteFixture(
    'knex',
    { name: '', folder: '', extension, input, output: undefined, before: '', refused: [] },
    undefined,
  );

test('a function that ends early still does', () => {
  const { text } = knex(`export function up(knex: Knex): Promise<void> {
  if (process.env.X) {
    return knex.schema.createTable('a', (t) => { t.increments(); }).dropTable('b');
  }
  return knex.schema.createTable('c', (t) => { t.increments(); });
}
`);
  expect(text).toBe(`export async function up(knex: Knex): Promise<void> {
  if (process.env.X) {
    if (!(await knex.schema.hasTable('a'))) {
      await knex.schema.createTable('a', (t) => { t.increments(); });
    }
    await knex.schema.dropTableIfExists('b');
    return;
  }
  if (!(await knex.schema.hasTable('c'))) {
    await knex.schema.createTable('c', (t) => { t.increments(); });
  }
}
`);
});

test('a method becomes async in front of its name', () => {
  const { text } = knex(
    `module.exports = {
  up(knex) {
    return Promise.all([
      knex.schema.createTable('a', (t) => {
        t.increments();
      }),
      knex('b').where({ x: 1 }).del(),
    ]);
  },
};
`,
    'js',
  );
  expect(text).toBe(`module.exports = {
  async up(knex) {
    if (!(await knex.schema.hasTable('a'))) {
      await knex.schema.createTable('a', (t) => {
        t.increments();
      });
    }
    await knex('b').where({ x: 1 }).del();
  },
};
`);
});

test.each([
  ['Knex.SchemaBuilder', "knex.schema.createTable('a', (t) => { t.increments(); })"],
  ['Promise<number>', "knex.schema.createTable('a', (t) => { t.increments(); }).then(() => 1)"],
])('a function that has to return %s is left one', (type, expression) => {
  const { text, refused } = knex(`export const up = (knex: Knex): ${type} => ${expression};\n`);
  expect(text).not.toContain('async');
  expect(text.includes('IF NOT EXISTS') || refused.length > 0).toBe(true);
});

test('what is caught is not taken apart', () => {
  const input = `exports.up = (knex) =>
  knex.schema
    .createTable('a', (t) => { t.increments(); })
    .catch((error) => { console.error(error); });
`;
  const { text } = knex(input, 'js');
  expect(text).not.toContain('hasTable');
});
