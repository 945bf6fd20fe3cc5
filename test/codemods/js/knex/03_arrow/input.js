exports.up = (knex) =>
  knex.schema.alterTable('users', (table) => {
    table.string('nickname');
    table.index(['nickname'], 'users_by_nickname');
  });

exports.down = (knex) =>
  knex.schema.alterTable('users', (table) => {
    table.dropColumn('nickname');
  });
