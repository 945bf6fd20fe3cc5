const CREATE_FUNCTION = `
  CREATE FUNCTION on_update_timestamp()
  RETURNS trigger AS $$
  BEGIN
    NEW.updated_at = now();
    RETURN NEW;
  END;
  $$ LANGUAGE plpgsql;
`;

const onUpdateTrigger = (table) => `
  CREATE TRIGGER ${table}_updated_at
  BEFORE UPDATE ON ${table}
  FOR EACH ROW EXECUTE PROCEDURE on_update_timestamp();
`;

exports.up = async function (knex) {
  await knex.raw(CREATE_FUNCTION);
  await knex.schema.createTable('notes', (table) => {
    table.increments();
    table.text('body');
    table.timestamps(true, true);
  });
  await knex.raw(`
    CREATE TRIGGER notes_updated_at
    BEFORE UPDATE ON notes
    FOR EACH ROW EXECUTE PROCEDURE on_update_timestamp();
  `);
};

exports.down = async function (knex) {
  await knex.schema.dropTable('notes');
  await knex.raw('DROP FUNCTION on_update_timestamp');
};
