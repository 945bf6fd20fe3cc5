import { MigrationInterface, QueryRunner } from "typeorm";

export class Step61795293940710 implements MigrationInterface {
    name = 'Step61795293940710'

    public async up(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`DELETE FROM "typeorm_metadata" WHERE "type" = $1 AND "name" = $2 AND "schema" = $3`, ["VIEW","active_user","public"]);
        await queryRunner.query(`DO $idempotify$ BEGIN
  IF to_regclass('active_user') IS NOT NULL
    AND to_regclass(format('%I.%s', current_schema(), 'tag')) IS NULL THEN
    DROP VIEW "active_user";
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$ BEGIN
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('post') AND conname = 'FK_c6fb082a3114f35d0cc27c518e0' AND pg_get_constraintdef(oid) = format('FOREIGN KEY ("authorId") REFERENCES %s(id) ON DELETE CASCADE', to_regclass('"user"'))) THEN
    ALTER TABLE "post" DROP CONSTRAINT IF EXISTS "FK_c6fb082a3114f35d0cc27c518e0";
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text[] := ARRAY['id bigint NOT NULL', 'name character varying NOT NULL', 'CONSTRAINT "UQ_6a9775008add570dc3e5a0bab7b" UNIQUE (name)', 'CONSTRAINT "PK_8e4052373c579afc1471f526760" PRIMARY KEY (id)'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass(format('%I.%s', current_schema(), 'tag')) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT concat('CONSTRAINT ', quote_ident(conname), ' ', pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE conrelid = to_regclass(format('%I.%s', current_schema(), 'tag')) AND conname IN ('UQ_6a9775008add570dc3e5a0bab7b', 'PK_8e4052373c579afc1471f526760'));
BEGIN
  IF have = '{}' THEN
    CREATE TABLE "tag" ("id" BIGSERIAL NOT NULL, "name" character varying NOT NULL, CONSTRAINT "UQ_6a9775008add570dc3e5a0bab7b" UNIQUE ("name"), CONSTRAINT "PK_8e4052373c579afc1471f526760" PRIMARY KEY ("id"));
  ELSIF NOT (have <@ want AND want <@ have) THEN
    RAISE EXCEPTION 'idempotify: table tag is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text[] := ARRAY['"postId" uuid NOT NULL', '"tagId" bigint NOT NULL', 'CONSTRAINT "PK_e9b7b8e6a07bdccb6a954171676" PRIMARY KEY ("postId", "tagId")'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass(format('%I.%s', current_schema(), 'post_tags_tag')) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT concat('CONSTRAINT ', quote_ident(conname), ' ', pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE conrelid = to_regclass(format('%I.%s', current_schema(), 'post_tags_tag')) AND conname = 'PK_e9b7b8e6a07bdccb6a954171676');
BEGIN
  IF have = '{}' THEN
    CREATE TABLE "post_tags_tag" ("postId" uuid NOT NULL, "tagId" bigint NOT NULL, CONSTRAINT "PK_e9b7b8e6a07bdccb6a954171676" PRIMARY KEY ("postId", "tagId"));
  ELSIF NOT (have <@ want AND want <@ have) THEN
    RAISE EXCEPTION 'idempotify: table post_tags_tag is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text := 'btree ("postId")';
  have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('post_tags_tag') AND relname = 'IDX_b651178cc41334544a7a9601c4' AND indisvalid);
BEGIN
  IF have IS NULL THEN
    CREATE INDEX "IDX_b651178cc41334544a7a9601c4" ON "post_tags_tag"  ("postId");
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: index "IDX_b651178cc41334544a7a9601c4" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$; `);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text := 'btree ("tagId")';
  have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('post_tags_tag') AND relname = 'IDX_41e7626b9cc03c5c65812ae55e' AND indisvalid);
BEGIN
  IF have IS NULL THEN
    CREATE INDEX "IDX_41e7626b9cc03c5c65812ae55e" ON "post_tags_tag"  ("tagId");
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: index "IDX_41e7626b9cc03c5c65812ae55e" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$; `);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text[] := ARRAY['slug character varying NOT NULL'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('post') AND attname = 'slug' AND NOT attisdropped);
BEGIN
  IF have = '{}' THEN
    ALTER TABLE "post" ADD IF NOT EXISTS "slug" character varying NOT NULL;
  ELSIF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table post is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text := 'UNIQUE (slug)';
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('post') AND conname = 'UQ_cd1bddce36edc3e766798eab376');
BEGIN
  IF have IS NULL THEN
    ALTER TABLE "post" ADD CONSTRAINT "UQ_cd1bddce36edc3e766798eab376" UNIQUE ("slug");
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint "UQ_cd1bddce36edc3e766798eab376" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`ALTER TABLE "user" DROP CONSTRAINT IF EXISTS "UQ_e12875dfb3b1d92d7d7c5377e22"`);
        await queryRunner.query(`ALTER TABLE "post" ALTER COLUMN "authorId" DROP NOT NULL`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text;
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass('"user"') AND conname = 'CHK_01e75bf8866b5b84e0016951cf');
BEGIN
  IF have IS NULL THEN
    ALTER TABLE "user" ADD CONSTRAINT "CHK_01e75bf8866b5b84e0016951cf" CHECK ("karma" >= 0);
  ELSE
    CREATE TEMP TABLE "user" (LIKE "user");
    ALTER TABLE pg_temp."user" ADD CONSTRAINT "CHK_01e75bf8866b5b84e0016951cf" CHECK ("karma" >= 0);
    want := (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass('pg_temp."user"') AND conname = 'CHK_01e75bf8866b5b84e0016951cf');
    DROP TABLE pg_temp."user";
    IF have <> want THEN
      RAISE EXCEPTION 'idempotify: constraint "CHK_01e75bf8866b5b84e0016951cf" on "user" is there with another definition: found %, expected %', have, want;
    END IF;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text := format('FOREIGN KEY ("authorId") REFERENCES %s(id) ON DELETE SET NULL', to_regclass('"user"'));
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('post') AND conname = 'FK_c6fb082a3114f35d0cc27c518e0');
BEGIN
  IF have IS NULL THEN
    ALTER TABLE "post" ADD CONSTRAINT "FK_c6fb082a3114f35d0cc27c518e0" FOREIGN KEY ("authorId") REFERENCES "user"("id") ON DELETE SET NULL ON UPDATE NO ACTION;
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint "FK_c6fb082a3114f35d0cc27c518e0" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text := format('FOREIGN KEY ("postId") REFERENCES %s(id) ON UPDATE CASCADE ON DELETE CASCADE', to_regclass('post'));
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('post_tags_tag') AND conname = 'FK_b651178cc41334544a7a9601c45');
BEGIN
  IF have IS NULL THEN
    ALTER TABLE "post_tags_tag" ADD CONSTRAINT "FK_b651178cc41334544a7a9601c45" FOREIGN KEY ("postId") REFERENCES "post"("id") ON DELETE CASCADE ON UPDATE CASCADE;
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint "FK_b651178cc41334544a7a9601c45" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text := format('FOREIGN KEY ("tagId") REFERENCES %s(id) ON UPDATE CASCADE ON DELETE CASCADE', to_regclass('tag'));
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('post_tags_tag') AND conname = 'FK_41e7626b9cc03c5c65812ae55e8');
BEGIN
  IF have IS NULL THEN
    ALTER TABLE "post_tags_tag" ADD CONSTRAINT "FK_41e7626b9cc03c5c65812ae55e8" FOREIGN KEY ("tagId") REFERENCES "tag"("id") ON DELETE CASCADE ON UPDATE CASCADE;
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint "FK_41e7626b9cc03c5c65812ae55e8" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  definition text := $idempotify_sql$ AS SELECT "id", "email", "karma" FROM "user" WHERE "karma" > 10$idempotify_sql$;
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
        await queryRunner.query(`INSERT INTO "typeorm_metadata"("schema", "type", "name", "value") SELECT $1::text, $2::text, $3::text, $4::text WHERE NOT EXISTS (SELECT FROM "typeorm_metadata" WHERE "schema" = $1::text AND "type" = $2::text AND "name" = $3::text)`, ["public","VIEW","active_user","SELECT \"id\", \"email\", \"karma\" FROM \"user\" WHERE \"karma\" > 10"]);
    }

    public async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`DELETE FROM "typeorm_metadata" WHERE "type" = $1 AND "name" = $2 AND "schema" = $3`, ["VIEW","active_user","public"]);
        await queryRunner.query(`DROP VIEW "active_user"`);
        await queryRunner.query(`ALTER TABLE "post_tags_tag" DROP CONSTRAINT "FK_41e7626b9cc03c5c65812ae55e8"`);
        await queryRunner.query(`ALTER TABLE "post_tags_tag" DROP CONSTRAINT "FK_b651178cc41334544a7a9601c45"`);
        await queryRunner.query(`ALTER TABLE "post" DROP CONSTRAINT "FK_c6fb082a3114f35d0cc27c518e0"`);
        await queryRunner.query(`ALTER TABLE "user" DROP CONSTRAINT "CHK_01e75bf8866b5b84e0016951cf"`);
        await queryRunner.query(`ALTER TABLE "post" ALTER COLUMN "authorId" SET NOT NULL`);
        await queryRunner.query(`ALTER TABLE "user" ADD CONSTRAINT "UQ_e12875dfb3b1d92d7d7c5377e22" UNIQUE ("email")`);
        await queryRunner.query(`ALTER TABLE "post" DROP CONSTRAINT "UQ_cd1bddce36edc3e766798eab376"`);
        await queryRunner.query(`ALTER TABLE "post" DROP COLUMN "slug"`);
        await queryRunner.query(`DROP INDEX "public"."IDX_41e7626b9cc03c5c65812ae55e"`);
        await queryRunner.query(`DROP INDEX "public"."IDX_b651178cc41334544a7a9601c4"`);
        await queryRunner.query(`DROP TABLE "post_tags_tag"`);
        await queryRunner.query(`DROP TABLE "tag"`);
        await queryRunner.query(`ALTER TABLE "post" ADD CONSTRAINT "FK_c6fb082a3114f35d0cc27c518e0" FOREIGN KEY ("authorId") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE NO ACTION`);
        await queryRunner.query(`CREATE VIEW "active_user" AS SELECT "id", "email" FROM "user" WHERE "karma" > 10`);
        await queryRunner.query(`INSERT INTO "typeorm_metadata"("database", "schema", "table", "type", "name", "value") VALUES (DEFAULT, $1, DEFAULT, $2, $3, $4)`, ["public","VIEW","active_user","SELECT \"id\", \"email\" FROM \"user\" WHERE \"karma\" > 10"]);
    }

}
