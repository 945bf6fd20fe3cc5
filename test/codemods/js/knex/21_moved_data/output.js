exports.up = async function (knex) {
  await knex.schema.table('users', (table) => {
    table.string('full_name');
  });
  const users = await knex('users').select('id', 'first', 'last');
  for (const user of users) {
    await knex('users')
      .where({ id: user.id })
      .update({ full_name: `${user.first} ${user.last}` });
  }
  await knex.schema.table('users', (table) => {
    table.dropColumns('first', 'last');
  });
};

exports.down = async function () {};
