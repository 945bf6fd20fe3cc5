exports.up = function (knex) {
  return knex.schema
    .createTable('organisations', function (table) {
      table.increments();
      table.string('name').notNullable().unique();
    })
    // the people in them
    .createTable('members', function (table) {
      table.increments();
      table.integer('organisation_id').unsigned().notNullable().references('id').inTable('organisations').onDelete('CASCADE').index();
      table.string('email').notNullable();
      table.enu('role', ['owner', 'member']).notNullable().defaultTo('member');
      table.unique(['organisation_id', 'email']);
    })
    .raw("COMMENT ON TABLE members IS 'people'");
};

exports.down = function (knex) {
  return knex.schema.dropTable('members').dropTable('organisations');
};
