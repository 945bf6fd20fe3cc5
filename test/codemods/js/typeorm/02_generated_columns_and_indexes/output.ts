import { MigrationInterface, QueryRunner } from "typeorm";

export class Step21795293935612 implements MigrationInterface {
    name = 'Step21795293935612'

    public async up(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text[] := ARRAY['id integer NOT NULL', 'text text NOT NULL', '"createdAt" timestamp with time zone NOT NULL', '"postId" uuid', '"authorId" integer', 'CONSTRAINT "PK_0b0e4bbc8415ec426f87f3a88e2" PRIMARY KEY (id)'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass(format('%I.%s', current_schema(), 'comment')) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT concat('CONSTRAINT ', quote_ident(conname), ' ', pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE conrelid = to_regclass(format('%I.%s', current_schema(), 'comment')) AND conname = 'PK_0b0e4bbc8415ec426f87f3a88e2');
BEGIN
  IF have = '{}' THEN
    CREATE TABLE "comment" ("id" SERIAL NOT NULL, "text" text NOT NULL, "createdAt" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), "postId" uuid, "authorId" integer, CONSTRAINT "PK_0b0e4bbc8415ec426f87f3a88e2" PRIMARY KEY ("id"));
  ELSIF NOT (have <@ want AND want <@ have) THEN
    RAISE EXCEPTION 'idempotify: table comment is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text[] := ARRAY['bio text'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('"user"') AND attname = 'bio' AND NOT attisdropped);
BEGIN
  IF have = '{}' THEN
    ALTER TABLE "user" ADD IF NOT EXISTS "bio" text;
  ELSIF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table "user" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`COMMENT ON COLUMN "user"."bio" IS 'what the user says, it''s free text'`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text[] := ARRAY['karma integer NOT NULL'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('"user"') AND attname = 'karma' AND NOT attisdropped);
BEGIN
  IF have = '{}' THEN
    ALTER TABLE "user" ADD IF NOT EXISTS "karma" integer NOT NULL DEFAULT '0';
  ELSIF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table "user" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text := 'btree ("createdAt")';
  have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('"user"') AND relname = 'IDX_e11e649824a45d8ed01d597fd9' AND indisvalid);
BEGIN
  IF have IS NULL THEN
    CREATE INDEX "IDX_e11e649824a45d8ed01d597fd9" ON "user"  ("createdAt");
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: index "IDX_e11e649824a45d8ed01d597fd9" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$; `);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text := 'btree (title)';
  have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('post') AND relname = 'IDX_e28aa0c4114146bfb1567bfa9a' AND indisvalid);
BEGIN
  IF have IS NULL THEN
    CREATE INDEX "IDX_e28aa0c4114146bfb1567bfa9a" ON "post"  ("title");
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: index "IDX_e28aa0c4114146bfb1567bfa9a" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$; `);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text := format('FOREIGN KEY ("postId") REFERENCES %s(id) ON DELETE CASCADE', to_regclass('post'));
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('comment') AND conname = 'FK_94a85bb16d24033a2afdd5df060');
BEGIN
  IF have IS NULL THEN
    ALTER TABLE "comment" ADD CONSTRAINT "FK_94a85bb16d24033a2afdd5df060" FOREIGN KEY ("postId") REFERENCES "post"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint "FK_94a85bb16d24033a2afdd5df060" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text := format('FOREIGN KEY ("authorId") REFERENCES %s(id)', to_regclass('"user"'));
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('comment') AND conname = 'FK_276779da446413a0d79598d4fbd');
BEGIN
  IF have IS NULL THEN
    ALTER TABLE "comment" ADD CONSTRAINT "FK_276779da446413a0d79598d4fbd" FOREIGN KEY ("authorId") REFERENCES "user"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint "FK_276779da446413a0d79598d4fbd" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
    }

    public async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`ALTER TABLE "comment" DROP CONSTRAINT "FK_276779da446413a0d79598d4fbd"`);
        await queryRunner.query(`ALTER TABLE "comment" DROP CONSTRAINT "FK_94a85bb16d24033a2afdd5df060"`);
        await queryRunner.query(`DROP INDEX "public"."IDX_e28aa0c4114146bfb1567bfa9a"`);
        await queryRunner.query(`DROP INDEX "public"."IDX_e11e649824a45d8ed01d597fd9"`);
        await queryRunner.query(`ALTER TABLE "user" DROP COLUMN "karma"`);
        await queryRunner.query(`COMMENT ON COLUMN "user"."bio" IS 'what the user says, it''s free text'`);
        await queryRunner.query(`ALTER TABLE "user" DROP COLUMN "bio"`);
        await queryRunner.query(`DROP TABLE "comment"`);
    }

}
