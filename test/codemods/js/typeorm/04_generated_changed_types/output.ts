import { MigrationInterface, QueryRunner } from "typeorm";

export class Step41795293938243 implements MigrationInterface {
    name = 'Step41795293938243'

    public async up(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`DO $idempotify$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"user"') AND attname = 'email' AND NOT attisdropped AND format_type(atttypid, atttypmod) = 'character varying(320)')
    AND EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"user"') AND conname = 'UQ_e12875dfb3b1d92d7d7c5377e22') THEN
    ALTER TABLE "user" DROP CONSTRAINT IF EXISTS "UQ_e12875dfb3b1d92d7d7c5377e22";
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"user"') AND attname = 'email' AND NOT attisdropped AND format_type(atttypid, atttypmod) = 'character varying(320)')
    AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"user"') AND attname = 'email' AND NOT attisdropped) THEN
    ALTER TABLE "user" DROP COLUMN IF EXISTS "email";
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text[] := ARRAY['email character varying(320) NOT NULL'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('"user"') AND attname = 'email' AND NOT attisdropped);
BEGIN
  IF have = '{}' THEN
    ALTER TABLE "user" ADD IF NOT EXISTS "email" character varying(320) NOT NULL;
  ELSIF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table "user" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text := 'UNIQUE (email)';
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('"user"') AND conname = 'UQ_e12875dfb3b1d92d7d7c5377e22');
BEGIN
  IF have IS NULL THEN
    ALTER TABLE "user" ADD CONSTRAINT "UQ_e12875dfb3b1d92d7d7c5377e22" UNIQUE ("email");
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint "UQ_e12875dfb3b1d92d7d7c5377e22" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`ALTER TABLE "user" ALTER COLUMN "name" DROP NOT NULL`);
        await queryRunner.query(`ALTER TYPE "public"."user_role_enum" ADD VALUE IF NOT EXISTS 'owner'`);
        await queryRunner.query(`DO $idempotify$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"user"') AND attname = 'balance' AND NOT attisdropped AND format_type(atttypid, atttypmod) = 'numeric(12,2)')
    AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"user"') AND attname = 'balance' AND NOT attisdropped) THEN
    ALTER TABLE "user" DROP COLUMN IF EXISTS "balance";
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text[] := ARRAY['balance numeric(12,2) NOT NULL'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('"user"') AND attname = 'balance' AND NOT attisdropped);
BEGIN
  IF have = '{}' THEN
    ALTER TABLE "user" ADD IF NOT EXISTS "balance" numeric(12,2) NOT NULL DEFAULT '0';
  ELSIF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table "user" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$ BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('comment') AND attname = 'text' AND NOT attisdropped)
    AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('comment') AND attname = 'text' AND NOT attisdropped AND format_type(atttypid, atttypmod) = 'character varying(1000)') THEN
    ALTER TABLE "comment" DROP COLUMN IF EXISTS "text";
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text[] := ARRAY['text character varying(1000) NOT NULL'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('comment') AND attname = 'text' AND NOT attisdropped);
BEGIN
  IF have = '{}' THEN
    ALTER TABLE "comment" ADD IF NOT EXISTS "text" character varying(1000) NOT NULL;
  ELSIF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table comment is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
    }

    public async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`ALTER TABLE "comment" DROP COLUMN "text"`);
        await queryRunner.query(`ALTER TABLE "comment" ADD "text" text NOT NULL`);
        await queryRunner.query(`ALTER TABLE "user" DROP COLUMN "balance"`);
        await queryRunner.query(`ALTER TABLE "user" ADD "balance" integer NOT NULL DEFAULT '0'`);
        await queryRunner.query(`CREATE TYPE "public"."user_role_enum_old" AS ENUM('user', 'admin')`);
        await queryRunner.query(`ALTER TABLE "user" ALTER COLUMN "role" TYPE "public"."user_role_enum_old" USING "role"::"text"::"public"."user_role_enum_old"`);
        await queryRunner.query(`DROP TYPE "public"."user_role_enum"`);
        await queryRunner.query(`ALTER TYPE "public"."user_role_enum_old" RENAME TO "user_role_enum"`);
        await queryRunner.query(`ALTER TABLE "user" ALTER COLUMN "name" SET NOT NULL`);
        await queryRunner.query(`ALTER TABLE "user" DROP CONSTRAINT "UQ_e12875dfb3b1d92d7d7c5377e22"`);
        await queryRunner.query(`ALTER TABLE "user" DROP COLUMN "email"`);
        await queryRunner.query(`ALTER TABLE "user" ADD "email" character varying(255) NOT NULL`);
        await queryRunner.query(`ALTER TABLE "user" ADD CONSTRAINT "UQ_e12875dfb3b1d92d7d7c5377e22" UNIQUE ("email")`);
    }

}
