import { MigrationInterface, QueryRunner, TableColumn } from 'typeorm';

const addFlag = async (queryRunner: QueryRunner, table: string, name: string) => {
  await queryRunner.addColumn(table, new TableColumn({ name, type: 'boolean', default: false }));
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
    return queryRunner.query(`CREATE INDEX item_price ON item (price)`);
  }
}
