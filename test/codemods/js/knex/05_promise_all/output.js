exports.up = async function (knex) {
  if (!(await knex.schema.hasTable('countries'))) {
    await knex.schema.createTable('countries', (table) => {
      table.string('code', 2).primary();
    });
  }
  if (!(await knex.schema.hasTable('cities'))) {
    await knex.schema.createTable('cities', (table) => {
      table.bigIncrements();
      table.string('name');
    });
  }
};

exports.down = async function (knex) {
  await Promise.all([knex.schema.dropTable('countries'), knex.schema.dropTable('cities')]);
};
