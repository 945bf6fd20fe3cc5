import type { Kysely } from "kysely";
import { sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("users").addColumn("age", "integer", (col) => col.ifNotExists()).execute();
  await db.schema
    .alterTable("users")
    .addColumn("email", "text", (col) => col.ifNotExists().notNull().defaultTo(""))
    .addColumn("bio", "text", (col) => col.ifNotExists())
    .execute();
  await sql`
    DO $idempotify$
    DECLARE
      want text[] := ARRAY['team_id integer', format('FOREIGN KEY (team_id) REFERENCES %s(id) ON DELETE SET NULL', to_regclass('teams'))];
      have text[] := ARRAY(
        SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
        FROM pg_attribute WHERE attrelid = to_regclass('users') AND attname = 'team_id' AND NOT attisdropped
        UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
        WHERE conrelid = to_regclass('users') AND pg_get_constraintdef(oid) = ANY (want));
    BEGIN
      IF have = '{}' THEN
        alter table "users" add column IF NOT EXISTS "team_id" integer references "teams" ("id") on delete set null;
      ELSIF NOT have <@ want OR cardinality(have) < 2 THEN
        RAISE EXCEPTION 'idempotify: table users is there with another definition: found %, expected %', have, want;
      END IF;
    END $idempotify$;
  `.execute(db);
  await sql`alter table "users" drop column IF EXISTS "nickname"`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("users").dropColumn("age").execute();
}
