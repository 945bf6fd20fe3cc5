exports.up = async (knex) => {
  if (!(await knex.schema.hasColumn('users', 'nickname'))) {
    await knex.schema.alterTable('users', (table) => {
      table.string('nickname');
      table.index(['nickname'], 'users_by_nickname');
    });
  }
};

exports.down = (knex) =>
  knex.schema.alterTable('users', (table) => {
    table.dropColumn('nickname');
  });
