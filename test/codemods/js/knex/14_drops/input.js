module.exports.up = async (knex) => {
  await knex.schema.dropView('adults');
  await knex.schema.dropTable('pets').dropTableIfExists('toys');
  await knex.schema.withSchema('old').dropTable('users');
  await knex.schema.dropSchema('old');
};

module.exports.down = async () => {};
