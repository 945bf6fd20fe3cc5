import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("users").addColumn("age", "integer").execute();
  await db.schema
    .alterTable("users")
    .addColumn("email", "text", (col) => col.notNull().defaultTo(""))
    .addColumn("bio", "text")
    .execute();
  await db.schema
    .alterTable("users")
    .addColumn("team_id", "integer", (col) => col.references("teams.id").onDelete("set null"))
    .execute();
  await db.schema.alterTable("users").dropColumn("nickname").execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("users").dropColumn("age").execute();
}
