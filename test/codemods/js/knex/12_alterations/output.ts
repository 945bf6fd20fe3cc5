import { type Knex } from 'knex';

export const up = async (knex: Knex) => {
  if (await knex.schema.hasColumn('users', 'mail')) {
    await knex.schema.alterTable('users', (table) => {
      table.string('name', 100).notNullable().defaultTo('x').alter();
      table.renameColumn('mail', 'email');
      table.setNullable('age');
    });
  }
  if (await knex.schema.hasColumn('users', 'first')) {
    await knex.schema.alterTable('users', (table) => {
      table.dropColumns('first', 'last');
    });
  }
  await knex.schema.raw(`
    DO $idempotify$ BEGIN
      IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('users') AND conname = 'users_mail_unique') THEN
        alter table "users" drop constraint IF EXISTS "users_mail_unique";
      END IF;
    END $idempotify$;
    DO $idempotify$
    DECLARE
      want text := 'UNIQUE (email)';
      have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
        WHERE conrelid = to_regclass('users') AND conname = 'users_email_key');
    BEGIN
      IF have IS NULL
        AND to_regclass('people') IS NULL THEN
        alter table "users" add constraint "users_email_key" unique ("email");
      ELSIF NOT (have IS NULL) AND (have <> want) THEN
        RAISE EXCEPTION 'idempotify: constraint users_email_key is there with another definition: found %, expected %', have, want;
      END IF;
    END $idempotify$;
  `);
  if (await knex.schema.hasTable('users')) {
    await knex.schema.renameTable('users', 'people');
  }
};

export const down = async (knex: Knex) => {
  await knex.schema.renameTable('people', 'users');
};
