exports.up = async function (knex) {
  await knex.schema.createSchemaIfNotExists('shop');
  if (!(await knex.schema.withSchema('shop').hasTable('items'))) {
    await knex.schema.withSchema('shop').createTable('items', function () {
      this.increments();
      this.string('name').notNullable();
      this.integer('price').checkPositive();
    });
  }
  if (!(await knex.schema.withSchema('shop').hasTable('orders'))) {
    await knex.schema.createTable('shop.orders', (table) => {
      table.increments();
      table.integer('item_id').references('id').inTable('shop.items');
    });
  }
  await knex.schema.raw(`
    DO $idempotify$
    DECLARE
      definition text := $idempotify_sql$ as select "id", "name" from "shop"."items" where "price" < 10$idempotify_sql$;
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
  `);
};

exports.down = async function (knex) {
  await knex.schema.dropSchema('shop', true);
};
