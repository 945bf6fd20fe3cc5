import { Kysely, sql } from 'kysely';

export async function up(db: Kysely<any>): Promise<void> {
  await sql`CREATE EXTENSION IF NOT EXISTS "pgcrypto"`.execute(db);
  await sql`
    DO $idempotify$
DECLARE
  want text[] := ARRAY['id uuid NOT NULL', 'path text NOT NULL', 'size bigint', 'PRIMARY KEY (id)'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass(format('%I.%s', current_schema(), 'assets')) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass(format('%I.%s', current_schema(), 'assets')) AND pg_get_constraintdef(oid) = ANY (want));
BEGIN
  IF have = '{}' THEN
    CREATE TABLE assets (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      path text NOT NULL
    );
  ELSIF NOT have <@ want OR cardinality(have) NOT BETWEEN 3 AND 4 THEN
    RAISE EXCEPTION 'idempotify: table assets is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;
  `.execute(db);
  await sql`DO $idempotify$
DECLARE
  want text := 'UNIQUE (path)';
  have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('assets') AND conname = 'assets_path_key');
BEGIN
  IF have IS NULL THEN
    ALTER TABLE assets ADD CONSTRAINT assets_path_key UNIQUE (path);
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: constraint assets_path_key is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`.execute(db);
  await sql`CREATE INDEX IF NOT EXISTS "assets_path" ON "assets" ("path" text_pattern_ops)`.execute(db);
  await sql.raw(`DO $idempotify$
DECLARE
  want text[] := ARRAY['size bigint'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('assets') AND attname = 'size' AND NOT attisdropped);
BEGIN
  IF have = '{}' THEN
    ALTER TABLE assets ADD COLUMN IF NOT EXISTS size bigint;
  ELSIF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table assets is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`).execute(db);
  await sql`UPDATE assets SET size = ${0} WHERE size IS NULL`.execute(db);
  await sql`
    CREATE OR REPLACE FUNCTION asset_path(a assets) RETURNS text
    LANGUAGE sql STABLE AS $$ SELECT a.path || '\\' $$
  `.execute(db);
}

export async function down(db: Kysely<any>): Promise<void> {
  await sql`DROP TABLE assets`.execute(db);
}
