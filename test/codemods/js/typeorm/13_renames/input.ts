import { MigrationInterface, QueryRunner } from 'typeorm'

export class Renames1710000000013 implements MigrationInterface {
  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.renameColumn('user', 'nick', 'display_name')
    await queryRunner.renameTable('user', 'account')
    await queryRunner.query('ALTER TABLE "item" RENAME COLUMN "cost" TO "price"')
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE "item" RENAME COLUMN "price" TO "cost"')
    await queryRunner.renameTable('account', 'user')
    await queryRunner.renameColumn('user', 'display_name', 'nick')
  }
}
