module.exports.up = async (knex) => {
  await knex.schema.dropViewIfExists('adults');
  await knex.schema.dropTableIfExists('pets').dropTableIfExists('toys');
  await knex.schema.withSchema('old').dropTableIfExists('users');
  await knex.schema.dropSchemaIfExists('old');
};

module.exports.down = async () => {};
