exports.up = async function (knex) {
  await knex.schema.createTable('roles', (t) => {
    t.increments();
    t.string('name').notNullable().unique();
  });
  await knex('roles').insert([{ name: 'admin' }, { name: 'user' }]);
  await knex('users').where({ role: 'root' }).update({ role: 'admin' });
  await knex('users').where('role', 'ghost').del();
};

exports.down = async function (knex) {
  await knex.schema.dropTable('roles');
};
