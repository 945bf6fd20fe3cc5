import { MigrationInterface, QueryRunner } from 'typeorm'

export class Renames1710000000013 implements MigrationInterface {
  public async up(queryRunner: QueryRunner): Promise<void> {
    if (await queryRunner.hasColumn('user', 'nick')) {
      await queryRunner.renameColumn('user', 'nick', 'display_name')
    }
    if (await queryRunner.hasTable('user')) {
      await queryRunner.renameTable('user', 'account')
    }
    await queryRunner.query(`DO $idempotify$ BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('item') AND attname = 'cost' AND NOT attisdropped) THEN
    ALTER TABLE "item" RENAME COLUMN "cost" TO "price";
  ELSIF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('item') AND attname = 'price' AND NOT attisdropped) THEN
    RAISE EXCEPTION 'idempotify: neither column "cost" of "item" nor its new name price is there';
  END IF;
END $idempotify$;`)
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE "item" RENAME COLUMN "price" TO "cost"')
    await queryRunner.renameTable('account', 'user')
    await queryRunner.renameColumn('user', 'display_name', 'nick')
  }
}
