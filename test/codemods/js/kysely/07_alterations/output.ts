import { Kysely, sql } from 'kysely';

export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    DO $idempotify$ BEGIN
      IF to_regclass('people') IS NULL THEN
        alter table "users" alter column "name" type varchar(100), alter column "name" set not null, alter column "age" set default 0;
      END IF;
    END $idempotify$;
  `.execute(db);
  await sql`
    DO $idempotify$ BEGIN
      IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('users') AND attname = 'mail' AND NOT attisdropped) THEN
        alter table "users" rename column "mail" to "email";
      END IF;
    END $idempotify$;
  `.execute(db);
  await sql`
    DO $idempotify$ BEGIN
      IF to_regclass('users') IS NOT NULL THEN
        alter table "users" rename to "people";
      ELSIF to_regclass('people') IS NULL THEN
        RAISE EXCEPTION 'idempotify: neither table "users" nor its new name people is there';
      END IF;
    END $idempotify$;
  `.execute(db);
}

export async function down(db: Kysely<any>): Promise<void> {
  await db.schema.alterTable('people').renameTo('users').execute();
}
