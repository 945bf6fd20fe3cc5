exports.up = (knex) => {
  return knex.schema.hasTable('sessions').then(function (exists) {
    if (!exists) {
      return knex.schema.createTable('sessions', (t) => {
        t.string('sid').primary();
        t.json('sess').notNullable();
        t.timestamp('expired').notNullable().index();
      });
    }
  });
};

exports.down = (knex) => knex.schema.dropTable('sessions');
