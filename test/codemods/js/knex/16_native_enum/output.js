exports.up = async function (knex) {
  if (!(await knex.schema.hasTable('tickets'))) {
    await knex.schema.createTable('tickets', (table) => {
      table.increments();
      table.enu('state', ['open', 'closed'], { useNative: true, enumName: 'ticket_state' }).notNullable();
      table.text('title').comment("what it's about");
      table.comment('everything to be done');
    });
  }
};

exports.down = function (knex) {
  return knex.schema.dropTable('tickets').raw('DROP TYPE ticket_state');
};
