import { type Knex } from 'knex';

export const up = async (knex: Knex) => {
  if (await knex.schema.hasColumn('users', 'mail')) {
    await knex.schema.alterTable('users', (table) => {
      table.string('name', 100).notNullable().defaultTo('x').alter();
      table.renameColumn('mail', 'email');
      table.setNullable('age');
    });
  }
  await knex.schema.raw(`
    DO $idempotify$ BEGIN
      IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('users') AND attname = 'first' AND NOT attisdropped) THEN
        alter table "users" drop column IF EXISTS "first", drop column IF EXISTS "last";
      END IF;
    END $idempotify$;
  `);
  await knex.schema.raw(`
    DO $idempotify$ BEGIN
      IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('users') AND conname = 'users_mail_unique') THEN
        alter table "users" drop constraint IF EXISTS "users_mail_unique";
      END IF;
    END $idempotify$;
    DO $idempotify$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('users') AND conname = 'users_email_key')
        AND to_regclass('people') IS NULL THEN
        alter table "users" add constraint "users_email_key" unique ("email");
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
