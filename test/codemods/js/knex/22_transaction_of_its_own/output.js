exports.up = async function (knex) {
  await knex.transaction(async (trx) => {
    if (!(await trx.schema.hasTable('parts'))) {
      await trx.schema.createTable('parts', (table) => {
        table.increments();
      });
    }
    if (!(await trx.schema.hasColumn('users', 'part_id'))) {
      await trx.schema.alterTable('users', (table) => {
        table.integer('part_id');
      });
    }
  });
};

exports.down = async function (knex) {
  await knex.schema.dropTable('parts');
};
