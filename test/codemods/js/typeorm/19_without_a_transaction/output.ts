import { MigrationInterface, QueryRunner, TableIndex } from 'typeorm';

export class Concurrent1710000000019 implements MigrationInterface {
  transaction = false as const;

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DO $idempotify$
DECLARE
  want text := 'btree (at)';
  have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('event') AND relname = 'IDX_event_at' AND indisvalid);
BEGIN
  IF EXISTS (SELECT FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('event') AND relname = 'IDX_event_at' AND NOT indisvalid) THEN
    DROP INDEX "IDX_event_at";
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: index "IDX_event_at" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
    await queryRunner.query(`CREATE INDEX CONCURRENTLY IF NOT EXISTS "IDX_event_at" ON "event" ("at")`);
    await queryRunner.query(`DO $idempotify$
DECLARE
  want text[] := ARRAY['source text'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('event') AND attname = 'source' AND NOT attisdropped);
BEGIN
  IF have = '{}' THEN
    ALTER TABLE "event" ADD IF NOT EXISTS "source" text;
  ELSIF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table event is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$; DO $idempotify$
DECLARE
  want text[] := ARRAY['target text'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('event') AND attname = 'target' AND NOT attisdropped);
BEGIN
  IF have = '{}' THEN
    ALTER TABLE "event" ADD IF NOT EXISTS "target" text;
  ELSIF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table event is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
    if (!(await queryRunner.getTable('event'))?.indices.some((index) => index.name === 'event_source')) {
      await queryRunner.createIndex('event', new TableIndex({ name: 'event_source', columnNames: ['source'] }));
    }
    await queryRunner.query(`DROP INDEX CONCURRENTLY IF EXISTS "event_old"`);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP INDEX CONCURRENTLY "IDX_event_at"`);
  }
}
