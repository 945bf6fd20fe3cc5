const CREATE_FUNCTION = `
  DO $idempotify$
DECLARE
  want text := 'trigger 86e0de593ead6c3cca11b09812fe1a30';
  have text := (SELECT concat_ws(' ', CASE WHEN proretset THEN 'SETOF' END, format_type(prorettype, NULL), proargnames, md5(prosrc)) FROM pg_proc WHERE oid = to_regprocedure(format('%I.%s', current_schema(), 'on_update_timestamp()')));
BEGIN
  IF have IS NULL THEN
    CREATE FUNCTION on_update_timestamp()
  RETURNS trigger AS $$
  BEGIN
    NEW.updated_at = now();
    RETURN NEW;
  END;
  $$ LANGUAGE plpgsql;
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: function on_update_timestamp() is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;
`;

const onUpdateTrigger = (table) => `
  CREATE TRIGGER ${table}_updated_at
  BEFORE UPDATE ON ${table}
  FOR EACH ROW EXECUTE PROCEDURE on_update_timestamp();
`;

exports.up = async function (knex) {
  await knex.raw(CREATE_FUNCTION);
  if (!(await knex.schema.hasTable('notes'))) {
    await knex.schema.createTable('notes', (table) => {
      table.increments();
      table.text('body');
      table.timestamps(true, true);
    });
  }
  await knex.raw(`
    DO $idempotify$
DECLARE
  want text := concat_ws(' ', 19, 0, to_regprocedure('on_update_timestamp()'));
  have text := (SELECT concat_ws(' ', tgtype, tgnargs, CASE WHEN tgattr::text <> '' THEN 'OF' END, tgfoid::regprocedure, CASE WHEN tgqual IS NOT NULL THEN 'WHEN' END) FROM pg_trigger
    WHERE tgrelid = to_regclass('notes') AND tgname = 'notes_updated_at' AND NOT tgisinternal);
BEGIN
  IF have IS NULL THEN
    CREATE TRIGGER notes_updated_at
    BEFORE UPDATE ON notes
    FOR EACH ROW EXECUTE PROCEDURE on_update_timestamp();
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: trigger notes_updated_at on notes is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;
  `);
};

exports.down = async function (knex) {
  await knex.schema.dropTable('notes');
  await knex.raw('DROP FUNCTION on_update_timestamp');
};
