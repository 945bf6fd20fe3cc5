exports.up = async (knex) => {
  await knex.schema.raw(
      // one of each
      `
    DO $idempotify$
    DECLARE
      want text := 'UNIQUE (number)';
      have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
        WHERE conrelid = to_regclass('announcements') AND conname = 'announcements_number_unique');
    BEGIN
      IF have IS NULL THEN
        alter table "announcements" add constraint "announcements_number_unique" unique ("number");
      ELSIF have <> want THEN
        RAISE EXCEPTION 'idempotify: constraint announcements_number_unique is there with another definition: found %, expected %', have, want;
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
