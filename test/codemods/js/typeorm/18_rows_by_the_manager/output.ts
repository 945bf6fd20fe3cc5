import { MigrationInterface, QueryRunner } from 'typeorm';

export class Rows1710000000018 implements MigrationInterface {
  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE role ADD COLUMN level int`);
    await queryRunner.manager.query(`CREATE INDEX role_level ON role (level)`);
    await queryRunner.manager.createQueryBuilder().insert().into('role').values([{ name: 'guest' }]).execute();
    const roles: { id: number }[] = await queryRunner.query(`SELECT id FROM role ORDER BY id`);
    for (const { id } of roles) {
      await queryRunner.query('UPDATE role SET level = $1 WHERE id = $2', [id * 10, id]);
    }
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE role DROP COLUMN level`);
  }
}
