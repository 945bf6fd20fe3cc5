exports.up = async (knex) => {
  await knex.schema.alterTable('cards', (table) => {
    table.integer('comments').notNullable().defaultTo(0);
  });

  await knex.raw(`
    UPDATE cards SET comments = (SELECT count(*) FROM comments WHERE comments.card_id = cards.id)
  `);

  return knex.schema.alterTable('cards', (table) => {
    table.integer('comments').notNullable().alter();
  });
};

exports.down = (knex) =>
  knex.schema.table('cards', (table) => {
    table.dropColumn('comments');
  });
