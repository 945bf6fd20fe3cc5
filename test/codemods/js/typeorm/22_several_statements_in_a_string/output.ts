import { MigrationInterface, QueryRunner } from "typeorm";

export class Batch1710000000022 implements MigrationInterface {
    public async up(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`
            -- two tables
            DO $idempotify$
DECLARE
  want text[] := ARRAY['id integer NOT NULL', 'name text NOT NULL', 'PRIMARY KEY (id)'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass(format('%I.%s', current_schema(), 'room')) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass(format('%I.%s', current_schema(), 'room')) AND pg_get_constraintdef(oid) = ANY (want));
BEGIN
  IF have = '{}' THEN
    CREATE TABLE room (id serial PRIMARY KEY, name text NOT NULL);
  ELSIF NOT (have <@ want AND want <@ have) THEN
    RAISE EXCEPTION 'idempotify: table room is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;
            DO $idempotify$
DECLARE
  want text[] := ARRAY['id integer NOT NULL', 'room_id integer NOT NULL', 'during tstzrange NOT NULL', 'state booking_state NOT NULL', 'PRIMARY KEY (id)', format('FOREIGN KEY (room_id) REFERENCES %s(id)', to_regclass('room'))];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass(format('%I.%s', current_schema(), 'booking')) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass(format('%I.%s', current_schema(), 'booking')) AND pg_get_constraintdef(oid) = ANY (want));
BEGIN
  IF have = '{}' THEN
    CREATE TABLE booking (
                id serial PRIMARY KEY,
                room_id int NOT NULL REFERENCES room (id),
                during tstzrange NOT NULL
            );
  ELSIF NOT have <@ want OR cardinality(have) NOT BETWEEN 5 AND 6 THEN
    RAISE EXCEPTION 'idempotify: table booking is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;
            DO $idempotify$
DECLARE
  want text := 'btree (room_id)';
  have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('booking') AND relname = 'booking_room' AND indisvalid);
BEGIN
  IF have IS NULL THEN
    CREATE INDEX booking_room ON booking (room_id);
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: index booking_room is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;
        `);
        await queryRunner.query(
            `DO $idempotify$
DECLARE
  want text[] := ARRAY['asked', 'granted'];
  have text[] := ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = to_regtype(format('%I.%s', current_schema(), 'booking_state')) ORDER BY enumsortorder);
BEGIN
  IF to_regtype(format('%I.%s', current_schema(), 'booking_state')) IS NULL THEN
    CREATE TYPE booking_state AS ENUM ('asked', 'granted');
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: enum booking_state is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;` +
            `DO $idempotify$
DECLARE
  want text[] := ARRAY['state booking_state NOT NULL'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute WHERE attrelid = to_regclass('booking') AND attname = 'state' AND NOT attisdropped);
BEGIN
  IF have = '{}' THEN
    ALTER TABLE booking ADD COLUMN IF NOT EXISTS state booking_state NOT NULL DEFAULT 'asked';
  ELSIF NOT have <@ want THEN
    RAISE EXCEPTION 'idempotify: table booking is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;`
        );
        await queryRunner.query(`
            CREATE OR REPLACE FUNCTION touch() RETURNS trigger AS $$
            BEGIN
                NEW.name = upper(NEW.name);
                RETURN NEW;
            END;
            $$ LANGUAGE plpgsql;
            DO $idempotify$
DECLARE
  want text := concat_ws(' ', 23, 0, to_regprocedure('touch()'));
  have text := (SELECT concat_ws(' ', tgtype, tgnargs, CASE WHEN tgattr::text <> '' THEN 'OF' END, tgfoid::regprocedure, CASE WHEN tgqual IS NOT NULL THEN 'WHEN' END) FROM pg_trigger
    WHERE tgrelid = to_regclass('room') AND tgname = 'room_touch' AND NOT tgisinternal);
BEGIN
  IF have IS NULL THEN
    CREATE TRIGGER room_touch BEFORE INSERT OR UPDATE ON room FOR EACH ROW EXECUTE FUNCTION touch();
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: trigger room_touch on room is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;
        `);
        await queryRunner.query(`DO $idempotify$ BEGIN
  IF NOT EXISTS (SELECT FROM room) THEN
    INSERT INTO room (id, name) VALUES (1, 'blue'), (2, 'green');
  END IF;
END $idempotify$;`);
    }

    public async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`DROP TABLE booking; DROP TABLE room; DROP TYPE booking_state; DROP FUNCTION touch()`);
    }
}
