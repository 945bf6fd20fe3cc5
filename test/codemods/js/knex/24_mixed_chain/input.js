exports.up = (knex) => {
  return knex.schema
    .alterTable('announcements', (table) => {
      // one of each
      table.unique(['number']);
    })
    .then(() => {
      return knex.schema.createTable('seen', (table) => {
        table.integer('number').references('announcements.number').notNullable();
        table.index('number');
      });
    });
};

exports.down = () => {};
