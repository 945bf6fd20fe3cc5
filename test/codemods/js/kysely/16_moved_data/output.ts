import { Kysely, sql } from 'kysely';

export async function up(db: Kysely<any>): Promise<void> {
  await db.schema.alterTable('users').addColumn('full_name', 'text', (col) => col.ifNotExists()).execute();
  await sql`
    DO $idempotify$ BEGIN
      IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('users') AND attname = 'first' AND NOT attisdropped) THEN
        update "users" set "full_name" = first || ' ' || last;
      END IF;
    END $idempotify$;
  `.execute(db);
  await sql`alter table "users" drop column IF EXISTS "first", drop column IF EXISTS "last"`.execute(db);
}

export async function down(): Promise<void> {}
