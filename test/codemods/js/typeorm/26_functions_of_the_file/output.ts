import { MigrationInterface, QueryRunner, TableColumn } from 'typeorm';

const addFlag = async (queryRunner: QueryRunner, table: string, name: string) => {
  if (!(await queryRunner.hasColumn(table, name))) {
    await queryRunner.addColumn(table, new TableColumn({ name, type: 'boolean', default: false }));
  }
};

export class Functions1710000000026 implements MigrationInterface {
  public async up(queryRunner: QueryRunner): Promise<void> {
    await addFlag(queryRunner, 'user', 'active');
    await addFlag(queryRunner, 'item', 'sold');
    await this.convert(queryRunner, 'bigint');
    await this.indexes(queryRunner);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await this.convert(queryRunner, 'int');
  }

  private async convert(queryRunner: QueryRunner, type: string) {
    await queryRunner.query(`ALTER TABLE item ALTER COLUMN price TYPE ${type}`);
    await queryRunner.query(`ALTER TABLE item ADD COLUMN IF NOT EXISTS currency text`);
  }

  private async indexes(queryRunner: QueryRunner) {
    return queryRunner.query(`DO $idempotify$
DECLARE
  want text := 'btree (price)';
  have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('item') AND relname = 'item_price' AND indisvalid);
BEGIN
  IF have IS NULL THEN
    CREATE INDEX item_price ON item (price);
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: index item_price is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
  }
}
