/** @param {import('kysely').Kysely<any>} db */
const { sql } = require("kysely");

exports.up = async (db) => {
  await db.schema.createTable("logs").ifNotExists().addColumn("id", "serial", (c) => c.primaryKey()).execute();
  // what it was about
  await sql`
    DO $idempotify$
    DECLARE
      want text[] := ARRAY['about integer', format('FOREIGN KEY (about) REFERENCES %s(id)', to_regclass('users'))];
      have text[] := ARRAY(
        SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
        FROM pg_attribute WHERE attrelid = to_regclass('logs') AND attname = 'about' AND NOT attisdropped
        UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
        WHERE conrelid = to_regclass('logs') AND pg_get_constraintdef(oid) = ANY (want));
    BEGIN
      IF have = '{}' THEN
        alter table "logs" add column IF NOT EXISTS "about" integer references "users" ("id");
      ELSIF NOT have <@ want OR cardinality(have) < 2 THEN
        RAISE EXCEPTION 'idempotify: table logs is there with another definition: found %, expected %', have, want;
      END IF;
    END $idempotify$;
  `.execute(db);
};

/** @param {import('kysely').Kysely<any>} db */
exports.down = async (db) => {
  await db.schema.dropTable("logs").execute();
};

const { Kysely } = require("kysely");
void Kysely;
