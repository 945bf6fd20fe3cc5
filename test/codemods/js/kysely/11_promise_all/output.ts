import { Kysely, sql } from 'kysely';

export async function up(db: Kysely<any>): Promise<void> {
  await Promise.all([
    db.schema.createTable('a').ifNotExists().addColumn('id', 'integer').execute(),
    sql`
      DO $idempotify$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('b') AND conname = 'b_id') THEN
          alter table "b" add constraint "b_id" unique ("id");
        END IF;
      END $idempotify$;
    `.execute(db),
  ]);
  return db.schema.createTable('c').ifNotExists().addColumn('id', 'integer').execute();
}

export async function down(): Promise<void> {}
