exports.up = async (knex) => {
  if (!(await knex.schema.hasTable('logs'))) {
    await knex.schema.createTable('logs', (table) => {
      table.increments();
      table.string('level').index();
    });
  }
};

exports.down = async (knex) => {
  await knex.schema.dropTableIfExists('logs');
};
