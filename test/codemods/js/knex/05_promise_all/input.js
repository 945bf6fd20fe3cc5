exports.up = async function (knex) {
  await Promise.all([
    knex.schema.createTable('countries', (table) => {
      table.string('code', 2).primary();
    }),
    knex.schema.createTable('cities', (table) => {
      table.bigIncrements();
      table.string('name');
    }),
  ]);
};

exports.down = async function (knex) {
  await Promise.all([knex.schema.dropTable('countries'), knex.schema.dropTable('cities')]);
};
