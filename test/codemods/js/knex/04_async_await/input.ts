import type { Knex } from "knex";

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable("projects", (t) => {
    t.uuid("id", { primaryKey: true }).defaultTo(knex.fn.uuid());
    t.string("name").notNullable();
    t.jsonb("settings").notNullable().defaultTo("{}");
    t.specificType("tags", "text[]").notNullable().defaultTo("{}");
    t.timestamps(true, true, true);
  });

  await knex.schema.alterTable("users", (t) => {
    t.uuid("projectId").nullable();
    t.foreign("projectId").references("id").inTable("projects").onDelete("SET NULL");
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable("users", (t) => {
    t.dropColumn("projectId");
  });
  await knex.schema.dropTable("projects");
}
