import { type Kysely, sql } from 'kysely';

export const up = async (db: Kysely<any>): Promise<void> => {
  await sql`
    DO $idempotify$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('orders') AND conname = 'orders_user_id_fkey') THEN
        alter table "orders" add constraint "orders_user_id_fkey" foreign key ("user_id") references "users" ("id") on delete cascade;
      END IF;
    END $idempotify$;
  `.execute(db);
  await sql`
    DO $idempotify$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('orders') AND conname = 'orders_number_key') THEN
        alter table "orders" add constraint "orders_number_key" unique ("number");
      END IF;
    END $idempotify$;
  `.execute(db);
  await sql`
    DO $idempotify$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('orders') AND conname = 'orders_number_check') THEN
        alter table "orders" add constraint "orders_number_check" check (number > 0);
      END IF;
    END $idempotify$;
  `.execute(db);
  await db.schema.alterTable('orders').dropConstraint('orders_old_check').ifExists().execute();
  await sql`
    DO $idempotify$ BEGIN
      IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('orders') AND conname = 'orders_price_check') THEN
        alter table "orders" rename constraint "orders_price_check" to "price_is_positive";
      ELSIF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('orders') AND conname = 'price_is_positive') THEN
        RAISE EXCEPTION 'idempotify: neither constraint "orders_price_check" of "orders" nor its new name price_is_positive is there';
      END IF;
    END $idempotify$;
  `.execute(db);
};

export const down = async (db: Kysely<any>): Promise<void> => {
  await db.schema.alterTable('orders').dropConstraint('orders_user_id_fkey').execute();
};
