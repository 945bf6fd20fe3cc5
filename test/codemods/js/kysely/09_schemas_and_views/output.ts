import { Kysely, sql } from 'kysely';

export async function up(db: Kysely<any>): Promise<void> {
  await db.schema.createSchema('shop').ifNotExists().execute();
  const shop = db.withSchema('shop');
  await shop.schema
    .createTable('items')
    .ifNotExists()
    .addColumn('id', 'bigint', (col) => col.generatedAlwaysAsIdentity().primaryKey())
    .addColumn('price', sql`numeric(10, 2)`)
    .execute();
  await sql`
    DO $idempotify$
    DECLARE
      definition text := $idempotify_sql$ as select "id", "price" from "shop"."items" where "price" < 10$idempotify_sql$;
      want text;
      have text := (SELECT pg_get_viewdef(oid) FROM pg_class WHERE oid = to_regclass(format('%I.%s', current_schema(), 'cheap_items')) AND relkind = 'v');
    BEGIN
      IF have IS NULL THEN
        EXECUTE 'create view "cheap_items"' || definition;
      ELSE
        EXECUTE 'CREATE TEMP VIEW idempotify_twin' || definition;
        want := pg_get_viewdef(to_regclass('pg_temp.idempotify_twin'));
        DROP VIEW pg_temp.idempotify_twin;
        IF have <> want THEN
          RAISE EXCEPTION 'idempotify: view cheap_items is there with another definition: found %, expected %', have, want;
        END IF;
      END IF;
    END $idempotify$;
  `.execute(db);
  await db.schema.createView('dear_items').ifNotExists().materialized().as(sql`SELECT id FROM shop.items WHERE price > 100`).execute();
}

export async function down(db: Kysely<any>): Promise<void> {
  await db.schema.dropSchema('shop').cascade().execute();
}
