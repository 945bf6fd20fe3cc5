exports.up = async function (knex) {
  await knex.schema.raw(`
    create table IF NOT EXISTS "events" ("id" serial primary key, "kind" varchar(255) not null);
    create index IF NOT EXISTS "events_kind_index" on "events" ("kind")
  `);
  await knex.raw(`DO $idempotify$
DECLARE
  want text := 'btree (name)';
  have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('users') AND relname = 'users_name' AND indisvalid);
BEGIN
  IF EXISTS (SELECT FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('users') AND relname = 'users_name' AND NOT indisvalid) THEN
    DROP INDEX users_name;
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: index users_name is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
  await knex.raw('CREATE INDEX CONCURRENTLY IF NOT EXISTS users_name ON users (name)');
  if (!(await knex.schema.hasColumn('users', 'age'))) {
    await knex.schema.alterTable('users', (table) => {
      table.integer('age');
    });
  }
};

exports.down = async function (knex) {
  await knex.schema.dropTable('events');
};

exports.config = { transaction: false };
