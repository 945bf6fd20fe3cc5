import { MigrationInterface, QueryRunner } from "typeorm";

export class Step71795293942466 implements MigrationInterface {
    name = 'Step71795293942466'

    public async up(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`DROP INDEX IF EXISTS "public"."IDX_e11e649824a45d8ed01d597fd9"`);
        await queryRunner.query(`DO $idempotify$ BEGIN
  IF (ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = to_regtype('public.user_role_enum') ORDER BY enumsortorder) = ARRAY['user', 'owner']) IS NOT TRUE
    AND to_regtype('public.user_role_enum_old') IS NULL THEN
    ALTER TYPE "public"."user_role_enum" RENAME TO "user_role_enum_old";
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text[] := ARRAY['user', 'owner'];
  have text[] := ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = to_regtype('public.user_role_enum') ORDER BY enumsortorder);
BEGIN
  IF to_regtype('public.user_role_enum') IS NULL THEN
    CREATE TYPE "public"."user_role_enum" AS ENUM('user', 'owner');
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: enum public.user_role_enum is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$ BEGIN
  IF to_regtype('public.user_role_enum_old') IS NOT NULL THEN
    ALTER TABLE "user" ALTER COLUMN "role" DROP DEFAULT;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`ALTER TABLE "user" ALTER COLUMN "role" TYPE "public"."user_role_enum" USING "role"::"text"::"public"."user_role_enum"`);
        await queryRunner.query(`ALTER TABLE "user" ALTER COLUMN "role" SET DEFAULT 'user'`);
        await queryRunner.query(`DROP TYPE IF EXISTS "public"."user_role_enum_old"`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text;
  have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('"user"') AND relname = 'IDX_3c28ce8da1c6d12e0b646d67ff' AND indisvalid);
BEGIN
  IF have IS NULL THEN
    CREATE UNIQUE INDEX "IDX_3c28ce8da1c6d12e0b646d67ff" ON "user"  ("email") WHERE "balance" >= 0;
  ELSE
    CREATE TEMP TABLE "user" (LIKE "user");
    CREATE UNIQUE INDEX "IDX_3c28ce8da1c6d12e0b646d67ff" ON pg_temp."user"  ("email") WHERE "balance" >= 0;
    want := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('pg_temp."user"') AND relname = 'IDX_3c28ce8da1c6d12e0b646d67ff' AND indisvalid);
    DROP TABLE pg_temp."user";
    IF have <> want THEN
      RAISE EXCEPTION 'idempotify: index "IDX_3c28ce8da1c6d12e0b646d67ff" on "user" is there with another definition: found %, expected %', have, want;
    END IF;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text := 'btree ("createdAt", karma)';
  have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('"user"') AND relname = 'IDX_51aba2cf6fee0b17db07b2d212' AND indisvalid);
BEGIN
  IF have IS NULL THEN
    CREATE INDEX "IDX_51aba2cf6fee0b17db07b2d212" ON "user"  ("createdAt", "karma");
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: index "IDX_51aba2cf6fee0b17db07b2d212" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$; `);
    }

    public async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`DROP INDEX "public"."IDX_51aba2cf6fee0b17db07b2d212"`);
        await queryRunner.query(`DROP INDEX "public"."IDX_3c28ce8da1c6d12e0b646d67ff"`);
        await queryRunner.query(`CREATE TYPE "public"."user_role_enum_old" AS ENUM('user', 'admin', 'owner')`);
        await queryRunner.query(`ALTER TABLE "user" ALTER COLUMN "role" DROP DEFAULT`);
        await queryRunner.query(`ALTER TABLE "user" ALTER COLUMN "role" TYPE "public"."user_role_enum_old" USING "role"::"text"::"public"."user_role_enum_old"`);
        await queryRunner.query(`ALTER TABLE "user" ALTER COLUMN "role" SET DEFAULT 'user'`);
        await queryRunner.query(`DROP TYPE "public"."user_role_enum"`);
        await queryRunner.query(`ALTER TYPE "public"."user_role_enum_old" RENAME TO "user_role_enum"`);
        await queryRunner.query(`CREATE INDEX "IDX_e11e649824a45d8ed01d597fd9" ON "user" USING btree ("createdAt") `);
    }

}
