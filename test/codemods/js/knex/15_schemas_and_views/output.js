exports.up = async function (knex) {
  await knex.schema.createSchemaIfNotExists('shop');
  if (!(await knex.schema.withSchema('shop').hasTable('items'))) {
    await knex.schema.withSchema('shop').createTable('items', function () {
      this.increments();
      this.string('name').notNullable();
      this.integer('price').checkPositive();
    });
  }
  if (!(await knex.schema.withSchema('shop').hasTable('orders'))) {
    await knex.schema.createTable('shop.orders', (table) => {
      table.increments();
      table.integer('item_id').references('id').inTable('shop.items');
    });
  }
  if (!(await knex.schema.hasTable('cheap_items'))) {
    await knex.schema.createView('cheap_items', (view) => {
      view.as(knex('shop.items').select('id', 'name').where('price', '<', 10));
    });
  }
};

exports.down = async function (knex) {
  await knex.schema.dropSchema('shop', true);
};
