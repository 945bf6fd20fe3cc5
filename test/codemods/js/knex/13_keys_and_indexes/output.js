exports.up = async function (knex) {
  await knex.schema.raw(`
    DO $idempotify$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('orders') AND conname = 'orders_user_id_foreign') THEN
        alter table "orders" add constraint "orders_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete CASCADE;
      END IF;
    END $idempotify$;
  `);
  await knex.schema.raw(`
    alter table "orders" drop constraint IF EXISTS "orders_old_id_foreign";
    drop index IF EXISTS "orders_state_index"
  `);
  await knex.schema.raw(`
    create index IF NOT EXISTS "orders_by_state" on "orders" using btree ("state", "user_id");
    DO $idempotify$ BEGIN
      IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('orders') AND conname = 'orders_pkey' AND pg_get_constraintdef(oid) = 'PRIMARY KEY (id)') THEN
        alter table "orders" drop constraint IF EXISTS "orders_pkey";
      END IF;
    END $idempotify$;
    DO $idempotify$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('orders') AND conname = 'orders_pkey') THEN
        alter table "orders" add constraint "orders_pkey" primary key ("id", "state");
      END IF;
    END $idempotify$;
  `);
};

exports.down = function () {};
