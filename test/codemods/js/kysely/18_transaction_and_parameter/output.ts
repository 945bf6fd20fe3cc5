import { sql, type Kysely } from 'kysely';

export async function up(database: Kysely<any>): Promise<void> {
  await sql`DO $idempotify$
DECLARE
  want text[] := ARRAY['id integer NOT NULL', 'name text', 'PRIMARY KEY (id)', 'UNIQUE (name)'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass(format('%I.%s', current_schema(), 'parts')) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass(format('%I.%s', current_schema(), 'parts')) AND pg_get_constraintdef(oid) = ANY (want));
BEGIN
  IF have = '{}' THEN
    CREATE TABLE parts (id serial PRIMARY KEY, name text UNIQUE);
  ELSIF NOT (have <@ want AND want <@ have) THEN
    RAISE EXCEPTION 'idempotify: table parts is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`.execute(database);
  await sql`INSERT INTO parts (name) VALUES ('bolt'), ('nut') ON CONFLICT (name) DO NOTHING`.execute(database);
  await database.schema.createIndex('parts_by_name').ifNotExists().on('parts').columns(['name', 'id desc']).execute();
}

export async function down(database: Kysely<any>): Promise<void> {
  await sql`DROP TABLE parts`.execute(database);
}
