/** @param {import('kysely').Kysely<any>} db */
exports.up = async (db) => {
  await db.schema.createTable("logs").ifNotExists().addColumn("id", "serial", (c) => c.primaryKey()).execute();
  // what it was about
  await db.schema.alterTable("logs").addColumn("about", "integer", (c) => c.ifNotExists().references("users.id")).execute();
};

/** @param {import('kysely').Kysely<any>} db */
exports.down = async (db) => {
  await db.schema.dropTable("logs").execute();
};

const { Kysely } = require("kysely");
void Kysely;
