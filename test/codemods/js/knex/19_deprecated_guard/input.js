exports.up = async (knex) => {
  await knex.schema.createTableIfNotExists('logs', (table) => {
    table.increments();
    table.string('level').index();
  });
};

exports.down = async (knex) => {
  await knex.schema.dropTableIfExists('logs');
};
