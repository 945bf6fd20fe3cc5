exports.up = async (knex) => {
  await knex.raw('CREATE EXTENSION IF NOT EXISTS "pgcrypto"');
  await knex.schema.raw(`DO $idempotify$
DECLARE
  want text[] := ARRAY['sad', 'ok'];
  have text[] := ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = to_regtype(format('%I.%s', current_schema(), 'mood')) ORDER BY enumsortorder);
BEGIN
  IF to_regtype(format('%I.%s', current_schema(), 'mood')) IS NULL THEN
    CREATE TYPE mood AS ENUM ('sad', 'ok');
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: enum mood is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
  await knex.raw(`ALTER TABLE "users" ADD COLUMN IF NOT EXISTS "mood" mood NOT NULL DEFAULT 'ok'`);
  await knex.raw(`DO $idempotify$
DECLARE
  want text;
  have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('users') AND relname = 'users_with_key' AND indisvalid);
BEGIN
  IF have IS NULL THEN
    CREATE INDEX users_with_key ON users ((data \\? 'key'));
  ELSE
    CREATE TEMP TABLE users (LIKE users);
    CREATE INDEX users_with_key ON pg_temp.users ((data \\? 'key'));
    want := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('pg_temp.users') AND relname = 'users_with_key' AND indisvalid);
    DROP TABLE pg_temp.users;
    IF have <> want THEN
      RAISE EXCEPTION 'idempotify: index users_with_key on users is there with another definition: found %, expected %', have, want;
    END IF;
  END IF;
END $idempotify$;`);
  await knex.raw("UPDATE users SET name = :name WHERE name IS NULL", { name: "it's" });
};

exports.down = async (knex) => {
  await knex.raw('ALTER TABLE users DROP COLUMN mood');
  await knex.raw('DROP TYPE mood');
};
