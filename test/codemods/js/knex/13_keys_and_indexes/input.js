exports.up = async function (knex) {
  await knex.schema.alterTable('orders', function (table) {
    table.foreign('user_id').references('users.id').onDelete('CASCADE');
  });
  await knex.schema.table('orders', function (table) {
    table.dropForeign('old_id');
    table.dropIndex('state');
  });
  await knex.schema.table('orders', function (table) {
    table.index(['state', 'user_id'], 'orders_by_state', 'btree');
    table.dropPrimary();
    table.primary(['id', 'state']);
  });
};

exports.down = function () {};
