import { Kysely, sql } from 'kysely';

export async function up(db: Kysely<any>): Promise<void> {
  await sql`CREATE EXTENSION IF NOT EXISTS "pgcrypto"`.execute(db);
  await sql`
    CREATE TABLE assets (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      path text NOT NULL
    );
  `.execute(db);
  await sql`ALTER TABLE assets ADD CONSTRAINT assets_path_key UNIQUE (path);`.execute(db);
  await sql`CREATE INDEX ${sql.ref('assets_path')} ON ${sql.table('assets')} (${sql.ref('path')} text_pattern_ops)`.execute(db);
  await sql.raw('ALTER TABLE assets ADD COLUMN size bigint').execute(db);
  await sql`UPDATE assets SET size = ${0} WHERE size IS NULL`.execute(db);
  await sql`
    CREATE OR REPLACE FUNCTION asset_path(a assets) RETURNS text
    LANGUAGE sql STABLE AS $$ SELECT a.path || '\\' $$
  `.execute(db);
}

export async function down(db: Kysely<any>): Promise<void> {
  await sql`DROP TABLE assets`.execute(db);
}
