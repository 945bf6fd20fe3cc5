/** Calls behind a test that asks the database: where the test may be answered otherwise the second time, nothing is rewritten on a guess. */
import { guardsOf, rewriteJavaScript } from '@idempotify/codemods/js';
import { toolByName } from '@idempotify/core';
import { describe, expect, it } from 'vitest';

const outcomes = (body: string): string[] => {
  const text = `import { MigrationInterface, QueryRunner } from 'typeorm';
export class A1 implements MigrationInterface {
  async up(queryRunner: QueryRunner) {
    ${body}
  }
}`;
  const { statements } = rewriteJavaScript(
    { path: 'a.ts', text },
    {
      guards: guardsOf('typeorm')!,
      tool: toolByName('typeorm')!,
      options: { guard: 'shape', pgVersion: 14 },
      history: () => undefined,
    },
  );
  return statements.map(({ outcome, message }) => (message.startsWith('a test in front') ? 'another way' : outcome));
};

const ADD = "await queryRunner.query('ALTER TABLE b ADD COLUMN c int')";

describe('a test about something else', () => {
  it.each([
    ['asked there', `if (await queryRunner.hasTable('product')) { ${ADD}; }`],
    ['asked before', `const there = await queryRunner.hasTable('product'); if (there) { ${ADD}; }`],
    ['asked into a variable', `let there = false; there = await queryRunner.hasTable('product'); if (there) ${ADD};`],
    ['by SQL', `const [row] = await queryRunner.query('SELECT 1 FROM x'); if (row) { ${ADD}; }`],
    ['that leaves', `if (await queryRunner.hasTable('product')) return; ${ADD};`],
    ['with &&', `(await queryRunner.hasTable('product')) && (${ADD});`],
  ])('%s', (_name, body) => {
    expect(outcomes(body).at(-1)).toBe('another way');
  });
});

describe('what can be trusted', () => {
  it.each([
    ['a test about the thing itself', `if (!(await queryRunner.hasColumn('b', 'c'))) { ${ADD}; }`],
    [
      'the same by SQL',
      `const r = await queryRunner.query("SELECT 1 FROM pg_class WHERE relname = 'b'"); if (r.length) { ${ADD}; }`,
    ],
    ['a setting', `if (process.env.WITH_C) { ${ADD}; }`],
    ['a property of the connection', `if (queryRunner.connection.options.schema === 'x') { ${ADD}; }`],
    [
      'a test around a function that is given the query runner',
      `const add = async (queryRunner) => { ${ADD}; }; if (queryRunner.connection.options.schema === 'x') await add(queryRunner);`,
    ],
    ['no test at all', `${ADD};`],
  ])('%s', (_name, body) => {
    expect(outcomes(body).at(-1)).toBe('guarded');
  });
  it('a query that only reads', () => {
    const body = `if (await queryRunner.hasTable('product')) { const rows = await queryRunner.query('SELECT id FROM a'); }`;
    expect(outcomes(body).at(-1)).toBe('rerunnable');
  });
});
