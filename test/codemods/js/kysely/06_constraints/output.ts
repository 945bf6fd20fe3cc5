import { type Kysely, sql } from 'kysely';

export const up = async (db: Kysely<any>): Promise<void> => {
  await sql`
    DO $idempotify$
    DECLARE
      want text := format('FOREIGN KEY (user_id) REFERENCES %s(id) ON DELETE CASCADE', to_regclass('users'));
      have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
        WHERE conrelid = to_regclass('orders') AND conname = 'orders_user_id_fkey');
    BEGIN
      IF have IS NULL THEN
        alter table "orders" add constraint "orders_user_id_fkey" foreign key ("user_id") references "users" ("id") on delete cascade;
      ELSIF have <> want THEN
        RAISE EXCEPTION 'idempotify: constraint orders_user_id_fkey is there with another definition: found %, expected %', have, want;
      END IF;
    END $idempotify$;
  `.execute(db);
  await sql`
    DO $idempotify$
    DECLARE
      want text := 'UNIQUE (number)';
      have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
        WHERE conrelid = to_regclass('orders') AND conname = 'orders_number_key');
    BEGIN
      IF have IS NULL THEN
        alter table "orders" add constraint "orders_number_key" unique ("number");
      ELSIF have <> want THEN
        RAISE EXCEPTION 'idempotify: constraint orders_number_key is there with another definition: found %, expected %', have, want;
      END IF;
    END $idempotify$;
  `.execute(db);
  await sql`
    DO $idempotify$
    DECLARE
      want text;
      have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass('orders') AND conname = 'orders_number_check');
    BEGIN
      IF have IS NULL THEN
        alter table "orders" add constraint "orders_number_check" check (number > 0);
      ELSE
        CREATE TEMP TABLE orders (LIKE orders);
        alter table pg_temp.orders add constraint "orders_number_check" check (number > 0);
        want := (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass('pg_temp.orders') AND conname = 'orders_number_check');
        DROP TABLE pg_temp.orders;
        IF have <> want THEN
          RAISE EXCEPTION 'idempotify: constraint orders_number_check on orders is there with another definition: found %, expected %', have, want;
        END IF;
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
