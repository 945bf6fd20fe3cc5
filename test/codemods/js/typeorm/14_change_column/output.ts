import { MigrationInterface, QueryRunner, TableColumn } from 'typeorm';

export class ChangeColumns1710000000014 implements MigrationInterface {
  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.changeColumn(
      'product',
      'name',
      new TableColumn({ name: 'name', type: 'character varying', length: '100', isNullable: true }),
    );
    await queryRunner.query(`ALTER TABLE product ALTER COLUMN price TYPE numeric(12,2)`);
    await queryRunner.query(`ALTER TABLE product ALTER COLUMN price SET NOT NULL`);
    await queryRunner.query(`ALTER TABLE product ALTER COLUMN price SET DEFAULT 0`);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {}
}
