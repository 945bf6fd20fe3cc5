import { MigrationInterface, QueryRunner, TableColumn } from 'typeorm';

export class Timestamps1710000000017 implements MigrationInterface {
  private tables = ['user', 'item'];

  public async up(queryRunner: QueryRunner): Promise<void> {
    for (const table of this.tables) {
      await queryRunner.query(`ALTER TABLE "${table}" ADD COLUMN IF NOT EXISTS "updated_at" timestamptz NOT NULL DEFAULT '2024-01-01'`);
      if (!(await queryRunner.hasColumn(table, 'deleted_at'))) {
        await queryRunner.addColumn(table, new TableColumn({ name: 'deleted_at', type: 'timestamptz', isNullable: true }));
      }
    }
    await queryRunner.query(`DO $idempotify$
DECLARE
  want text := 'btree (updated_at)';
  have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('item') AND relname = 'item_updated' AND indisvalid);
BEGIN
  IF have IS NULL THEN
    CREATE INDEX item_updated ON item (updated_at);
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: index item_updated is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of this.tables) {
      await queryRunner.dropColumn(table, 'deleted_at');
    }
  }
}
