import { MigrationInterface, QueryRunner } from "typeorm";

export class Step51795293939457 implements MigrationInterface {
    name = 'Step51795293939457'

    public async up(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text[] := ARRAY['settings jsonb NOT NULL'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('"user"') AND attname = 'settings' AND NOT attisdropped);
BEGIN
  IF have = '{}' THEN
    ALTER TABLE "user" ADD IF NOT EXISTS "settings" jsonb NOT NULL DEFAULT '{}';
  ELSIF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table "user" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text[] := ARRAY['tags text[] NOT NULL'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('"user"') AND attname = 'tags' AND NOT attisdropped);
BEGIN
  IF have = '{}' THEN
    ALTER TABLE "user" ADD IF NOT EXISTS "tags" text array NOT NULL DEFAULT '{}';
  ELSIF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table "user" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text[] := ARRAY['"full" character varying'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('"user"') AND attname = 'full' AND NOT attisdropped);
BEGIN
  IF have = '{}' THEN
    ALTER TABLE "user" ADD IF NOT EXISTS "full" character varying GENERATED ALWAYS AS (coalesce("name", '') || ' <' || "email" || '>') STORED;
  ELSIF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table "user" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`INSERT INTO "typeorm_metadata"("database", "schema", "table", "type", "name", "value") SELECT $1::text, $2::text, $3::text, $4::text, $5::text, $6::text WHERE NOT EXISTS (SELECT FROM "typeorm_metadata" WHERE "database" = $1::text AND "schema" = $2::text AND "table" = $3::text AND "type" = $4::text AND "name" = $5::text)`, ["gen","public","user","GENERATED_COLUMN","full","coalesce(\"name\", '') || ' <' || \"email\" || '>'"]);
        await queryRunner.query(`DO $idempotify$
DECLARE
  definition text := $idempotify_sql$ AS SELECT "id", "email" FROM "user" WHERE "karma" > 10$idempotify_sql$;
  want text;
  have text := (SELECT pg_get_viewdef(oid) FROM pg_class WHERE oid = to_regclass(format('%I.%s', current_schema(), 'active_user')) AND relkind = 'v');
BEGIN
  IF have IS NULL THEN
    EXECUTE 'CREATE VIEW "active_user"' || definition;
  ELSE
    EXECUTE 'CREATE TEMP VIEW idempotify_twin' || definition;
    want := pg_get_viewdef(to_regclass('pg_temp.idempotify_twin'));
    DROP VIEW pg_temp.idempotify_twin;
    IF have <> want THEN
      RAISE EXCEPTION 'idempotify: view active_user is there with another definition: found %, expected %', have, want;
    END IF;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`INSERT INTO "typeorm_metadata"("schema", "type", "name", "value") SELECT $1::text, $2::text, $3::text, $4::text WHERE NOT EXISTS (SELECT FROM "typeorm_metadata" WHERE "schema" = $1::text AND "type" = $2::text AND "name" = $3::text)`, ["public","VIEW","active_user","SELECT \"id\", \"email\" FROM \"user\" WHERE \"karma\" > 10"]);
        await queryRunner.query(`DO $idempotify$
DECLARE
  definition text := $idempotify_sql$ AS SELECT "authorId", count(*) AS n FROM "post" GROUP BY "authorId"$idempotify_sql$;
  want text;
  have text := (SELECT pg_get_viewdef(oid) FROM pg_class WHERE oid = to_regclass(format('%I.%s', current_schema(), 'post_stats')) AND relkind = 'v');
BEGIN
  IF have IS NULL THEN
    EXECUTE 'CREATE VIEW "post_stats"' || definition;
  ELSE
    EXECUTE 'CREATE TEMP VIEW idempotify_twin' || definition;
    want := pg_get_viewdef(to_regclass('pg_temp.idempotify_twin'));
    DROP VIEW pg_temp.idempotify_twin;
    IF have <> want THEN
      RAISE EXCEPTION 'idempotify: view post_stats is there with another definition: found %, expected %', have, want;
    END IF;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`INSERT INTO "typeorm_metadata"("schema", "type", "name", "value") SELECT $1::text, $2::text, $3::text, $4::text WHERE NOT EXISTS (SELECT FROM "typeorm_metadata" WHERE "schema" = $1::text AND "type" = $2::text AND "name" = $3::text)`, ["public","VIEW","post_stats","SELECT \"authorId\", count(*) AS n FROM \"post\" GROUP BY \"authorId\""]);
    }

    public async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`DELETE FROM "typeorm_metadata" WHERE "type" = $1 AND "name" = $2 AND "schema" = $3`, ["VIEW","post_stats","public"]);
        await queryRunner.query(`DROP VIEW "post_stats"`);
        await queryRunner.query(`DELETE FROM "typeorm_metadata" WHERE "type" = $1 AND "name" = $2 AND "schema" = $3`, ["VIEW","active_user","public"]);
        await queryRunner.query(`DROP VIEW "active_user"`);
        await queryRunner.query(`DELETE FROM "typeorm_metadata" WHERE "type" = $1 AND "name" = $2 AND "database" = $3 AND "schema" = $4 AND "table" = $5`, ["GENERATED_COLUMN","full","gen","public","user"]);
        await queryRunner.query(`ALTER TABLE "user" DROP COLUMN "full"`);
        await queryRunner.query(`ALTER TABLE "user" DROP COLUMN "tags"`);
        await queryRunner.query(`ALTER TABLE "user" DROP COLUMN "settings"`);
    }

}
