import { MigrationInterface, QueryRunner, TableIndex } from 'typeorm';

export class Concurrent1710000000019 implements MigrationInterface {
  transaction = false as const;

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE INDEX CONCURRENTLY "IDX_event_at" ON "event" ("at")`);
    await queryRunner.query(`ALTER TABLE "event" ADD "source" text; ALTER TABLE "event" ADD "target" text`);
    await queryRunner.createIndex('event', new TableIndex({ name: 'event_source', columnNames: ['source'] }));
    await queryRunner.query(`DROP INDEX CONCURRENTLY "event_old"`);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP INDEX CONCURRENTLY "IDX_event_at"`);
  }
}
