/** Migrations read into what they send: which functions, in which order, on which conditions, through whose hands. */
import { Scope, migrationIn, parseJavaScript, recogniseTool, type Migration } from '@idempotify/javascript';
import { describe, expect, it } from 'vitest';

function read(source: string, path = 'a.ts'): Migration {
  const parsed = parseJavaScript(source, path);
  if (parsed.kind === 'broken') throw new Error(parsed.problem.message);
  const migration = migrationIn(parsed.program, source);
  if (!migration) throw new Error('no migration');
  return migration;
}

/** A migration of TypeORM with this body, and more in its class and around it. */
const typeorm = (body: string, { members = '', before = '' } = {}): string => `${before}
import { MigrationInterface, QueryRunner } from 'typeorm';
export class A1 implements MigrationInterface {
  ${members}
  async up(q: QueryRunner): Promise<void> {
${body}
  }
  async down(q: QueryRunner): Promise<void> {
    await q.query('SELECT down');
  }
}
`;

/** The SQL of the calls, in order; what nobody knows as its reason. */
const sent = (source: string, path?: string): string[] =>
  read(source, path).steps.map(({ kind, parts, why }) =>
    kind === 'opaque' ? `? ${why ?? ''}` : parts.map(({ sql }) => sql.text).join('; '),
  );

describe('up', () => {
  it.each([
    ['a class', typeorm(`await q.query('SELECT 1');`)],
    ['a class with a field', `import 'typeorm'; export class A { up = async (q) => { await q.query('SELECT 1'); } }`],
    [
      'a class that is exported by default',
      `import 'typeorm'; export default class { async up(q) { await q.query('SELECT 1'); } }`,
    ],
    [
      'CommonJS with a class',
      `const t = require('typeorm'); module.exports = class A { async up(q) { await q.query('SELECT 1'); } };`,
    ],
    [
      'a class that is exported later',
      `const { x } = require('typeorm'); class A { async up(q) { await q.query('SELECT 1'); } } exports.A = A;`,
    ],
    ['exports.up', `exports.up = (knex) => knex.raw('SELECT 1');`],
    ['module.exports', `module.exports = { up: async (knex) => { await knex.raw('SELECT 1'); }, down() {} };`],
    [
      'import = and export =',
      `import t = require('typeorm'); export = class A { async up(q: t.QueryRunner) { await q.query('SELECT 1'); } };`,
    ],
    [
      'a function',
      `import { Knex } from 'knex'; export async function up(knex: Knex): Promise<void> { await knex.raw('SELECT 1'); }`,
    ],
    ['a constant', `export const up = async (knex) => { await knex.raw('SELECT 1'); };`],
    ['a list of exports', `const up = (knex) => knex.raw('SELECT 1'); const down = () => {}; export { up, down };`],
    [
      'a default object',
      `import type { Knex } from 'knex'; export default { up: (knex: Knex) => knex.raw('SELECT 1') };`,
    ],
  ])('%s', (_title, source) => {
    expect(sent(source)).toEqual(['SELECT 1']);
  });
  it('by the real name of the parameter, and of what is taken from it', () => {
    expect(
      sent(
        typeorm(
          `const runner = q; await runner.query('SELECT 1'); const { manager } = q; await manager.query('SELECT 2');`,
        ),
      ),
    ).toEqual(['SELECT 1', 'SELECT 2']);
    expect(sent(typeorm(`await other.query('SELECT 1'); const f = (q) => q.query('SELECT 2');`))).toEqual([]);
  });
  it('nothing else is a migration', () => {
    const source = `export const up = 1; export function down() {}`;
    const parsed = parseJavaScript(source, 'a.js');
    if (parsed.kind === 'broken') throw new Error('broken');
    expect(recogniseTool(new Scope(parsed.program, source))).toBeUndefined();
  });
});

describe('order', () => {
  it('is that in which it runs', () => {
    const source = typeorm(
      `await this.first(q);
       await q.query('SELECT 2');
       if (x) { await q.query('SELECT 3'); } else await q.query('SELECT 4');
       for (const t of ['a', 'b']) await q.query(\`SELECT \${t}\`);
       await last(q);`,
      {
        members: `async first(runner) { await runner.query('SELECT 1'); }`,
        before: `async function last(r) { await r.query('SELECT 9'); }`,
      },
    );
    expect(sent(source)).toEqual(['SELECT 1', 'SELECT 2', 'SELECT 3', 'SELECT 4', 'SELECT _idem_expr_1_', 'SELECT 9']);
    const { steps } = read(source);
    expect(steps.map(({ site }) => [site.conditions.length, site.uncertain])).toEqual([
      [0, 'in a function of its own'],
      [0, undefined],
      [1, undefined],
      [1, undefined],
      [0, 'in a loop'],
      [0, 'in a function of its own'],
    ]);
  });
  it('a function that is called twice is read once', () => {
    const source = typeorm(`await f(q); await f(q);`, { before: `const f = (r) => r.query('SELECT 1');` });
    expect(sent(source)).toEqual(['SELECT 1']);
  });
  it('what stands behind `if (…) return;` runs when the test does not hold', () => {
    const [step] = read(typeorm(`if (done) return; await q.query('SELECT 1');`)).steps;
    expect(step?.site.conditions.map(({ holds }) => holds)).toEqual([false]);
  });
  it.each([
    ['&&', `done && (await q.query('SELECT 1'));`, [true]],
    ['||', `done || (await q.query('SELECT 1'));`, [false]],
    ['?:', `done ? 0 : await q.query('SELECT 1');`, [false]],
    ['nested', `if (a) { if (b) {} else { await q.query('SELECT 1'); } }`, [true, false]],
  ])('conditions of %s', (_title, body, expected) => {
    const [step] = read(typeorm(body)).steps;
    expect(step?.site.conditions.map(({ holds }) => holds)).toEqual(expected);
  });
  it('a statement of its own can be taken for one', () => {
    const { steps } = read(
      typeorm(
        `await q.query('SELECT 1'); const [row] = await q.query('SELECT 2'); void q.query('SELECT 3'); return q.query('SELECT 4');`,
      ),
    );
    expect(steps.map(({ site }) => site.statement?.type)).toEqual([
      'ExpressionStatement',
      undefined,
      'ExpressionStatement',
      'ReturnStatement',
    ]);
  });
});

describe('SQL', () => {
  it('of all calls is one text, with the way back', () => {
    const source = typeorm(`await q.query('SELECT 1'); await q.query(\`SELECT 'é'; SELECT 2 -- why\`);`);
    const { sql, sourceOf, placedAt, placed } = read(source);
    expect(sql).toBe(`SELECT 1;\nSELECT 'é'; SELECT 2;\n`);
    const second = sql.indexOf('SELECT 2');
    expect(source.slice(sourceOf(second), sourceOf(second + 8, 'end'))).toBe('SELECT 2');
    expect(placedAt(second)).toBe(placed[1]);
  });
  it('what is not known is a name, a string or a number, whichever makes SQL of it', () => {
    expect(
      read(
        typeorm(
          'await q.query(`DROP TABLE ${x}`); await q.query(`SET a TO ${y}`); await q.query(`COMMENT ON TABLE a IS ${z}`); await q.query(`ALTER TABLE a ALTER b SET STATISTICS ${n}`);',
        ),
      ).sql,
    ).toBe(
      `DROP TABLE _idem_expr_1_;\nSET a TO _idem_expr_2_;\nCOMMENT ON TABLE a IS '0000idempotify3';\nALTER TABLE a ALTER b SET STATISTICS 4;\n`,
    );
  });
  it('a constant is not known where a part of it is not', () => {
    const { problems, steps } = read(
      typeorm('const t = `${schema}.a`; await q.query(`DROP TABLE ${t}`); await q.query(`SELEC ${t}`);'),
    );
    expect(problems).toEqual([]);
    expect(steps.map(({ kind }) => kind)).toEqual(['sql', 'opaque']);
  });
  it('what can not be read is no error where a part of it is not known', () => {
    const { problems, steps } = read(typeorm('await q.query(`SELEC ${x}`); await q.query(sql);'));
    expect(problems).toEqual([]);
    expect(steps.map(({ kind }) => kind)).toEqual(['opaque', 'opaque']);
  });
  it('and is one where all of it stands there', () => {
    const source = typeorm(`await q.query('SELEC 1; SELECT 2');`);
    const { problems } = read(source);
    expect(problems.map(({ start, end, line, column }) => [source.slice(start, end), line, column])).toEqual([
      ['SELEC', 6, 16],
    ]);
  });
});

describe('for other databases', () => {
  const BACKTICKS = 'await q.query("ALTER TABLE `a` ADD b int");';
  it.each([
    [`if (q.connection.options.type === 'mysql') { ${BACKTICKS} }`],
    [`if (type === 'mysql' || type === 'mariadb') { ${BACKTICKS} }`],
    [`if (isMysql) { ${BACKTICKS} }`],
    [`if (isSqlite()) { ${BACKTICKS} }`],
    [`if (!isPostgres) { ${BACKTICKS} }`],
    [`if (type === 'postgres') {} else { ${BACKTICKS} }`],
    [`if (type !== 'postgres') { ${BACKTICKS} }`],
    [`if (type === 'postgres') return; ${BACKTICKS}`],
    [`if (type === 'sqlite') { await q.query('ALTER TABLE a ADD b int'); }`],
  ])('%s', (body) => {
    const { steps, problems } = read(typeorm(body));
    expect(steps).toEqual([]);
    expect(problems).toEqual([]);
  });
  it.each([
    [`if (type === 'postgres') { await q.query('SELECT 1'); }`],
    [`if (type !== 'mysql') { await q.query('SELECT 1'); }`],
    [`if (type === 'mysql') return; await q.query('SELECT 1');`],
    [`if (type === 'postgres' || type === 'mysql') { await q.query('SELECT 1'); }`],
    [`if (isEmpty) { await q.query('SELECT 1'); }`],
  ])('but not %s', (body) => {
    expect(sent(typeorm(body))).toEqual(['SELECT 1']);
  });
  it('SQL of another database is no error where the file asks for the database in its own words', () => {
    const { steps, problems } = read(typeorm(`if (driver.supportsBackticks) { ${BACKTICKS} }`));
    expect(problems).toEqual([]);
    expect(steps.map(({ kind }) => kind)).toEqual(['opaque']);
    expect(read(typeorm(BACKTICKS)).problems).toHaveLength(1);
  });
});
