exports.up = async (knex) => {
  await knex.schema.raw(
      // one of each
      `
    DO $idempotify$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('announcements') AND conname = 'announcements_number_unique') THEN
        alter table "announcements" add constraint "announcements_number_unique" unique ("number");
      END IF;
    END $idempotify$;
  `);
  if (!(await knex.schema.hasTable('seen'))) {
    await knex.schema.createTable('seen', (table) => {
      table.integer('number').references('announcements.number').notNullable();
      table.index('number');
    });
  }
};

exports.down = () => {};
