import type { Kysely } from "kysely";
import { sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("users").addColumn("age", "integer", (col) => col.ifNotExists()).execute();
  await db.schema
    .alterTable("users")
    .addColumn("email", "text", (col) => col.ifNotExists().notNull().defaultTo(""))
    .addColumn("bio", "text", (col) => col.ifNotExists())
    .execute();
  await db.schema
    .alterTable("users")
    .addColumn("team_id", "integer", (col) => col.ifNotExists().references("teams.id").onDelete("set null"))
    .execute();
  await sql`alter table "users" drop column IF EXISTS "nickname"`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("users").dropColumn("age").execute();
}
