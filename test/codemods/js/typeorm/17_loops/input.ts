import { MigrationInterface, QueryRunner, TableColumn } from 'typeorm';

export class Timestamps1710000000017 implements MigrationInterface {
  private tables = ['user', 'item'];

  public async up(queryRunner: QueryRunner): Promise<void> {
    for (const table of this.tables) {
      await queryRunner.query(`ALTER TABLE "${table}" ADD COLUMN "updated_at" timestamptz NOT NULL DEFAULT '2024-01-01'`);
      await queryRunner.addColumn(table, new TableColumn({ name: 'deleted_at', type: 'timestamptz', isNullable: true }));
    }
    await queryRunner.query(`CREATE INDEX item_updated ON item (updated_at)`);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of this.tables) {
      await queryRunner.dropColumn(table, 'deleted_at');
    }
  }
}
