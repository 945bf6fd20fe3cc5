/** TypeORM and MikroORM: what of their calls is SQL, what only reads, and what nobody can know. */
import { jsToolNamed, parseJavaScript, readMigration } from '@idempotify/javascript';
import { describe, expect, it } from 'vitest';

function steps(tool: string, body: string): string[] {
  const text =
    tool === 'typeorm'
      ? `import { MigrationInterface, QueryRunner } from 'typeorm';\nexport class A1 implements MigrationInterface {\n  async up(queryRunner: QueryRunner) {\n${body}\n}\n}`
      : `import { Migration } from '@mikro-orm/migrations';\nexport class Migration1 extends Migration {\n  async up() {\n${body}\n}\n}`;
  const parsed = parseJavaScript(text, 'a.ts');
  const known = jsToolNamed(tool);
  if (parsed.kind !== 'program' || !known) throw new Error(`${tool}: ${body}`);
  const migration = readMigration(parsed.program, text, known);
  return (migration?.steps ?? []).map(({ kind, parts }) =>
    `${kind} ${parts.map(({ sql }) => sql.text).join(' | ')}`.trim(),
  );
}

describe('TypeORM', () => {
  it.each([
    ["await queryRunner.manager.query('SELECT 1')", ['sql SELECT 1']],
    ["await queryRunner.connection.manager.query('SELECT 1')", ['sql SELECT 1']],
    ['await queryRunner.sql`SELECT 1`', ['sql SELECT 1']],
    ["await queryRunner.manager.transaction(async (m) => { await m.query('SELECT 1'); })", ['sql SELECT 1']],
    ["await queryRunner.clearTable('a.b')", ['builder TRUNCATE TABLE "a"."b"']],
    ["await queryRunner.dropSchema('s', false, true)", ['builder DROP SCHEMA "s" CASCADE']],
    // only read
    ["const rows = await queryRunner.manager.getRepository('a').find()", []],
    ["const repository = queryRunner.manager.getRepository('a'); await repository.count()", []],
    ["if (await queryRunner.hasTable('a')) console.log(await queryRunner.getTable('a'))", []],
    ['await queryRunner.startTransaction(); await queryRunner.commitTransaction()', []],
    ["for (const row of await queryRunner.query('SELECT 1')) row.save()", ['sql SELECT 1']],
    // nobody knows
    ["await queryRunner.manager.save('a', { b: 1 })", ['opaque']],
    ["const repository = queryRunner.manager.getRepository('a'); await repository.save({})", ['opaque']],
    ['await queryRunner.connection.createQueryBuilder().update().execute()', ['opaque']],
    ['await queryRunner.changeColumn(a, b, c)', ['opaque']],
    ["await queryRunner.query(fs.readFileSync('a.sql', 'utf8'))", ['opaque']],
    ['await seed(queryRunner)', ['opaque']],
    ['await new Seeder(queryRunner.manager).run()', ['opaque']],
    ['const seeder = new Seeder(queryRunner); await seeder.run()', ['opaque']],
    ['console.log(queryRunner.isTransactionActive)', []],
    ['await seed({ manager: queryRunner.manager })', ['opaque']],
    ['await queryRunner.createTable(...tables)', ['opaque']],
    ['await queryRunner.somethingNew()', ['opaque']],
  ])('%s', (body, expected) => {
    expect(steps('typeorm', body)).toEqual(expected);
  });
});

describe('MikroORM', () => {
  it.each([
    ["this.addSql('SELECT 1'); await this.execute('SELECT 2')", ['sql SELECT 2', 'sql SELECT 1']],
    [
      "await this.execute('UPDATE a SET b = ? WHERE ?? = 1', [1, 'c'])",
      ['sql UPDATE a SET b = $1 WHERE _idem_expr_900002_ = 1'],
    ],
    ["this.addSql(this.getKnex()('a').insert({ b: 1 }))", ['opaque']],
    [
      "const knex = this.getKnex(); this.addSql(knex('a').where('b', 1).del())",
      ['builder delete from "a" where "b" = 1'],
    ],
    ["const em = this.getEntityManager(); const all = await em.find('A', {})", []],
    ["await this.getEntityManager().nativeDelete('A', {})", ['opaque']],
    ['await seed(this)', ['opaque']],
    ['await super.up()', ['opaque']],
    ['this.addSql(readFileSync(file))', ['opaque']],
  ])('%s', (body, expected) => {
    expect(steps('mikro-orm', body)).toEqual(expected);
  });
});
