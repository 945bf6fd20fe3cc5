exports.up = async function (knex, Promise) {
  if (!(await knex.schema.hasTable('accounts'))) {
    await knex.schema.createTable('accounts', function (t) {
      t.increments('id').primary();
      t.decimal('balance', 12, 2).notNull().defaultTo(0);
    });
  }
  if (!(await knex.schema.hasColumn('users', 'account_id'))) {
    await knex.schema.table('users', function (t) {
      t.integer('account_id').references('accounts.id');
    });
  }
  await knex('users').whereNull('name').update({ name: 'nobody' });
};

exports.down = function (knex) {};
