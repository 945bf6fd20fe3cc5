exports.up = async function (knex) {
  await knex.transaction(async (trx) => {
    await trx.schema.createTable('parts', (table) => {
      table.increments();
    });
    await trx.schema.alterTable('users', (table) => {
      table.integer('part_id');
    });
  });
};

exports.down = async function (knex) {
  await knex.schema.dropTable('parts');
};
