import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    DO $idempotify$ BEGIN
      IF to_regtype(format('%I.%s', current_schema(), 'species')) IS NULL THEN
        create type "species" as enum ('cat', 'dog');
      END IF;
    END $idempotify$;
  `.execute(db);
  await db.schema.alterType('mood').addValue('happy').ifNotExists().after('ok').execute();
  await sql`
    DO $idempotify$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_enum WHERE enumtypid = to_regtype('mood') AND enumlabel = 'unhappy') THEN
        alter type "mood" rename value 'sad' to 'unhappy';
      END IF;
    END $idempotify$;
  `.execute(db);
  await db.schema.dropType('old_mood').ifExists().execute();
}

export async function down(db: Kysely<any>): Promise<void> {
  await db.schema.dropType('species').execute();
}
