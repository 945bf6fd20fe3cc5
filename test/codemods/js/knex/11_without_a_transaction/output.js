exports.up = async function (knex) {
  await knex.schema.raw(`
    DO $idempotify$
    DECLARE
      want text[] := ARRAY['id integer NOT NULL', 'kind character varying(255) NOT NULL', 'PRIMARY KEY (id)'];
      have text[] := ARRAY(
        SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass(format('%I.%s', current_schema(), 'events')) AND attnum > 0 AND NOT attisdropped
        UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
        WHERE conrelid = to_regclass(format('%I.%s', current_schema(), 'events')) AND pg_get_constraintdef(oid) = ANY (want));
    BEGIN
      IF have = '{}' THEN
        create table "events" ("id" serial primary key, "kind" varchar(255) not null);
      ELSIF NOT (have <@ want AND want <@ have) THEN
        RAISE EXCEPTION 'idempotify: table events is there with another definition: found %, expected %', have, want;
      END IF;
    END $idempotify$;
    DO $idempotify$
    DECLARE
      want text := 'btree (kind)';
      have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('events') AND relname = 'events_kind_index' AND indisvalid);
    BEGIN
      IF have IS NULL THEN
        create index "events_kind_index" on "events" ("kind");
      ELSIF have <> want THEN
        RAISE EXCEPTION 'idempotify: index events_kind_index is there with another definition: found %, expected %', have, want;
      END IF;
    END $idempotify$;
  `);
  await knex.raw(`DO $idempotify$
DECLARE
  want text := 'btree (name)';
  have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('users') AND relname = 'users_name' AND indisvalid);
BEGIN
  IF EXISTS (SELECT FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('users') AND relname = 'users_name' AND NOT indisvalid) THEN
    DROP INDEX users_name;
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: index users_name is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`);
  await knex.raw('CREATE INDEX CONCURRENTLY IF NOT EXISTS users_name ON users (name)');
  if (!(await knex.schema.hasColumn('users', 'age'))) {
    await knex.schema.alterTable('users', (table) => {
      table.integer('age');
    });
  }
};

exports.down = async function (knex) {
  await knex.schema.dropTable('events');
};

exports.config = { transaction: false };
