'use strict';

module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query('CREATE EXTENSION IF NOT EXISTS "pg_trgm"');
    await queryInterface.sequelize.query(`ALTER TYPE "enum_users_role" ADD VALUE IF NOT EXISTS 'owner'`);
    await queryInterface.sequelize.query(
      `DO $idempotify$
DECLARE
  want text[] := ARRAY['"lastSeen" timestamp with time zone'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('users') AND attname = 'lastSeen' AND NOT attisdropped);
BEGIN
  IF have = '{}' THEN
    ALTER TABLE users ADD COLUMN IF NOT EXISTS "lastSeen" timestamptz;
  ELSIF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table users is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$; DO $idempotify$
DECLARE
  want text := 'btree ("lastSeen")';
  have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('users') AND relname = 'users_last_seen' AND indisvalid);
BEGIN
  IF have IS NULL THEN
    CREATE INDEX users_last_seen ON users ("lastSeen");
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: index users_last_seen is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`
    );
    await queryInterface.sequelize.query(
      "UPDATE users SET name = :name WHERE name IS NULL AND email LIKE '%?%'",
      { replacements: { name: 'nobody' } }
    );
    await queryInterface.sequelize.query(`
      DO $idempotify$
DECLARE
  want text := 'trigger cc03c33ec0b009374bfed653fc04c71a';
  have text := (SELECT concat_ws(' ', CASE WHEN proretset THEN 'SETOF' END, format_type(prorettype, NULL), proargnames, md5(prosrc)) FROM pg_proc WHERE oid = to_regprocedure(format('%I.%s', current_schema(), 'touch()')));
BEGIN
  IF have IS NULL THEN
    CREATE FUNCTION touch() RETURNS trigger AS $$
      BEGIN
        NEW."lastSeen" = now();
        RETURN NEW;
      END;
      $$ LANGUAGE plpgsql;
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: function touch() is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query('DROP FUNCTION touch()');
  },
};
