exports.up = async function (knex) {
  await knex.schema.createTable('events', (table) => {
    table.increments();
    table.string('kind').notNullable().index();
  });
  await knex.raw('CREATE INDEX CONCURRENTLY users_name ON users (name)');
  await knex.schema.alterTable('users', (table) => {
    table.integer('age');
  });
};

exports.down = async function (knex) {
  await knex.schema.dropTable('events');
};

exports.config = { transaction: false };
