exports.up = async function (knex) {
  if (!(await knex.schema.hasTable('roles'))) {
    await knex.schema.createTable('roles', (t) => {
      t.increments();
      t.string('name').notNullable().unique();
    });
  }
  await knex.raw(`insert into "roles" ("name") values ('admin'), ('user') ON CONFLICT (name) DO NOTHING`);
  await knex('users').where({ role: 'root' }).update({ role: 'admin' });
  await knex('users').where('role', 'ghost').del();
};

exports.down = async function (knex) {
  await knex.schema.dropTable('roles');
};
