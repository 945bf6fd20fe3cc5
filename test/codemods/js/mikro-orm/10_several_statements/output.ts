import { Migration } from '@mikro-orm/migrations';

export class Migration20260101000010 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`
      DO $idempotify$
DECLARE
  want text[] := ARRAY['id uuid NOT NULL', 'name text NOT NULL', 'seats integer', 'PRIMARY KEY (id)', 'UNIQUE (name)'];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass(format('%I.%s', current_schema(), 'room')) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass(format('%I.%s', current_schema(), 'room')) AND pg_get_constraintdef(oid) = ANY (want));
BEGIN
  IF have = '{}' THEN
    CREATE TABLE room (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        name text NOT NULL UNIQUE,
        seats int CHECK (seats > 0)
      );
  ELSIF NOT (have <@ want AND want <@ have) THEN
    RAISE EXCEPTION 'idempotify: table room is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;

      DO $idempotify$
DECLARE
  want text[] := ARRAY['id integer NOT NULL', 'room_id uuid NOT NULL', 'during tstzrange NOT NULL', 'PRIMARY KEY (id)', format('FOREIGN KEY (room_id) REFERENCES %s(id) ON DELETE CASCADE', to_regclass('room'))];
  have text[] := ARRAY(
    SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' WHERE attrelid = to_regclass(format('%I.%s', current_schema(), 'booking')) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass(format('%I.%s', current_schema(), 'booking')) AND pg_get_constraintdef(oid) = ANY (want));
BEGIN
  IF have = '{}' THEN
    CREATE TABLE booking (
        id serial PRIMARY KEY,
        room_id uuid NOT NULL REFERENCES room (id) ON DELETE CASCADE,
        during tstzrange NOT NULL
      );
  ELSIF NOT (have <@ want AND want <@ have) THEN
    RAISE EXCEPTION 'idempotify: table booking is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;
      DO $idempotify$
DECLARE
  want text := 'gist (during)';
  have text := (SELECT concat(CASE WHEN indisunique THEN 'UNIQUE ' END, split_part(pg_get_indexdef(indexrelid), ' USING ', 2)) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass('booking') AND relname = 'booking_during' AND indisvalid);
BEGIN
  IF have IS NULL THEN
    CREATE INDEX booking_during ON booking USING gist (during);
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: index booking_during is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;
    `);
    this.addSql(`
      DO $idempotify$
DECLARE
  want text := 'trigger d997e7f097071e12034d3871a3938280';
  have text := (SELECT concat_ws(' ', CASE WHEN proretset THEN 'SETOF' END, format_type(prorettype, NULL), proargnames, md5(prosrc)) FROM pg_proc WHERE oid = to_regprocedure(format('%I.%s', current_schema(), 'shout()')));
BEGIN
  IF have IS NULL THEN
    CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.name := upper(NEW.name);
        RETURN NEW;
      END
      $$;
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: function shout() is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;
      DO $idempotify$
DECLARE
  want text := concat_ws(' ', 7, 0, to_regprocedure('shout()'));
  have text := (SELECT concat_ws(' ', tgtype, tgnargs, CASE WHEN tgattr::text <> '' THEN 'OF' END, tgfoid::regprocedure, CASE WHEN tgqual IS NOT NULL THEN 'WHEN' END) FROM pg_trigger
    WHERE tgrelid = to_regclass('room') AND tgname = 'room_shout' AND NOT tgisinternal);
BEGIN
  IF have IS NULL THEN
    CREATE TRIGGER room_shout BEFORE INSERT ON room FOR EACH ROW EXECUTE FUNCTION shout();
  ELSIF have <> want THEN
    RAISE EXCEPTION 'idempotify: trigger room_shout on room is there with another definition: found %, expected %', have, want;
  END IF;
END $idempotify$;
    `);
    this.addSql(`DO $idempotify$
DECLARE
  definition text := $idempotify_sql$ AS SELECT id, name FROM room WHERE seats > 20$idempotify_sql$;
  want text;
  have text := (SELECT pg_get_viewdef(oid) FROM pg_class WHERE oid = to_regclass(format('%I.%s', current_schema(), 'big_room')) AND relkind = 'v');
BEGIN
  IF have IS NULL THEN
    EXECUTE 'CREATE VIEW big_room' || definition;
  ELSE
    EXECUTE 'CREATE TEMP VIEW idempotify_twin' || definition;
    want := pg_get_viewdef(to_regclass('pg_temp.idempotify_twin'));
    DROP VIEW pg_temp.idempotify_twin;
    IF have <> want THEN
      RAISE EXCEPTION 'idempotify: view big_room is there with another definition: found %, expected %', have, want;
    END IF;
  END IF;
END $idempotify$;`);
    this.addSql(`COMMENT ON TABLE room IS 'where people meet';`);
  }

  override async down(): Promise<void> {
    this.addSql(`DROP VIEW big_room; DROP TABLE booking; DROP TABLE room; DROP FUNCTION shout();`);
  }
}
