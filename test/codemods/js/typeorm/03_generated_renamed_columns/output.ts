import { MigrationInterface, QueryRunner } from "typeorm";

export class Step31795293936914 implements MigrationInterface {
    name = 'Step31795293936914'

    public async up(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`DO $idempotify$ BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"user"') AND attname = 'nick' AND NOT attisdropped) THEN
    ALTER TABLE "user" RENAME COLUMN "nick" TO "displayName";
  ELSIF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"user"') AND attname = 'displayName' AND NOT attisdropped) THEN
    RAISE EXCEPTION 'idempotify: neither column "nick" of "user" nor its new name "displayName" is there';
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$ BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('post') AND attname = 'published' AND NOT attisdropped) THEN
    ALTER TABLE "post" RENAME COLUMN "published" TO "publishedAt";
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text := 'UNIQUE ("displayName")';
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('"user"') AND conname = 'UQ_059e69c318702e93998f26d1528');
BEGIN
  IF have IS NULL THEN
    ALTER TABLE "user" ADD CONSTRAINT "UQ_059e69c318702e93998f26d1528" UNIQUE ("displayName");
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint "UQ_059e69c318702e93998f26d1528" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$ BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('post') AND attname = 'publishedAt' AND NOT attisdropped)
    AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('post') AND attname = 'publishedAt' AND NOT attisdropped AND format_type(atttypid, atttypmod) = 'timestamp with time zone') THEN
    ALTER TABLE "post" DROP COLUMN IF EXISTS "publishedAt";
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text[] := ARRAY['"publishedAt" timestamp with time zone'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('post') AND attname = 'publishedAt' AND NOT attisdropped);
BEGIN
  IF have = '{}' THEN
    ALTER TABLE "post" ADD IF NOT EXISTS "publishedAt" TIMESTAMP WITH TIME ZONE;
  ELSIF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table post is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
    }

    public async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`ALTER TABLE "post" DROP COLUMN "publishedAt"`);
        await queryRunner.query(`ALTER TABLE "post" ADD "publishedAt" boolean NOT NULL DEFAULT false`);
        await queryRunner.query(`ALTER TABLE "user" DROP CONSTRAINT "UQ_059e69c318702e93998f26d1528"`);
        await queryRunner.query(`ALTER TABLE "post" RENAME COLUMN "publishedAt" TO "published"`);
        await queryRunner.query(`ALTER TABLE "user" RENAME COLUMN "displayName" TO "nick"`);
    }

}
