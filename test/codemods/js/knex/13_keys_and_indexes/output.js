exports.up = async function (knex) {
  await knex.schema.raw(`
    DO $idempotify$
    DECLARE
      want text := format('FOREIGN KEY (user_id) REFERENCES %s(id) ON DELETE CASCADE', to_regclass('users'));
      have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
        WHERE conrelid = to_regclass('orders') AND conname = 'orders_user_id_foreign');
    BEGIN
      IF have IS NULL THEN
        alter table "orders" add constraint "orders_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete CASCADE;
      ELSIF have <> want THEN
        RAISE EXCEPTION 'idempotify: constraint orders_user_id_foreign is there with another definition: found %, expected %', have, want;
      END IF;
    END $idempotify$;
  `);
  await knex.schema.raw(`
    alter table "orders" drop constraint IF EXISTS "orders_old_id_foreign";
    drop index IF EXISTS "orders_state_index"
  `);
  await knex.schema.raw(`
    DO $idempotify$
    DECLARE
      want text := 'btree (state, user_id)';
      have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('orders') AND relname = 'orders_by_state' AND indisvalid);
    BEGIN
      IF have IS NULL THEN
        create index "orders_by_state" on "orders" using btree ("state", "user_id");
      ELSIF have <> want THEN
        RAISE EXCEPTION 'idempotify: index orders_by_state is there with another definition: found %, expected %', have, want;
      END IF;
    END $idempotify$;
    DO $idempotify$ BEGIN
      IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('orders') AND conname = 'orders_pkey' AND pg_get_constraintdef(oid) = 'PRIMARY KEY (id)') THEN
        alter table "orders" drop constraint IF EXISTS "orders_pkey";
      END IF;
    END $idempotify$;
    DO $idempotify$
    DECLARE
      want text := 'PRIMARY KEY (id, state)';
      have text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
        WHERE conrelid = to_regclass('orders') AND conname = 'orders_pkey');
    BEGIN
      IF have IS NULL THEN
        alter table "orders" add constraint "orders_pkey" primary key ("id", "state");
      ELSIF have <> want THEN
        RAISE EXCEPTION 'idempotify: constraint orders_pkey is there with another definition: found %, expected %', have, want;
      END IF;
    END $idempotify$;
  `);
};

exports.down = function () {};
