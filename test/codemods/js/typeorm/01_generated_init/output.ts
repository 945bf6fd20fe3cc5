import { MigrationInterface, QueryRunner } from "typeorm";

export class Step11795293934350 implements MigrationInterface {
    name = 'Step11795293934350'

    public async up(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text[] := ARRAY['user', 'admin'];
  have text[] := ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = to_regtype('public.user_role_enum') ORDER BY enumsortorder);
BEGIN
  IF to_regtype('public.user_role_enum') IS NULL THEN
    CREATE TYPE "public"."user_role_enum" AS ENUM('user', 'admin');
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: enum public.user_role_enum is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text[] := ARRAY['id integer NOT NULL', 'email character varying(255) NOT NULL', 'name character varying NOT NULL', format('role %s NOT NULL', to_regtype('public.user_role_enum')), '"createdAt" timestamp with time zone NOT NULL', 'nick character varying', 'balance integer NOT NULL', 'CONSTRAINT "UQ_e12875dfb3b1d92d7d7c5377e22" UNIQUE (email)', 'CONSTRAINT "PK_cace4a159ff9f2512dd42373760" PRIMARY KEY (id)'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass(format('%I.%s', current_schema(), '"user"')) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT concat('CONSTRAINT ', quote_ident(conname), ' ', pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE conrelid = to_regclass(format('%I.%s', current_schema(), '"user"')) AND conname IN ('UQ_e12875dfb3b1d92d7d7c5377e22', 'PK_cace4a159ff9f2512dd42373760'));
BEGIN
  IF have = '{}' THEN
    CREATE TABLE "user" ("id" SERIAL NOT NULL, "email" character varying(255) NOT NULL, "name" character varying NOT NULL, "role" "public"."user_role_enum" NOT NULL DEFAULT 'user', "createdAt" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), "nick" character varying, "balance" integer NOT NULL DEFAULT '0', CONSTRAINT "UQ_e12875dfb3b1d92d7d7c5377e22" UNIQUE ("email"), CONSTRAINT "PK_cace4a159ff9f2512dd42373760" PRIMARY KEY ("id"));
  ELSIF NOT (have <@ want AND want <@ have) THEN
    RAISE EXCEPTION 'idempotify: table "user" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text[] := ARRAY['id uuid NOT NULL', 'title character varying(200) NOT NULL', 'body text NOT NULL', 'published boolean NOT NULL', '"authorId" integer NOT NULL', 'CONSTRAINT "PK_be5fda3aac270b134ff9c21cdee" PRIMARY KEY (id)'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass(format('%I.%s', current_schema(), 'post')) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT concat('CONSTRAINT ', quote_ident(conname), ' ', pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE conrelid = to_regclass(format('%I.%s', current_schema(), 'post')) AND conname = 'PK_be5fda3aac270b134ff9c21cdee');
BEGIN
  IF have = '{}' THEN
    CREATE TABLE "post" ("id" uuid NOT NULL DEFAULT uuid_generate_v4(), "title" character varying(200) NOT NULL, "body" text NOT NULL, "published" boolean NOT NULL DEFAULT false, "authorId" integer NOT NULL, CONSTRAINT "PK_be5fda3aac270b134ff9c21cdee" PRIMARY KEY ("id"));
  ELSIF NOT (have <@ want AND want <@ have) THEN
    RAISE EXCEPTION 'idempotify: table post is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
        await queryRunner.query(`DO $idempotify$
DECLARE
  want text := format('FOREIGN KEY ("authorId") REFERENCES %s(id) ON DELETE CASCADE', to_regclass('"user"'));
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('post') AND conname = 'FK_c6fb082a3114f35d0cc27c518e0');
BEGIN
  IF have IS NULL THEN
    ALTER TABLE "post" ADD CONSTRAINT "FK_c6fb082a3114f35d0cc27c518e0" FOREIGN KEY ("authorId") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint "FK_c6fb082a3114f35d0cc27c518e0" is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
    }

    public async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`ALTER TABLE "post" DROP CONSTRAINT "FK_c6fb082a3114f35d0cc27c518e0"`);
        await queryRunner.query(`DROP TABLE "post"`);
        await queryRunner.query(`DROP TABLE "user"`);
        await queryRunner.query(`DROP TYPE "public"."user_role_enum"`);
    }

}
