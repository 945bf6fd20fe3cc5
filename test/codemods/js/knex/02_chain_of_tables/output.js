exports.up = async function (knex) {
  if (!(await knex.schema.hasTable('organisations'))) {
    await knex.schema.createTable('organisations', function (table) {
      table.increments();
      table.string('name').notNullable().unique();
    });
  }
  // the people in them
  if (!(await knex.schema.hasTable('members'))) {
    await knex.schema.createTable('members', function (table) {
      table.increments();
      table.integer('organisation_id').unsigned().notNullable().references('id').inTable('organisations').onDelete('CASCADE').index();
      table.string('email').notNullable();
      table.enu('role', ['owner', 'member']).notNullable().defaultTo('member');
      table.unique(['organisation_id', 'email']);
    });
  }
  await knex.schema.raw("COMMENT ON TABLE members IS 'people'");
};

exports.down = function (knex) {
  return knex.schema.dropTable('members').dropTable('organisations');
};
