exports.up = function (knex, Promise) {
  return knex.schema
    .createTable('accounts', function (t) {
      t.increments('id').primary();
      t.decimal('balance', 12, 2).notNull().defaultTo(0);
    })
    .then(function () {
      return knex.schema.table('users', function (t) {
        t.integer('account_id').references('accounts.id');
      });
    })
    .then(() => knex('users').whereNull('name').update({ name: 'nobody' }));
};

exports.down = function (knex) {};
