import { Kysely, sql } from 'kysely';

export async function up(db: Kysely<any>): Promise<void> {
  await Promise.all([
    db.schema.createTable('a').ifNotExists().addColumn('id', 'integer').execute(),
    sql`
      DO $idempotify$
      DECLARE
        want text := 'UNIQUE (id)';
        have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
          WHERE conrelid = to_regclass('b') AND conname = 'b_id');
      BEGIN
        IF have IS NULL THEN
          alter table "b" add constraint "b_id" unique ("id");
        ELSIF have <> want THEN
          RAISE EXCEPTION 'idempotify: constraint b_id is there with another definition: found %, expected %', have, want;
        END IF;
      END $idempotify$;
    `.execute(db),
  ]);
  return db.schema.createTable('c').ifNotExists().addColumn('id', 'integer').execute();
}

export async function down(): Promise<void> {}
