const TABLES = ['cats', 'dogs'];

function timestamps(table) {
  table.timestamp('created_at').notNullable().defaultTo('2020-01-01');
}

exports.up = async function (knex) {
  for (const name of TABLES) {
    await knex.schema.createTable(name, (table) => {
      table.increments();
      timestamps(table);
    });
  }
};

exports.down = async function (knex) {
  for (const name of TABLES) await knex.schema.dropTable(name);
};
